package dev.twinshore.shell

import androidx.compose.ui.test.hasTestTag
import dev.twinshore.testing.MainServer
import dev.twinshore.testing.MainServer.Companion.SHOWCASE_PASSWORD
import org.junit.Test

/** Two people at one thing: locks, conflicts, and what the main server refuses. */
class TogetherTest : ShellTest({ MainServer.showcase }) {
    private fun paper(note: String) {
        hands.open("Document.Papers.List")
        hands.command("create")
        hands.waitForTag("form-Document.Papers.Item")
        hands.type("Note", note)
        hands.tap("add-Lines")
        hands.type("cell-Quantity", "1")
        hands.command("write")
        hands.waitForText("Saved.")
    }

    private fun openPaper(note: String) {
        hands.open("Document.Papers.List")
        hands.tapText(note, under = "rows")
        hands.waitForTag("form-Document.Papers.Item")
        hands.waitForTag("Note")
    }

    private fun change(note: String, quantity: String) {
        hands.type("Note", note)
        hands.tap("row-Lines-0")
        hands.type("cell-Quantity", quantity)
    }

    @Test
    fun `F14 who comes second reads, keeps what was typed, and tries again when it is free`() {
        val ann = world.signedIn(password = SHOWCASE_PASSWORD)
        paper("locking")
        hands.tap("close")
        val bob = world.other("bob", SHOWCASE_PASSWORD)
        openPaper("locking")
        hands.type("Note", "bob was here")
        hands.await("the lock to be taken") { bob.state.view!!.windows.any { it.modified } }

        hands.show(ann)
        openPaper("locking")
        // The first letter asks for the lock; what comes after the refusal is not taken.
        hands.insert("Note", "ann: ")
        hands.waitForTag("locked")
        hands.await("what was typed to stay") { hands.textOf("Note").contains("ann: ") }
        hands.picture("locked")

        hands.show(bob)
        hands.command("writeAndClose")
        hands.waitForTag("form-Document.Papers.List")
        hands.show(ann)
        hands.tap("try-again")
        hands.waitWhile(hasTestTag("locked"))
        hands.await("what was typed to be there still") { hands.textOf("Note").contains("ann: ") }
    }

    @Test
    fun `F10d what both changed is marked, field by field and cell by cell, and theirs is one tap away`() {
        val ann = world.signedIn(password = SHOWCASE_PASSWORD)
        paper("conflict")
        hands.tap("close")
        val bob = world.other("bob", SHOWCASE_PASSWORD)
        hands.show(ann)
        openPaper("conflict")
        world.cut()
        hands.tap("openOffline")
        hands.waitForTag("server-standalone")
        change("conflict mine", "2")
        hands.waitForValue("cell-Quantity", "2")

        hands.show(bob)
        openPaper("conflict")
        change("conflict theirs", "3")
        hands.command("write")
        hands.waitForText("Saved.")

        hands.show(ann)
        world.restore()
        hands.tap("openFromMainServer")
        hands.waitForTag("server-main")
        hands.waitForTag("conflict-Note")
        hands.picture("conflicts")
        hands.tap("take-Note")
        hands.waitForValue("Note", "conflict theirs")
        hands.waitWhile(hasTestTag("conflict-Note"))
        if (!hands.sees(hasTestTag("cell-Quantity"))) hands.tap("row-Lines-0")
        hands.waitForTag("conflict-cell-Quantity")
        hands.picture("conflicts-cell")
        hands.tap("take-cell-Quantity")
        hands.waitWhile(hasTestTag("conflict-cell-Quantity"))
        hands.await("theirs in the cell") { hands.textOf("cell-Quantity").startsWith("3") }
    }

    @Test
    fun `X13 what the main server refuses needs attention`() {
        val ann = world.signedIn(password = SHOWCASE_PASSWORD)
        world.cut()
        hands.waitForTag("banner")
        hands.open("Document.Papers.List")
        hands.command("create")
        hands.waitForTag("form-Document.Papers.Item")
        hands.type("Note", "refuse me")
        hands.command("post")
        hands.await("it to wait for the exchange") { ann.state.view!!.status.exchange.pending > 0uL }
        hands.menu()
        world.restore()
        hands.waitForTag("attention")
        hands.waitForText("does not post this paper")
        hands.picture("attention")
    }
}
