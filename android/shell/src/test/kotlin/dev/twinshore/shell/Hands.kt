package dev.twinshore.shell

import android.graphics.Bitmap
import android.graphics.Canvas
import android.os.Looper
import android.view.KeyEvent
import androidx.activity.ComponentActivity
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.mutableStateOf
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.ViewRootForTest
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
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
import androidx.compose.ui.test.longClick
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performSemanticsAction
import androidx.compose.ui.test.performTextClearance
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipe
import androidx.compose.ui.test.swipeDown
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import dev.twinshore.testing.MainServer
import org.robolectric.Shadows.shadowOf

/** What a person does with eyes and fingers; what is not there yet is waited for. */
class Hands(private val rule: AndroidComposeTestRule<*, out ComponentActivity>) {
    private val drawn = mutableStateOf<AppState?>(null)

    private var isDrawn = false

    /** Draws a process; another one takes the place of the one that was drawn. */
    fun show(process: AppProcess, dark: Boolean = false, fontScale: Float = 1f, brand: Brand = Brand.Twinshore) {
        drawn.value = process.state
        if (isDrawn) return
        isDrawn = true
        rule.setContent {
            val density = LocalDensity.current
            CompositionLocalProvider(LocalDensity provides Density(density.density, fontScale)) {
                drawn.value?.let { TwinshoreApp(it, JvmDevice, brand = brand, dark = dark) }
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

    fun count(matcher: SemanticsMatcher): Int = rule.onAllNodes(matcher, useUnmergedTree = true).fetchSemanticsNodes(false).size

    /** True if both texts are seen, the first above the second. */
    fun isAbove(first: String, second: String): Boolean {
        val tops = listOf(first, second).map { text ->
            rule.onAllNodes(hasText(text), useUnmergedTree = true).fetchSemanticsNodes(false).firstOrNull()?.boundsInRoot?.top ?: return false
        }
        return tops[0] < tops[1]
    }

    fun scrollToTag(tag: String) = find(hasTestTag(tag))

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

    /** Types into what is there already, in one go. */
    fun insert(tag: String, text: String) {
        find(hasTestTag(tag))
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

    /** Pulls down what begins at its top. */
    fun pullDown(tag: String) {
        find(hasTestTag(tag))
        node(hasTestTag(tag)).performTouchInput { swipeDown(startY = top + height * 0.1f, endY = bottom - 1f, durationMillis = PULL_MS) }
        rule.waitForIdle()
    }

    /** Moves a mark to a value. */
    fun moveTo(tag: String, value: Float) {
        find(hasTestTag(tag))
        node(hasTestTag(tag)).performSemanticsAction(SemanticsActions.SetProgress) { it(value) }
        rule.waitForIdle()
    }

    /** The key *back*, to the topmost window. */
    fun goBack() {
        rule.waitForIdle()
        val top = rule.onAllNodes(isRoot()).fetchSemanticsNodes().last()
        rule.runOnUiThread {
            val window = (top.root as ViewRootForTest).view.rootView
            window.dispatchKeyEvent(KeyEvent(KeyEvent.ACTION_DOWN, KeyEvent.KEYCODE_BACK))
            window.dispatchKeyEvent(KeyEvent(KeyEvent.ACTION_UP, KeyEvent.KEYCODE_BACK))
        }
    }

    /** Touches long, as to choose a row. */
    fun touchLong(matcher: SemanticsMatcher) {
        find(matcher)
        node(matcher).performTouchInput { longClick() }
        rule.waitForIdle()
    }

    /** Pulls a row towards its start. */
    fun pullAside(matcher: SemanticsMatcher) {
        find(matcher)
        node(matcher).performTouchInput { swipe(Offset(right - 1f, centerY), Offset(right - width * PULL, centerY), PULL_MS) }
        rule.waitForIdle()
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

    /** Everything that can be touched is big enough for a finger and says what it is to who can't see it. */
    fun checkTouch() {
        for (root in rule.onAllNodes(isRoot()).fetchSemanticsNodes(false)) {
            fun check(node: SemanticsNode) {
                if (node.isTouched()) {
                    val size = with(node.layoutInfo.density) { node.touchBoundsInRoot.let { DpSize(it.width.toDp(), it.height.toDp()) } }
                    assert(size.height >= LEAST_TOUCH && size.width >= LEAST_TOUCH) { "${node.told()} is $size" }
                    assert(node.told().isNotBlank()) { "nothing is said of what is at ${node.boundsInRoot}" }
                }
                node.children.forEach(::check)
            }
            check(root)
        }
    }

    /** Cut by the edge of what scrolls it is not measured: it is whole when it is scrolled to. */
    private fun SemanticsNode.isTouched(): Boolean {
        if (config.getOrNull(SemanticsActions.OnClick) == null || config.contains(SemanticsProperties.Disabled)) return false
        val whole = size.height.toFloat() <= boundsInRoot.height + 1 && size.width.toFloat() <= boundsInRoot.width + 1
        return boundsInRoot.width > 0 && boundsInRoot.height > 0 && whole
    }

    private fun SemanticsNode.told(): String = listOfNotNull(
        config.getOrNull(SemanticsProperties.Text)?.joinToString { it.text },
        config.getOrNull(SemanticsProperties.EditableText)?.text,
        config.getOrNull(SemanticsProperties.ContentDescription)?.joinToString(),
        config.getOrNull(SemanticsActions.OnClick)?.label,
    ).joinToString(" ").trim()

    /** Keeps what the screen shows, the topmost window with the one below it. */
    fun picture(name: String) {
        rule.waitForIdle()
        shadowOf(Looper.getMainLooper()).idle()
        checkTouch()
        val roots = rule.onAllNodes(isRoot())
        val whole = roots[0].captureToImage().asAndroidBitmap().copy(Bitmap.Config.ARGB_8888, true)
        val canvas = Canvas(whole)
        roots.fetchSemanticsNodes().drop(1).forEach { root ->
            val window = (root.root as ViewRootForTest).view.rootView
            canvas.drawColor(SHADE)
            canvas.save()
            canvas.translate((whole.width - window.width) / 2f, (whole.height - window.height) / 2f)
            window.draw(canvas)
            canvas.restore()
        }
        keep(whole, name)
    }

    private fun keep(bitmap: Bitmap, name: String) {
        val file = pictures.apply { mkdirs() }.resolve("$name.png")
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, PNG_QUALITY, it) }
    }

    private fun shown(): String = rule.onAllNodes(isRoot(), useUnmergedTree = true).fetchSemanticsNodes(false).joinToString("\n") { root ->
        buildString {
            fun tell(node: SemanticsNode) {
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
        private val LEAST_TOUCH = 47.5.dp
        private const val PULL_MS = 600L
        private const val PULL = 0.6f
        private const val PNG_QUALITY = 100
        private const val SHADE = 0x40000000
        private val pictures = MainServer.root.resolve("build/screenshots/android")
    }
}
