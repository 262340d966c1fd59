package dev.twinshore.shell

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.test.hasTestTag
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.annotation.Config

/** Other eyes, other hands, other devices: dark, Russian, right to left, large type, a tablet. */
class LooksTest : ShellTest() {
    @Test
    fun `F10c a chart and a spreadsheet are drawn, and the form that has them is not reopened`() {
        world.signedIn(dark = true)
        hands.picture("dark-menu")
        hands.open("CommonForm.Dashboard.Form")
        hands.type("Note", "buy milk")
        hands.waitForTag("Results")
        hands.picture("dark-dashboard")
        world.cut()
        hands.tap("openOffline")
        hands.waitForText("can't be copied")
        hands.waitForValue("Note", "buy milk")
        hands.picture("dark-not-reopened")
    }

    @Test
    fun `a language written from right to left turns the screen, and numbers stay as they are`() {
        val app = world.signedIn()
        app.core.setLanguage("ar")
        hands.await("the language") { app.state.view!!.status.language == "ar" }
        hands.picture("right-to-left-menu")
        hands.open("Catalog.Counterparties.List")
        hands.waitForText("Harbour Café")
        hands.tapText("Harbour Café")
        hands.waitForTag("form-Catalog.Counterparties.Item")
        hands.picture("right-to-left")
    }

    @Test
    fun `type of twice the size is not cut, and everything that can be touched is 48 dp high`() {
        world.signedIn(fontScale = 2f)
        hands.picture("large-menu")
        hands.open("Document.Orders.List")
        hands.picture("large-list")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.waitForTag("Comment")
        hands.picture("large-order")
        hands.tap("mode")
        hands.waitForTag("status-sheet")
        hands.picture("large-status")
    }

    @Test
    @Config(qualifiers = "w1280dp-h800dp-mdpi")
    fun `a tablet shows the menu beside the form`() {
        world.signedIn()
        hands.picture("tablet-menu")
        hands.tap("menu-Document.Orders.List")
        hands.waitForTag("form-Document.Orders.List")
        hands.waitForTag("row")
        hands.waitForTag("menu")
        hands.picture("tablet")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.waitForTag("Comment")
        hands.picture("tablet-order")
        hands.tap("close")
        hands.waitForTag("form-Document.Orders.List")
        assertEquals("the mark of the mode is there once", 1, hands.count(hasTestTag("mode")))
    }

    @Test
    fun `a brand's colour is read on every ground, whatever it is`() {
        for (colour in listOf(Color.Yellow, Color.White, Color.Black, Color(0xFFAA3300), Color(0xFF00FF66), Color(0xFF777777), Color.Blue)) {
            val brand = Brand.of("Acme", colour)
            for (scheme in listOf(brand.light, brand.dark)) {
                val read = with(scheme) {
                    listOf(primary to background, onPrimary to primary, onPrimaryContainer to primaryContainer, primary to surfaceContainerHigh)
                }
                for ((text, ground) in read) assertTrue("$colour: $text on $ground", contrast(text, ground) >= 4.5f)
            }
        }
        hands.show(world.start(), dark = false, brand = Brand.of("Acme", Color(0xFFFFC400)))
        hands.waitForText("Acme")
        hands.picture("brand-sign-in")
        world.app.core.signIn("ann", "demo")
        hands.waitForTag("menu")
        hands.picture("brand-menu")
    }
}
