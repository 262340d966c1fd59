package dev.twinshore.shell

import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import org.junit.Test

/** The story of a lost connection, tapped and typed as a person does it, on the real core and a real main server. */
class StoryTest : ShellTest() {
    @Test
    fun `an order is typed, the connection is lost, it goes on offline and reaches the main server`() {
        hands.show(world.start())
        signIn()
        bothServers()
        anOrderIsTyped()
        theConnectionIsLost()
        itGoesOnOffline()
        theMenuGreys()
        theConnectionIsBack()
    }

    private fun signIn() {
        hands.type("user", "ann")
        hands.type("password", "guess")
        hands.tapText("Sign in")
        hands.waitForText("The name or the password is wrong.")
        hands.picture("1-sign-in")
        hands.type("password", "demo")
        hands.tapText("Sign in")
        hands.waitForTag("menu")
        hands.picture("2-menu")
    }

    /** R2, M8. */
    private fun bothServers() {
        hands.open("Catalog.Goods.List")
        hands.waitForTag("server-standalone")
        hands.waitForText("Coffee")
        hands.picture("3-goods")
        hands.open("Catalog.Counterparties.List")
        hands.waitForTag("server-main")
        hands.waitForText("Harbour Café")
        hands.picture("3-counterparties")
    }

    private fun anOrderIsTyped() {
        hands.open("Document.Orders.List")
        hands.waitForTag("row")
        hands.picture("3-orders")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.choose("Counterparty", "Harb", "Harbour Café")
        hands.type("Comment", "call first")
        hands.type("Discount", "5")
        hands.picture("4-order")
        hands.tap("page-lines")
        listOf("Green" to "Green tea, 100 g", "Espr" to "Espresso beans, 1 kg").forEachIndexed { at, (typed, goods) ->
            hands.tap("add-Lines")
            hands.waitForTag("row-Lines-$at")
            hands.choose("cell-Goods", typed, goods)
            hands.type("cell-Quantity", "${at + 2}")
        }
        hands.waitForText("43.50")
        hands.picture("4-order-lines")
        hands.tap("page-header")
        hands.waitForValue("Comment", "call first")
    }

    /** F2: unavailable, its text visible and selectable, nothing editable. */
    private fun theConnectionIsLost() {
        world.cut()
        hands.waitForTag("unavailable")
        hands.waitForText("Your text is kept.")
        hands.waitForValue("Comment", "call first")
        hands.picture("5-lost")
    }

    /** F9, F10: everything typed is there, and what can't come is named. */
    private fun itGoesOnOffline() {
        hands.tap("openOffline")
        hands.waitForTag("server-standalone")
        hands.waitForTag("left-behind")
        hands.waitForText("Discount %")
        hands.waitForValue("Comment", "call first")
        hands.waitForValue("Counterparty", "Harbour Café")
        hands.picture("6-offline")
        hands.tap("page-lines")
        hands.waitForTag("row-Lines-1")
        hands.command("write")
        hands.waitForText("Saved.")
    }

    /** M7. */
    private fun theMenuGreys() {
        hands.menu()
        hands.waitForTag("banner")
        hands.picture("7-menu-offline")
        for (item in listOf("Report.Sales.Report", "Catalog.Contracts.List")) {
            hands.waitForTag("menu-$item")
            hands.node(hasTestTag("menu-$item")).assertIsNotEnabled()
        }
        for (item in listOf("Document.Orders.List", "Catalog.Counterparties.List")) hands.node(hasTestTag("menu-$item")).assertIsEnabled()
    }

    /** X8: what was saved offline goes up by itself. */
    private fun theConnectionIsBack() {
        world.restore()
        hands.waitWhile(hasTestTag("banner"))
        hands.await("everything to be sent") { world.app.state.view!!.status.exchange.pending == 0uL }
        hands.open("Document.Orders.List")
        hands.waitForTag("server-main")
        hands.waitFor(hasText("Harbour Café"))
        hands.picture("8-back")
    }
}
