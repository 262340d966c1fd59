package dev.twinshore.core

import dev.twinshore.ClientOptions
import dev.twinshore.ElementView
import dev.twinshore.FormEvent
import dev.twinshore.FormView
import dev.twinshore.InterfaceView
import dev.twinshore.ScreenView
import dev.twinshore.SecretStore
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.time.Duration.Companion.seconds

/** A real client in a person's hand; what is waited for is awaited. */
class Phone(private val url: String, val folder: File, store: SecretStore = MemoryStore()) : AutoCloseable {
    val faults = CopyOnWriteArrayList<Throwable>()
    val core: Core = runBlocking { Core.start(ClientOptions(folder.path, url, "phone", "en"), Platform(store)) { faults += it } }
    private val watched = ConcurrentHashMap<UInt, Watched>()

    override fun close() {
        watched.values.forEach { it.watch.close() }
        core.close()
    }

    fun view(what: String, holds: (InterfaceView) -> Boolean): InterfaceView =
        await({ "$what; the interface is ${core.view.value}" }) { core.view.filterNotNull().first(holds) }

    fun signIn(user: String = "ann", password: String = "demo") {
        view("asked who it is") { it.screen is ScreenView.SignIn }
        core.signIn(user, password)
        view("the menu") { it.screen is ScreenView.Work && it.sections.isNotEmpty() }
    }

    /** Opens a menu item and gives the number of its form. */
    fun open(item: String): UInt {
        core.open(item)
        return inFront(item)
    }

    fun inFront(name: String, server: String? = null): UInt {
        var found = 0u
        view("$name in front") { view ->
            val form = view.active.takeIf { it != 0u } ?: return@view false
            val shown = runBlocking { core.formView(form) }
            found = form
            shown != null && shown.name == name && (server == null || shown.usedServer == server)
        }
        return found
    }

    fun watch(form: UInt): Watched = watched.getOrPut(form) { Watched(form) }

    /** What patches make of a form, beside what the core says afresh. */
    inner class Watched(private val form: UInt) {
        private val patched = MutableStateFlow<FormView?>(null)
        val ended = MutableStateFlow<FormUpdate.Closed?>(null)
        var patches = 0
            private set
        val watch = core.watch(form) { update ->
            when (update) {
                is FormUpdate.Reset -> patched.value = update.view
                is FormUpdate.Patched -> {
                    patches += 1
                    patched.value = checkNotNull(patched.value?.patched(update.patch)) { "a patch without what it follows" }
                }
                is FormUpdate.Closed -> ended.value = update
            }
        }

        fun view(what: String, holds: (FormView) -> Boolean): FormView =
            await({ "$what; the form is ${patched.value}" }) { patched.filterNotNull().first(holds) }

        fun element(name: String): ElementView = view(name) { true }.element(name)

        fun send(event: FormEvent) = core.dispatch(form, event)

        fun type(name: String, text: String) {
            versions += 1u
            send(FormEvent.SetText(element(name).id, text, versions))
            view("$name holds $text") { it.element(name).text == text }
        }

        fun execute(command: String) = send(FormEvent.Execute(command))
    }

    companion object {
        private val PATIENCE = 30.seconds
        private var versions = 0uL

        fun <T> await(what: () -> String, act: suspend () -> T): T = try {
            runBlocking { withTimeout(PATIENCE) { act() } }
        } catch (late: kotlinx.coroutines.TimeoutCancellationException) {
            throw AssertionError("waited in vain for ${what()}", late)
        }
    }
}

fun FormView.element(name: String): ElementView =
    elements.firstOrNull { it.name == name } ?: throw AssertionError("no element $name among ${elements.map { it.name }}")

/** Secrets that last as long as the test. */
open class MemoryStore : SecretStore {
    private val secrets = ConcurrentHashMap<String, String>()

    override fun secret(name: String): String? = secrets[name]

    override fun setSecret(name: String, value: String?) {
        if (value == null) secrets.remove(name) else secrets[name] = value
    }

    override fun utcOffsetS(): Int = 0
}
