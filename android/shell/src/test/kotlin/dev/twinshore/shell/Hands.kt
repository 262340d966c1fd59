package dev.twinshore.shell

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.os.Looper
import androidx.activity.ComponentActivity
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.mutableStateOf
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasScrollToNodeAction
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.AndroidComposeTestRule
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextClearance
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.unit.Density
import dev.twinshore.ClientOptions
import dev.twinshore.SecretStore
import dev.twinshore.core.Core
import dev.twinshore.testing.MainServer
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.runBlocking
import org.robolectric.Shadows.shadowOf
import java.io.File
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList

/** Secrets that last as long as the test. */
class MemoryStore : SecretStore {
    private val secrets = ConcurrentHashMap<String, String>()

    override fun secret(name: String): String? = secrets[name]

    override fun setSecret(name: String, value: String?) {
        if (value == null) secrets.remove(name) else secrets[name] = value
    }

    override fun utcOffsetS(): Int = 0
}

/** The process of an app: the core and what is drawn of it. Ended and started again over the same folder it is the same phone. */
class AppProcess(url: String, folder: File, store: SecretStore) : AutoCloseable {
    val faults = CopyOnWriteArrayList<Throwable>()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    val core: Core = runBlocking { Core.start(ClientOptions(folder.path, url, "phone", "en"), store) { faults += it } }
    val state = AppState(core, scope)

    override fun close() {
        state.close()
        scope.cancel()
        core.close()
    }
}

object JvmDevice : Device {
    override fun picture(bytes: ByteArray): ImageBitmap? = BitmapFactory.decodeByteArray(bytes, 0, bytes.size)?.asImageBitmap()
}

/** What a person does with eyes and fingers; what is not there yet is waited for. */
class Hands(private val rule: AndroidComposeTestRule<*, out ComponentActivity>) {
    private val drawn = mutableStateOf<AppState?>(null)

    /** Draws another process in the place of the one that ended. */
    fun showAgain(process: AppProcess) {
        drawn.value = process.state
    }

    fun show(process: AppProcess, dark: Boolean = false, fontScale: Float = 1f) {
        drawn.value = process.state
        rule.setContent {
            val density = LocalDensity.current
            CompositionLocalProvider(LocalDensity provides Density(density.density, fontScale)) {
                drawn.value?.let { TwinshoreApp(it, JvmDevice, dark = dark) }
            }
        }
    }

    fun await(what: String, holds: () -> Boolean) {
        try {
            rule.waitUntil(PATIENCE_MS) {
                shadowOf(Looper.getMainLooper()).idle()
                holds()
            }
        } catch (late: androidx.compose.ui.test.ComposeTimeoutException) {
            throw AssertionError("waited in vain for $what; shown is:\n${shown()}", late)
        }
    }

    fun sees(matcher: SemanticsMatcher): Boolean = rule.onAllNodes(matcher, useUnmergedTree = true).fetchSemanticsNodes(false).isNotEmpty()

    fun waitFor(matcher: SemanticsMatcher) = await(matcher.description) { sees(matcher) }

    fun waitForText(text: String) = waitFor(hasText(text, substring = true))

    fun waitForTag(tag: String) = waitFor(hasTestTag(tag))

    fun waitWhile(matcher: SemanticsMatcher) = await("the end of ${matcher.description}") { !sees(matcher) }

    fun tap(tag: String) {
        find(hasTestTag(tag))
        node(hasTestTag(tag)).performClick()
    }

    fun tapText(text: String, under: String? = null) {
        val matcher = hasText(text, substring = true).let { if (under == null) it else it.and(hasAnyAncestor(hasTestTag(under))) }
        find(matcher)
        node(matcher).performClick()
    }

    fun type(tag: String, text: String) {
        find(hasTestTag(tag))
        node(hasTestTag(tag)).performTextClearance()
        node(hasTestTag(tag)).performTextInput(text)
    }

    fun textOf(tag: String): String {
        find(hasTestTag(tag))
        val config = node(hasTestTag(tag)).fetchSemanticsNode().config
        return config.getOrNull(SemanticsProperties.EditableText)?.text
            ?: config.getOrNull(SemanticsProperties.Text).orEmpty().joinToString { it.text }
    }

    fun waitForValue(tag: String, text: String) = await("$tag to hold $text") { sees(hasTestTag(tag)) && textOf(tag) == text }

    /** Opens the menu item of a form and waits for the form. */
    fun open(form: String) {
        menu()
        tap("menu-$form")
        waitForTag("form-$form")
    }

    fun menu() {
        if (sees(hasTestTag("home"))) tap("home")
        waitForTag("menu")
    }

    /** Runs a command, from the bar or from what did not fit into it. */
    fun command(name: String) {
        await("command $name") { sees(hasTestTag("command-$name")) || sees(hasTestTag("more")) }
        if (!sees(hasTestTag("command-$name"))) tap("more")
        tap("command-$name")
    }

    /** Chooses what fits the typed text best. */
    fun choose(tag: String, text: String, whole: String) {
        type(tag, text)
        waitFor(hasText(whole).and(hasAnyAncestor(hasTestTag("suggestions"))))
        tapText(whole, under = "suggestions")
        waitForValue(tag, whole)
    }

    fun node(matcher: SemanticsMatcher): SemanticsNodeInteraction = rule.onAllNodes(matcher, useUnmergedTree = true).let { it[0] }

    /** Waits for it, scrolling where something scrolls. */
    private fun find(matcher: SemanticsMatcher) {
        await(matcher.description) {
            if (!sees(matcher)) scrollTo(matcher)
            sees(matcher)
        }
        runCatching { node(matcher).performScrollTo() }
        rule.waitForIdle()
    }

    private fun scrollTo(matcher: SemanticsMatcher) {
        val scrolling = rule.onAllNodes(hasScrollToNodeAction(), useUnmergedTree = true)
        for (at in scrolling.fetchSemanticsNodes(false).indices) {
            if (runCatching { scrolling[at].performScrollToNode(matcher) }.isSuccess) return
        }
    }

    /** Keeps what the screen shows, the topmost window with the one below it. */
    fun picture(name: String) {
        rule.waitForIdle()
        shadowOf(Looper.getMainLooper()).idle()
        val roots = rule.onAllNodes(isRoot())
        val windows = roots.fetchSemanticsNodes().indices.map { roots[it].captureToImage().asAndroidBitmap() }
        windows.forEachIndexed { at, bitmap -> keep(bitmap, if (at == 0) name else "$name-$at") }
    }

    private fun keep(bitmap: Bitmap, name: String) {
        val file = pictures.apply { mkdirs() }.resolve("$name.png")
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, PNG_QUALITY, it) }
    }

    private fun shown(): String = rule.onAllNodes(isRoot(), useUnmergedTree = true).fetchSemanticsNodes(false).joinToString("\n") { root ->
        buildString {
            fun tell(node: androidx.compose.ui.semantics.SemanticsNode) {
                val config = node.config
                val words = listOfNotNull(
                    config.getOrNull(SemanticsProperties.TestTag),
                    config.getOrNull(SemanticsProperties.Text)?.joinToString { it.text },
                    config.getOrNull(SemanticsProperties.EditableText)?.text,
                    config.getOrNull(SemanticsProperties.ContentDescription)?.joinToString(),
                )
                if (words.isNotEmpty()) append(words.joinToString(" | ")).append('\n')
                node.children.forEach(::tell)
            }
            tell(root)
        }
    }

    companion object {
        const val PATIENCE_MS = 60_000L
        private const val PNG_QUALITY = 100
        private val pictures = MainServer.root.resolve("build/screenshots/android")
    }
}
