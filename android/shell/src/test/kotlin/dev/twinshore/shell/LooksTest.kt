package dev.twinshore.shell

import androidx.activity.ComponentActivity
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.junit4.createAndroidComposeRule
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** Other eyes, other hands, other devices: dark, Russian, right to left, large type, a tablet. */
@RunWith(RobolectricTestRunner::class)
@Config(qualifiers = "w412dp-h860dp-xhdpi")
class LooksTest {
    @get:Rule(order = 1)
    val rule = createAndroidComposeRule<ComponentActivity>()

    @get:Rule(order = 0)
    val world = World(rule)

    private val hands get() = world.hands

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
}
