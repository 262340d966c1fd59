package dev.twinshore.shell

import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.performSemanticsAction
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipeUp
import dev.twinshore.TableView
import dev.twinshore.testing.MainServer
import dev.twinshore.testing.MainServer.Companion.PLACES
import dev.twinshore.testing.MainServer.Companion.SHOWCASE_PASSWORD
import dev.twinshore.testing.MainServer.Companion.placeName
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.annotation.Config

/** A list of 140,000 rows on the main server: read by pages, and what a person looks at stays where it is. */
class ListTest : ShellTest({ MainServer.places }) {
    private fun places(): AppProcess {
        val process = world.signedIn(password = SHOWCASE_PASSWORD)
        hands.tap("menu-$LIST")
        hands.waitForTag("form-$LIST")
        hands.waitForText(placeName(1))
        settled()
        return process
    }

    private val table: TableView
        get() {
            val state = world.app.state
            val form = state.view!!.windows.first { state.form(it.form)?.head?.name == LIST }.form
            return state.form(form)!!.childrenOf(null).firstNotNullOf { it.view.table }
        }

    /** Numbers of the places held in memory. */
    private fun held(): List<Int> = table.rows.map { it.cells.first().text.substringAfter(' ').toInt() }

    /** Numbers of the places that are seen, each with its place on the screen. */
    private fun seen(): List<Pair<Int, Float>> {
        val top = hands.node(hasTestTag("rows")).fetchSemanticsNode().boundsInRoot.top
        val rows = world.screen.onAllNodes(hasTestTag("row"), useUnmergedTree = true).fetchSemanticsNodes(false)
        return rows.filter { it.boundsInRoot.height > 0 && it.boundsInRoot.bottom > top }.map { row ->
            val said = generateSequence(listOf(row)) { all -> all.flatMap { it.children }.ifEmpty { null } }.flatten()
                .firstNotNullOf { it.config.getOrNull(SemanticsProperties.Text)?.first()?.text?.takeIf { text -> text.startsWith("Place") } }
            said.substringAfter(' ').toInt() to row.positionInRoot.y
        }.sortedBy { it.second }
    }

    private fun scrollTo(index: Int) {
        hands.node(hasTestTag("rows")).performSemanticsAction(SemanticsActions.ScrollToIndex) { it(index) }
        world.screen.waitForIdle()
    }

    private fun settled() = hands.await("the page") { !table.loading }

    /** Near an end of what is held the next page is asked for. Looks at the rows before it is there, and after. */
    private fun aPageArrives(at: Int) {
        world.link.hold()
        scrollTo(at)
        hands.await("a page to be asked for") { table.loading }
        val before = seen()
        world.link.letThrough()
        settled()
        world.screen.waitForIdle()
        assertEquals("what is seen stays where it is", before, seen())
        check(held())
    }

    /** No row twice, none left out, and only a window of them in memory. */
    private fun check(rows: List<Int>) {
        assertEquals((rows.first()..rows.last()).toList(), rows)
        assertTrue("${rows.size} rows are held", rows.size <= WINDOW)
    }

    @Test
    fun `a list of 140 000 rows is read by pages down and up, and nothing jumps`() {
        places()
        repeat(PAGES) { aPageArrives(at = table.rows.size - NEAR) }
        assertTrue("rows were let go", table.moreBefore)
        assertTrue("it went on", held().last() > WINDOW + PAGE)
        repeat(SWIPES) {
            hands.node(hasTestTag("rows")).performTouchInput { swipeUp(durationMillis = SWIPE_MS) }
            world.screen.waitForIdle()
            check(seen().map { it.first })
        }
        settled()
        hands.picture("list-far")
        while (table.moreBefore) aPageArrives(at = NEAR)
        assertEquals(1, held().first())
    }

    @Test
    fun `both ends of a long list are one touch away`() {
        places()
        hands.tap("sort")
        hands.picture("list-order")
        hands.tap("jump-end")
        hands.await("the last place to be seen") { seen().last().first == PLACES }
        assertFalse(table.moreAfter)
        check(held())
        hands.picture("list-end")
        repeat(2) { aPageArrives(at = NEAR) }
        hands.tap("to-start")
        hands.await("the first place to be seen") { seen().first().first == 1 }
        assertFalse(hands.sees(hasTestTag("to-start")))
        scrollTo(AHEAD * 2)
        hands.tap("to-start")
        hands.await("the first place to be seen without asking") { seen().first().first == 1 }
    }

    @Test
    @Config(qualifiers = "w1280dp-h800dp-mdpi")
    fun `rows that come before the first one seen do not move it below headings either`() {
        places()
        hands.tap("sort")
        hands.tap("jump-end")
        hands.await("the last place to be seen") { seen().last().first == PLACES }
        aPageArrives(at = 0)
        hands.waitForText("Country")
        hands.picture("list-wide")
    }

    @Test
    fun `another order is seen from its start, and who comes back from an item is where they were`() {
        places()
        scrollTo(PAGE / 2)
        val before = seen()
        hands.tapText(placeName(before[1].first))
        hands.waitForTag("form-Catalog.Places.Item")
        hands.tap("close")
        hands.waitForTag("form-$LIST")
        assertEquals(before, seen())
        hands.tap("sort")
        hands.tap("sort-Description")
        hands.await("the other order from its start") { seen().first().first == PLACES }
        hands.type("search", placeName(PLACES / 2))
        hands.await("what was found") { seen().map { it.first } == listOf(PLACES / 2) }
    }

    @Test
    fun `a page that can't be had is not asked for again and again`() {
        val process = places()
        world.link.hold()
        scrollTo(table.rows.size - NEAR)
        hands.await("a page to be asked for") { table.loading }
        world.cut()
        world.link.letThrough()
        settled()
        hands.waitForTag("unavailable")
        val asked = process.core.calls.value.count { it.call == "list-page" }
        world.restore()
        hands.waitWhile(hasTestTag("unavailable"))
        settled()
        scrollTo(table.rows.size - NEAR)
        hands.await("the page") { held().last() > PAGE }
        val more = process.core.calls.value.count { it.call == "list-page" } - asked
        assertTrue("asked $more times", more <= MOST_ASKED)
        check(held())
    }

    private companion object {
        const val LIST = "Catalog.Places.List"
        const val PAGE = 60
        const val WINDOW = 360
        const val PAGES = 9
        const val NEAR = 12
        const val SWIPES = 6
        const val SWIPE_MS = 200L

        /** Read anew when the connection is back, read on, and once more for whoever was in the way. */
        const val MOST_ASKED = 4
    }
}
