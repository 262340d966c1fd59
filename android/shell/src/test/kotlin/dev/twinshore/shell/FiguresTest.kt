package dev.twinshore.shell

import android.os.Looper
import dev.twinshore.FormEvent
import org.junit.Test
import org.robolectric.Shadows.shadowOf

/** How long things take on this machine: printed, not judged, for it depends on what else the machine does. */
class FiguresTest : ShellTest() {
    @Test
    fun `from a keystroke through the core to its patch drawn`() {
        val hands = world.hands
        world.signedIn()
        hands.open("Document.Orders.List")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.type("Comment", "x")
        val form = world.app.state.form(world.app.state.view!!.active)!!
        val comment = form.all().first { it.view.name == "Comment" }
        val taken = mutableListOf<Double>()
        val drawn = mutableListOf<Double>()
        repeat(KEYSTROKES) { at ->
            val text = "x".repeat(at + 2)
            val start = System.nanoTime()
            form.send(FormEvent.SetText(comment.id, text, form.typing("${comment.id}").type(text)))
            while (comment.view.text != text) shadowOf(Looper.getMainLooper()).idle()
            taken += (System.nanoTime() - start) / NS_PER_MS
            world.screen.waitForIdle()
            drawn += (System.nanoTime() - start) / NS_PER_MS
        }
        println("keystroke to patch taken: ${told(taken)}; to recomposition, with frames that Robolectric draws: ${told(drawn)}")
    }

    private fun told(all: List<Double>): String {
        val sorted = all.drop(WARMING).sorted()
        return "median %.1f ms, p95 %.1f ms of %d".format(sorted[sorted.size / 2], sorted[sorted.size * 95 / 100], sorted.size)
    }

    private fun FormState.all(of: UInt? = null): List<ElementState> = childrenOf(of).flatMap { listOf(it) + all(it.id) }

    private companion object {
        const val KEYSTROKES = 120
        const val WARMING = 20
        const val NS_PER_MS = 1_000_000.0
    }
}
