package dev.twinshore.core

import dev.twinshore.Biometrics
import dev.twinshore.ClientOptions
import dev.twinshore.DeviceAnswer
import dev.twinshore.DeviceFailure
import dev.twinshore.DeviceFunctions
import dev.twinshore.DeviceRequest
import dev.twinshore.FormEvent
import dev.twinshore.FormPatch
import dev.twinshore.FormView
import dev.twinshore.InterfaceObserver
import dev.twinshore.InterfaceView
import dev.twinshore.LogEntryView
import dev.twinshore.MobileClient
import dev.twinshore.ModeView
import dev.twinshore.SecretStore
import dev.twinshore.Subscription
import dev.twinshore.WindowObserver
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.withContext

/**
 * The running client, as shells hold it. Only this folder knows the generated objects, so the generator can be exchanged.
 *
 * Everything a person does returns at once; what comes of it arrives in [view] and in what watches a form. Observers are called on
 * threads of the core: what they throw must not reach it, so it goes to [Faults].
 */
class Core private constructor(private val client: MobileClient, private val faults: Faults) : AutoCloseable {
    private val interfaceView = MutableStateFlow<InterfaceView?>(null)
    private val callLog = MutableStateFlow<List<LogEntryView>>(emptyList())
    private val subscription: Subscription

    /** Everything around forms; none until the client has spoken. */
    val view: StateFlow<InterfaceView?> = interfaceView.asStateFlow()

    /** The last calls, with the server that took each. */
    val calls: StateFlow<List<LogEntryView>> = callLog.asStateFlow()

    init {
        subscription = client.observe(object : InterfaceObserver {
            override fun interfaceChanged(view: InterfaceView) = faults.guard { interfaceView.value = view }

            override fun logged(entry: LogEntryView) = faults.guard {
                callLog.value = (callLog.value + entry).takeLast(CALLS_KEPT)
            }
        })
    }

    /** Watches a form: first a whole view, then patches, at last its end. [tell] is called in order, on a thread of the core. */
    fun watch(form: UInt, tell: (FormUpdate) -> Unit): AutoCloseable {
        val subscription = client.observeForm(form, object : WindowObserver {
            override fun reset(view: FormView) = faults.guard { tell(FormUpdate.Reset(view)) }

            override fun patched(patch: FormPatch) = faults.guard { tell(FormUpdate.Patched(patch)) }

            override fun closed(successor: UInt) = faults.guard { tell(FormUpdate.Closed(successor.takeIf { it != NO_FORM })) }
        })
        return AutoCloseable { subscription.destroy() }
    }

    fun dispatch(form: UInt, event: FormEvent) = client.dispatch(form, event)

    fun signIn(user: String, password: String) = client.signIn(user, password)

    /** Signs in by a link that was scanned or opened; what is wrong with it is told at the sign-in. */
    fun signInByLink(link: String) = client.signInByLink(link)

    fun signOut() = client.signOut()

    fun unlock(pin: String) = client.unlock(pin)

    fun unlockWithBiometrics() = client.unlockWithBiometrics()

    /** Asks the person for a new PIN. */
    fun choosePin() = client.choosePin()

    /** The PIN the person chose; an empty one takes it away, none leaves it as it was. */
    fun setPin(pin: String?) = client.setPin(pin)

    /** Begins anew for the account whose database can't be read, as the sign-in offers it; the person is asked once more. */
    fun beginAccountAnew() = client.beginAccountAnew()

    fun retryDownload() = client.retryDownload()

    fun updateNow() = client.updateNow()

    fun open(menuItem: String) = client.open(menuItem)

    fun activate(form: UInt) = client.activate(form)

    /** Leaves the form in front where it is and shows the menu. */
    fun showMenu() = client.activate(NO_FORM)

    fun setMode(mode: ModeView) = client.setMode(mode)

    fun answerDialog(id: ULong, button: String) = client.answerDialog(id, button)

    /** Answers the offer of another mode; none keeps the mode. */
    fun answerOffer(mode: ModeView?) = client.answerOffer(mode)

    /** Waits no longer for a call that takes long (R18). */
    fun cancelWait(id: ULong) = client.cancelWait(id)

    fun takeDraft(id: String) = client.takeDraft(id)

    fun discardDraft(id: String) = client.discardDraft(id)

    fun linkChanged(facts: LinkFacts) = client.linkChanged(facts.connected, facts.metered, facts.captivePortal)

    fun exchangeNow() = client.exchangeNow()

    fun setLanguage(language: String) = client.setLanguage(language)

    fun suspendWork() = client.suspend()

    fun resumeWork() = client.resume()

    /** How the app stands, for a tester's report: nothing that a person typed is in it. */
    suspend fun diagnosis(): String? = withContext(Dispatchers.IO) { client.diagnosis() }

    suspend fun formView(form: UInt): FormView? = withContext(Dispatchers.IO) { client.formView(form) }

    suspend fun interfaceView(): InterfaceView? = withContext(Dispatchers.IO) { client.interfaceView() }

    /** Ends the client and waits until its files are closed: then another may start in its folder. */
    suspend fun end() = withContext(Dispatchers.IO) {
        client.stop()
        client.ended()
    }

    /** Ends the client; what was typed is kept. */
    override fun close() {
        subscription.destroy()
        client.stop()
        client.destroy()
    }

    companion object {
        /** Calls that [calls] holds. */
        const val CALLS_KEPT = 200

        private const val NO_FORM = 0u

        /** Starts the client over a folder that only this app may read. Throws [dev.twinshore.FailedToStart]. */
        suspend fun start(options: ClientOptions, platform: Platform, faults: Faults = Faults.toThread): Core =
            withContext(Dispatchers.IO) {
                Core(MobileClient.startOnDevice(options, platform.secrets, platform.biometrics, platform.device), faults)
            }

        /** Sets the files aside that keep the client from starting, after the person agreed. Throws [dev.twinshore.FailedToStart]. */
        suspend fun beginAnew(options: ClientOptions, platform: Platform) =
            withContext(Dispatchers.IO) { dev.twinshore.beginAnew(options, platform.secrets) }
    }
}

/** What the core needs of the device. */
class Platform(val secrets: SecretStore, val biometrics: Biometrics? = null, val device: DeviceFunctions = NoDevice)

/** A device that can do nothing for module code. */
object NoDevice : DeviceFunctions {
    override fun useDevice(request: DeviceRequest): DeviceAnswer = throw DeviceFailure.Absent()
}

/** What a form's observer is told. */
sealed interface FormUpdate {
    data class Reset(val view: FormView) : FormUpdate

    data class Patched(val patch: FormPatch) : FormUpdate

    /** The form is gone; [successor] took its place. */
    data class Closed(val successor: UInt?) : FormUpdate
}

/** What the platform knows of the link; it only makes the client ask the main server (M2). */
data class LinkFacts(val connected: Boolean, val metered: Boolean, val captivePortal: Boolean)

/** Takes what an observer threw: a defect of the shell, which must be seen and must not unwind into the core. */
fun interface Faults {
    fun report(fault: Throwable)

    fun guard(act: () -> Unit) {
        try {
            act()
        } catch (
            @Suppress("TooGenericExceptionCaught") fault: Throwable,
        ) {
            report(fault)
        }
    }

    companion object {
        /** To whoever handles what nobody caught, as if the thread itself had thrown it. */
        val toThread = Faults { fault ->
            val thread = Thread.currentThread()
            (thread.uncaughtExceptionHandler ?: thread.threadGroup).uncaughtException(thread, fault)
        }
    }
}
