package dev.twinshore.shell

import android.os.Looper
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.text.AnnotatedString
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import java.util.concurrent.locks.LockSupport

/** How long things take on this machine: printed, not judged, for it depends on what else the machine does. */
class FiguresTest : ShellTest() {
    @Test
    fun `from a keystroke through the core to what is composed anew`() {
        world.signedIn()
        hands.open("Document.Orders.List")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.type("Comment", "x")
        val comment = world.app.element("Comment")
        val type = hands.node(hasTestTag("Comment")).fetchSemanticsNode().config[SemanticsActions.SetText].action!!
        val typed = mutableListOf<Double>()
        val taken = mutableListOf<Double>()
        val composed = mutableListOf<Double>()
        // Frames come when they are asked for.
        world.screen.mainClock.autoAdvance = false
        repeat(WARMING + KEYSTROKES) { at ->
            val text = SENTENCE.take(at % SENTENCE.length + 1)
            val start = System.nanoTime()
            val since = { (System.nanoTime() - start) / NS_PER_MS }
            type(AnnotatedString(text))
            typed += since()
            while (comment.view.text != text) {
                // The core needs the other processor, and Robolectric's queue its lock.
                LockSupport.parkNanos(BREATH_NS)
                shadowOf(Looper.getMainLooper()).idle()
            }
            taken += since()
            world.screen.mainClock.advanceTimeByFrame()
            composed += since()
        }
        println("keystroke sent to the core: ${figures(typed)}; its patch taken: ${figures(taken)}; composed and laid out anew: ${figures(composed)}")
    }

    private fun figures(all: List<Double>): String {
        val sorted = all.drop(WARMING).sorted()
        return "median %.1f ms, p95 %.1f ms of %d".format(sorted[sorted.size / 2], sorted[sorted.size * 95 / 100], sorted.size)
    }

    private companion object {
        const val KEYSTROKES = 1_000

        /** Keystrokes before, for a machine that compiles while it runs; `scripts/bench` gives it as many as it needs. */
        val WARMING: Int = Integer.getInteger("twinshore.warming", 100)
        const val SENTENCE = "Call before delivery, the gate on Mill Street is closed after six; leave the boxes with the porter."
        const val BREATH_NS = 20_000L
        const val NS_PER_MS = 1_000_000.0
    }
}
