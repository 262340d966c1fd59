package dev.twinshore.app

import android.os.ParcelFileDescriptor
import androidx.compose.ui.graphics.asAndroidBitmap
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.createAndroidComposeRule
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextClearance
import androidx.compose.ui.test.performTextInput
import androidx.test.platform.app.InstrumentationRegistry
import org.junit.After
import org.junit.Rule
import org.junit.Test
import java.io.File

/**
 * The story of a lost connection on a device or an emulator whose connection is really cut, with a main server of the demo on the
 * machine that runs it (`scripts/with-main-server`, 10.0.2.2:8080 for an emulator). Pictures and the log stay in the app's folder.
 */
@OptIn(ExperimentalTestApi::class)
class DeviceStoryTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    private val instrumentation = InstrumentationRegistry.getInstrumentation()

    @After
    fun restoreAndTell() {
        airplane(false)
        keep("logcat.txt") { it.writeText(shell("logcat -d -s twinshore")) }
    }

    @Test
    fun anOrderOutlivesTheConnection() {
        type("user", "ann")
        type("password", "demo")
        rule.onNodeWithTextOnButton("Sign in").performClick()
        waitFor(hasTestTag("menu"))
        tap("menu-Document.Orders.List")
        waitFor(hasTestTag("row"))
        tap("command-create")
        waitFor(hasTestTag("form-Document.Orders.Item"))
        type("Counterparty", "Harb")
        waitFor(hasText("Harbour Café"))
        rule.onAllNodes(hasText("Harbour Café"))[0].performClick()
        type("Comment", "call first")
        picture("1-typed")

        airplane(true)
        waitFor(hasTestTag("unavailable"))
        waitFor(hasText("call first"))
        picture("2-lost")
        tap("openOffline")
        waitFor(hasTestTag("server-standalone"))
        waitFor(hasText("call first"))
        tap("command-write")
        waitFor(hasText("Saved.", substring = true))
        picture("3-saved-offline")

        airplane(false)
        tap("home")
        rule.waitUntil(PATIENCE_MS) { rule.onAllNodes(hasTestTag("banner")).fetchSemanticsNodes().isEmpty() }
        val app = rule.activity.application as TwinshoreApplication
        rule.waitUntil(PATIENCE_MS) { app.running.value?.getOrNull()?.view?.status?.exchange?.pending == 0uL }
        picture("4-sent")
    }

    private fun androidx.compose.ui.test.junit4.ComposeTestRule.onNodeWithTextOnButton(text: String) = onNode(hasText(text))

    private fun waitFor(matcher: SemanticsMatcher) = rule.waitUntilAtLeastOneExists(matcher, PATIENCE_MS)

    private fun tap(tag: String) {
        waitFor(hasTestTag(tag))
        rule.onAllNodes(hasTestTag(tag))[0].performClick()
    }

    private fun type(tag: String, text: String) {
        waitFor(hasTestTag(tag))
        rule.onNode(hasTestTag(tag)).performTextClearance()
        rule.onNode(hasTestTag(tag)).performTextInput(text)
    }

    /** The device's own switch; before Android 11 there is no command for it, so both networks are turned off. */
    private fun airplane(on: Boolean) {
        if (android.os.Build.VERSION.SDK_INT >= android.os.Build.VERSION_CODES.R) {
            shell("cmd connectivity airplane-mode ${if (on) "enable" else "disable"}")
        } else {
            for (network in listOf("wifi", "data")) shell("svc $network ${if (on) "disable" else "enable"}")
        }
    }

    private fun shell(command: String): String =
        ParcelFileDescriptor.AutoCloseInputStream(instrumentation.uiAutomation.executeShellCommand(command)).use { it.reader().readText() }

    private fun picture(name: String) = keep("$name.png") { file ->
        val picture = rule.onAllNodes(isRoot())[0].captureToImage().asAndroidBitmap()
        file.outputStream().use { picture.compress(android.graphics.Bitmap.CompressFormat.PNG, BEST, it) }
    }

    private fun keep(name: String, write: (File) -> Unit) {
        val folder = instrumentation.targetContext.getExternalFilesDir("story") ?: return
        write(folder.apply { mkdirs() }.resolve(name))
    }

    private companion object {
        const val PATIENCE_MS = 60_000L
        const val BEST = 100
    }
}
