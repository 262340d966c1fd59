package dev.twinshore.shell

import androidx.activity.BackEventCompat
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isFocused
import androidx.compose.ui.test.isHeading
import dev.twinshore.ModeView
import dev.twinshore.core.Core
import dev.twinshore.testing.MainServer
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

/** Every screen around forms, on the real core and a real main server. */
class ScreensTest : ShellTest() {
    private fun newOrder(comment: String) {
        hands.open("Document.Orders.List")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.type("Comment", comment)
    }

    /** What the core has of a field of the form in front; only then it is kept. */
    private fun awaitKept(core: Core, name: String, text: String) = hands.await("$name to be kept") {
        runBlocking { core.formView(core.view.value!!.active) }?.elements?.any { it.name == name && it.text == text } == true
    }

    @Test
    fun `A1 the first download tells how far it is, and goes on where the connection broke`() {
        val app = world.start()
        hands.show(app)
        hands.waitForTag("user")
        world.link.delayMs = 400
        app.core.signIn("ann", "demo")
        hands.waitForTag("download")
        hands.picture("download")
        world.cut()
        hands.waitForTag("retry")
        hands.picture("download-broken")
        world.restore()
        hands.tap("retry")
        hands.waitForTag("menu")
    }

    @Test
    fun `A1 an app that brings its configuration along does not download it`() {
        val before = MainServer.demo.asked("/api/device-bundle")
        MainServer.demo.pack(world.folder.resolve("packed-bundle.zst"))
        world.signedIn()
        assertEquals(before, MainServer.demo.asked("/api/device-bundle"))
        world.other("bob")
        assertEquals(before + 1, MainServer.demo.asked("/api/device-bundle"))
    }

    @Test
    fun `A2 a PIN is chosen, asked for at the next start, and a finger does as well`() {
        val app = world.signedIn(biometrics = KnownFinger)
        hands.tap("mode")
        hands.tap("choose-pin")
        hands.type("pin", "12")
        hands.tapText("Keep the PIN")
        hands.waitForTag("pin")
        hands.picture("pin-chosen")
        hands.type("pin", "123456")
        hands.tapText("Keep the PIN")
        hands.waitForTag("menu")
        runBlocking { app.core.end() }

        hands.show(world.start(biometrics = KnownFinger))
        hands.waitForText("Unlock")
        hands.type("pin", "999999")
        hands.tapText("Unlock")
        hands.waitFor(SemanticsMatcher.expectValue(SemanticsProperties.LiveRegion, androidx.compose.ui.semantics.LiveRegionMode.Assertive))
        hands.picture("lock")
        hands.tapText("Finger or face")
        hands.waitForTag("menu")
    }

    @Test
    fun `M4 R18 a slow call is waited for, and another mode is offered and not forced`() {
        val app = world.signedIn()
        hands.open("Document.Orders.List")
        hands.menu()
        world.link.delayMs = 9_000
        hands.tap("menu-Report.Sales.Report")
        hands.waitForTag("waiting")
        hands.picture("waiting")
        world.link.delayMs = 0
        hands.waitForTag("offer")
        hands.picture("offer")
        assertTrue(app.state.view!!.status.mode == ModeView.NORMAL)
        hands.tapText("Poor connection", under = "offer")
        hands.await("the chosen mode") { app.state.view!!.status.effectiveMode == ModeView.POOR_CONNECTION }
        hands.waitWhile(hasTestTag("offer"))
    }

    @Test
    fun `M7 the home page and the menu grey what needs a connection and say so`() {
        world.signedIn()
        hands.waitForTag("home-CommonForm.Dashboard.Form")
        hands.picture("home")
        world.cut()
        hands.waitForTag("banner")
        hands.node(hasTestTag("home-CommonForm.Dashboard.Form"))
        hands.node(hasTestTag("menu-Report.Sales.Report")).assertIsNotEnabled()
        hands.waitFor(hasText("Needs connection"))
        hands.picture("home-offline")
        assertTrue("the menu has headings to jump between", hands.count(isHeading()) >= 3)
    }

    @Test
    fun `Russian, and the file of diagnosis tells how the app stands and nothing that was typed`() {
        world.signedIn(dark = true)
        newOrder("a secret of mine")
        awaitKept(world.app.core, "Comment", "a secret of mine")
        hands.tap("mode")
        hands.waitForTag("status-sheet")
        hands.tap("language-ru")
        hands.waitForText("Обмен")
        hands.tap("mode-OFFLINE")
        hands.await("offline") { world.app.state.view!!.status.effectiveMode == ModeView.OFFLINE }
        hands.tap("calls")
        hands.picture("dark-status")
        JvmDevice.shared.clear()
        hands.tap("diagnosis")
        hands.await("the file") { JvmDevice.shared.isNotEmpty() }
        val (name, text) = JvmDevice.shared.single()
        assertTrue(name, name.endsWith(".json"))
        for (told in listOf("\"inForce\": \"offline\"", "Document.Orders.Item", "FieldSales", "\"calls\"")) assertTrue(told, text.contains(told))
        for (typed in listOf("secret of mine", "Harbour", "demo\"")) assertFalse(typed, text.contains(typed))
    }

    @Test
    fun `F19 what was typed is there after the process was killed, and can be thrown away`() {
        val app = world.signedIn()
        newOrder("call first")
        awaitKept(app.core, "Comment", "call first")
        val left = world.filesNow()
        runBlocking { app.core.end() }

        hands.show(world.start(on = left))
        hands.waitForTag("draft")
        hands.picture("drafts")
        hands.tapText("Go on", under = "draft")
        hands.waitForTag("form-Document.Orders.Item")
        hands.waitForValue("Comment", "call first")
        hands.tap("close")
        hands.waitForText("Discard")
        hands.picture("close-question")
    }

    @Test
    fun `F13 a form that is drawn anew puts the focus where the person was`() {
        world.signedIn()
        newOrder("call first")
        awaitKept(world.app.core, "Comment", "call first")
        hands.menu()
        hands.tapText("Order", under = "open-forms")
        hands.waitForTag("form-Document.Orders.Item")
        hands.waitFor(hasTestTag("Comment").and(isFocused()))
        world.cut()
        hands.tap("openOffline")
        hands.waitForTag("server-standalone")
        hands.waitFor(hasTestTag("Comment").and(isFocused()))
    }

    @Test
    fun `the gesture of going back shrinks the form, lets it stand when it is given up, and closes it when it is done`() {
        world.signedIn()
        hands.open("Document.Orders.List")
        hands.waitForTag("row")
        val back = world.screen.activity.onBackPressedDispatcher
        fun event(progress: Float) = BackEventCompat(0f, 0f, progress, BackEventCompat.EDGE_LEFT)
        world.screen.runOnUiThread {
            back.dispatchOnBackStarted(event(0f))
            back.dispatchOnBackProgressed(event(0.6f))
        }
        hands.picture("back-gesture")
        world.screen.runOnUiThread { back.dispatchOnBackCancelled() }
        hands.waitForTag("form-Document.Orders.List")
        world.screen.runOnUiThread {
            back.dispatchOnBackStarted(event(0f))
            back.dispatchOnBackProgressed(event(1f))
            back.onBackPressed()
        }
        hands.waitWhile(hasTestTag("form-Document.Orders.List"))
        hands.waitForTag("menu")
    }

    @Test
    fun `who can't see the screen is told what everything is`() {
        world.signedIn()
        hands.node(hasTestTag("mode")).assert(hasContentDescription("Mode: Normal", substring = true))
        newOrder("x")
        hands.waitFor(hasContentDescription("Customer, required"))
        assertTrue(hands.sees(isHeading().and(hasText("Order", substring = true))))
        hands.waitFor(hasContentDescription("Unsaved changes"))
        hands.waitFor(hasContentDescription("Choose: Customer"))
        hands.waitFor(SemanticsMatcher.keyIsDefined(SemanticsProperties.Selected).and(hasTestTag("page-header")))
        hands.command("write")
        hands.waitFor(SemanticsMatcher.keyIsDefined(SemanticsProperties.Error).and(hasTestTag("Counterparty")))
        hands.open("Document.Orders.List")
        hands.waitFor(SemanticsMatcher.keyIsDefined(androidx.compose.ui.semantics.SemanticsActions.CustomActions).and(hasTestTag("row")))
        hands.checkTouch()
        assertTrue(hands.sees(hasText("Harbour", substring = true).and(hasAnyAncestor(hasTestTag("row")))))
    }
}
