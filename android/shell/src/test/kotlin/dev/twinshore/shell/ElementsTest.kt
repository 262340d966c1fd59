package dev.twinshore.shell

import androidx.compose.foundation.ExperimentalFoundationApi
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertIsOff
import androidx.compose.ui.test.assertIsOn
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasAnyDescendant
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasStateDescription
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isNotEnabled
import androidx.compose.ui.test.isSelected
import dev.twinshore.testing.MainServer
import dev.twinshore.testing.MainServer.Companion.SHOWCASE_PASSWORD
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Test

/** Every kind of element and every type of attribute is drawn and worked with, on the real core and a real main server. */
class ElementsTest : ShellTest({ MainServer.showcase }) {
    private fun everything(dark: Boolean = false): AppProcess {
        val process = world.signedIn(dark = dark, password = SHOWCASE_PASSWORD)
        hands.tap("menu-CommonForm.Everything.Form")
        hands.waitForTag("form-CommonForm.Everything.Form")
        hands.waitForTag("Name")
        return process
    }

    private fun page(name: String) = hands.tap("page-$name")

    private fun role(role: Role) = SemanticsMatcher.expectValue(SemanticsProperties.Role, role)

    @OptIn(ExperimentalFoundationApi::class)
    @Test
    fun `what the keyboard takes back is taken back in the core too`() {
        val process = everything()
        hands.type("Name", "Ann")
        hands.await("the core to have it") { process.element("Name").view.text == "Ann" }
        // What Ctrl+Z does; here it would be a "z", for Robolectric's keys know nothing of Ctrl.
        val typing = process.state.form(process.state.view!!.active)!!.typing("${process.element("Name").id}") { "" }
        world.screen.runOnUiThread { typing.field.undoState.undo() }
        hands.waitForValue("Name", "")
        hands.await("the core to have nothing either") { process.element("Name").view.text.isEmpty() }
    }

    @Test
    fun `what is typed is read by its type, and what is no value says why`() {
        everything()
        hands.type("Name", "Ann")
        hands.type("Story", "First line\nsecond line")
        hands.type("Amount", "12,5x")
        hands.waitFor(SemanticsMatcher.keyIsDefined(SemanticsProperties.Error))
        hands.picture("elements-typed-wrong")
        hands.type("Amount", "12.5")
        hands.type("Phone", "+7 495 123-45-67")
        hands.waitForValue("Amount", "12.50")
        hands.type("Day", "2026-01-31")
        hands.type("Hour", "14:30")
        hands.type("Moment", "2026-01-31 14:30")
        hands.type("Mark", "no mark")
        hands.waitFor(SemanticsMatcher.keyIsDefined(SemanticsProperties.Error))
        hands.type("Mark", "0f8fad5b-d9cb-469f-a165-70867728950e")
        hands.await("no error") { !hands.sees(SemanticsMatcher.keyIsDefined(SemanticsProperties.Error)) }
        hands.waitForValue("Story", "First line\nsecond line")
        hands.picture("elements-typed")
    }

    @Test
    fun `a day and an hour are picked`() {
        everything()
        hands.type("Day", "2026-01-31")
        hands.tap("day-Day")
        hands.picture("elements-day")
        hands.tapText("15")
        hands.tapText("Done")
        hands.await("the picked day") { hands.textOf("Day").contains("15") }
        hands.tap("time-Hour")
        hands.picture("elements-hour")
        hands.tapText("Done")
        hands.await("the picked hour") { hands.textOf("Hour").contains(":") }
    }

    @Test
    fun `a switch, a check box, a menu, radio buttons and references are chosen`() {
        everything()
        page("chosen")
        hands.tap("Lit")
        hands.await("on") { runCatching { hands.node(hasTestTag("Lit")).assertIsOn() }.isSuccess }
        hands.node(hasTestTag("Lit")).assert(role(Role.Switch))
        hands.tap("Lit")
        hands.await("off") { runCatching { hands.node(hasTestTag("Lit")).assertIsOff() }.isSuccess }
        hands.tap("Agreed")
        hands.await("agreed") { runCatching { hands.node(hasTestTag("Agreed")).assertIsOn() }.isSuccess }
        hands.node(hasTestTag("Agreed")).assert(role(Role.Checkbox))
        hands.tap("Colour")
        hands.waitFor(hasText("Green").and(hasAnyAncestor(hasTestTag("choices"))))
        hands.picture("elements-menu")
        hands.tapText("Green", under = "choices")
        hands.waitForValue("Colour", "Green")
        hands.tapText("Blue", under = "Favourite")
        hands.await("blue") { hands.sees(role(Role.RadioButton).and(hasAnyDescendant(hasText("Blue"))).and(isSelected())) }
        hands.choose("Thing", "Lam", "Lamp")
        hands.tap("clear-Thing")
        hands.waitForValue("Thing", "")
        hands.tap("choose-Thing")
        hands.waitForTag("form-Catalog.Things.Choice")
        hands.picture("elements-choice-form")
        hands.tapText("Chair")
        hands.waitForTag("form-CommonForm.Everything.Form")
        hands.waitForValue("Thing", "Chair")
        hands.picture("elements-chosen")
        hands.tap("open-Thing")
        hands.waitForTag("form-Catalog.Things.Item")
        hands.tap("close")
        hands.waitForTag("form-CommonForm.Everything.Form")
    }

    @Test
    fun `charts, a spreadsheet, a label and a folded group are looked at`() {
        everything(dark = true)
        hands.command("fill")
        page("seen")
        hands.waitForText("A text that explains.")
        hands.tapText("More about it")
        hands.await("folded") { !hands.sees(hasTestTag("Photo")) }
        hands.tapText("More about it")
        hands.waitForTag("Photo")
        hands.waitFor(hasContentDescription("Shares: Red 2, Green 1", substring = true))
        hands.picture("elements-seen")
        hands.scrollToTag("Sheet")
        hands.waitFor(hasContentDescription("Heights: Lamp 3, Table 12", substring = true))
        hands.waitForText("Together")
        hands.picture("elements-seen-below")
    }

    @Test
    fun `a pop-up opens a menu of buttons and groups, is left without a choice, and follows what code changes in it`() {
        everything()
        page("seen")
        hands.tap("popup-tools")
        hands.waitForTag("entries-tools")
        hands.waitFor(hasText("Answers").and(hasAnyAncestor(hasTestTag("entries-tools"))))
        hands.node(hasText("Answers").and(hasAnyAncestor(hasTestTag("entries-tools")))).assert(SemanticsMatcher.keyIsDefined(SemanticsProperties.Heading))
        hands.picture("elements-popup")
        hands.goBack()
        hands.waitWhile(hasTestTag("entries-tools"))
        hands.tap("popup-tools")
        hands.tapText("Tell", under = "entries-tools")
        hands.waitForText("Told by code.")
        hands.waitWhile(hasTestTag("entries-tools"))
        hands.node(hasTestTag("popup-bare")).assert(hasAnyDescendant(hasContentDescription("More")))
        hands.tap("popup-bare")
        hands.tapText("Fewer tools", under = "entries-bare")
        hands.tap("popup-tools")
        hands.waitForTag("entries-tools")
        hands.waitWhile(hasText("Answers"))
        hands.waitFor(hasTestTag("command-tell").and(hasAnyAncestor(hasTestTag("entries-tools"))).and(isNotEnabled()))
        hands.picture("elements-popup-less")
    }

    @Test
    fun `a period is chosen by its name or typed end by end, and says when it ends before it starts`() {
        everything()
        hands.tap("choose-period")
        hands.waitFor(hasText("This quarter").and(hasAnyAncestor(hasTestTag("choices"))))
        hands.picture("elements-periods")
        hands.tapText("This year", under = "choices")
        hands.await("the year") { hands.textOf("From").endsWith("-01-01") && hands.textOf("To").endsWith("-12-31") }
        hands.waitFor(hasContentDescription("Season: This year"))
        hands.type("From", "2026-03-31")
        hands.type("To", "2026-03-01")
        hands.waitForText("The period ends before it starts")
        hands.node(hasTestTag("period")).assert(SemanticsMatcher.keyIsDefined(SemanticsProperties.Error))
        hands.picture("elements-period-wrong")
        hands.type("To", "2026-04-30")
        hands.waitWhile(hasText("The period ends before it starts", substring = true))
        page("chosen")
        hands.waitForText("from 2026-03-31 to 2026-04-30")
    }

    @Test
    fun `a bar shows a share, a mark is moved between two ends, and texts are offered besides typing`() {
        everything()
        page("bars")
        hands.waitFor(hasContentDescription("Done: 0"))
        hands.moveTo("bar-Volume", 7.5f)
        hands.await("the mark") { hands.sees(hasText("7.5").and(hasAnyAncestor(hasTestTag("Volume")))) }
        hands.await("what code counted of it") { hands.sees(hasContentDescription("Done: 75")) }
        hands.type("Greeting", "good")
        hands.waitFor(hasText("Good evening").and(hasAnyAncestor(hasTestTag("suggestions"))))
        hands.picture("elements-bars")
        hands.tapText("Good evening", under = "suggestions")
        hands.waitForValue("Greeting", "Good evening")
        hands.type("Greeting", "Ahoy")
        hands.waitForValue("Greeting", "Ahoy")
    }

    @Test
    fun `rows are added, filled cell by cell by their types, moved and removed`() {
        everything()
        page("rows")
        hands.tap("add-Rows")
        hands.waitForTag("row-Rows-0")
        hands.choose("cell-Thing", "Lant", "Lantern")
        hands.type("cell-Quantity", "3")
        hands.tap("cell-Colour")
        hands.tapText("Blue", under = "choices")
        hands.waitForValue("cell-Colour", "Blue")
        hands.tap("cell-Sure")
        hands.await("sure") { runCatching { hands.node(hasTestTag("cell-Sure")).assertIsOn() }.isSuccess }
        hands.type("cell-Day", "2026-01-31")
        hands.type("cell-Note", "first")
        hands.picture("elements-row")
        hands.tap("add-Rows")
        hands.waitForTag("row-Rows-1")
        hands.type("cell-Note", "second")
        hands.tap("row-up")
        hands.waitFor(hasText("Lantern").and(hasAnyAncestor(hasTestTag("row-Rows-1"))))
        hands.picture("elements-rows")
        hands.tap("remove-row")
        hands.await("one row") { !hands.sees(hasTestTag("row-Rows-1")) }
        hands.waitForText("Lantern")
    }

    @Test
    fun `a question waits for its answer, a message is told, an error stays until it is read`() {
        everything()
        hands.command("ask")
        hands.waitForText("Which one?")
        hands.picture("elements-question")
        hands.tapText("Second")
        page("chosen")
        hands.waitForText("answered Second")
        hands.command("tell")
        hands.waitForText("Told by code.")
        hands.picture("elements-message")
        hands.command("fail")
        hands.waitForText("It went wrong on purpose.")
        hands.node(hasTestTag("message")).assert(SemanticsMatcher.keyIsDefined(SemanticsProperties.LiveRegion))
        hands.picture("elements-error")
        hands.tap("put-away")
        hands.waitWhile(hasText("It went wrong on purpose.", substring = true))
    }

    @Test
    fun `R18 a call that takes long can be left`() {
        everything()
        world.link.delayMs = 8_000
        hands.command("callMain")
        hands.waitForTag("waiting")
        hands.picture("elements-waiting")
        hands.tap("cancel-wait")
        world.link.delayMs = 0
        hands.waitWhile(hasTestTag("waiting"))
    }

    @Test
    fun `a list is searched, sorted, narrowed to rows like one, and its groups are entered`() {
        val process = everything()
        hands.open("Catalog.Things.List")
        hands.waitForText("Chair")
        hands.type("search", "lam")
        hands.await("the search") { !hands.sees(hasText("Chair")) && hands.sees(hasText("Lamp")) }
        hands.tap("clear-search")
        hands.waitForText("Chair")
        val asked = { process.core.calls.value.count { it.call == "list-page" } }
        val before = asked()
        hands.pullDown("rows")
        hands.await("the list to be read anew") { asked() > before }
        hands.tap("sort")
        hands.picture("elements-sort")
        hands.tap("sort-Size")
        hands.await("by size") { hands.isAbove("Lantern", "Chair") }
        hands.touchLong(hasText("Lantern"))
        hands.tap("filter")
        hands.picture("elements-filter")
        hands.tap("filter-Colour")
        hands.waitForTag("filtered-Colour")
        hands.await("red things only") { !hands.sees(hasText("Chair")) && hands.sees(hasText("Lamp")) }
        hands.picture("elements-filtered")
        hands.tap("filtered-Colour")
        hands.waitForText("Furniture")
        hands.node(hasText("Furniture")).assert(SemanticsMatcher.keyNotDefined(SemanticsActions.SetText))
        hands.tapText("Furniture")
        hands.waitForTag("path-top")
        hands.waitForText("Table")
        hands.picture("elements-group")
        hands.tap("path-top")
        hands.waitForText("Chair")
    }

    @Test
    fun `a row that is pulled aside offers its commands, and TalkBack has them as actions`() {
        everything()
        hands.open("Catalog.Things.List")
        hands.waitForText("Chair")
        val chair = hasTestTag("row").and(hasAnyDescendant(hasText("Chair")))
        hands.pullAside(chair)
        hands.waitForTag("row-markDeletion")
        hands.picture("elements-pulled")
        hands.tap("row-markDeletion")
        hands.waitFor(chair.and(hasStateDescription("Marked for deletion")))
        hands.waitWhile(hasTestTag("row-markDeletion"))
        val actions = { hands.node(chair).fetchSemanticsNode().config[SemanticsActions.CustomActions] }
        assertEquals(listOf("Choose", "Copy", "Mark for deletion"), actions().map { it.label })
        world.screen.runOnUiThread { actions().last().action() }
        hands.waitWhile(hasStateDescription("Marked for deletion"))
        hands.pullAside(chair)
        hands.tap("row-copy")
        hands.waitForTag("form-Catalog.Things.Item")
        hands.waitForValue("Description", "Chair")
        hands.tap("close")
        hands.waitForTag("form-Catalog.Things.List")
        assertFalse("a group has none", hands.node(hasTestTag("row").and(hasAnyDescendant(hasText("Furniture")))).fetchSemanticsNode().config[SemanticsActions.CustomActions].size > 1)
    }
}
