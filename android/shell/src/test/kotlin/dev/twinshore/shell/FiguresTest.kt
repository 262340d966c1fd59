package dev.twinshore.shell

import android.os.Looper
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.text.AnnotatedString
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import java.util.concurrent.Semaphore
import java.util.concurrent.atomic.AtomicLong

/** How long things take on this machine: printed, not judged, for it depends on what else the machine does. */
class FiguresTest : ShellTest() {
    @Test
    fun `from a keystroke through the core to its patch and what is composed anew`() {
        world.signedIn()
        hands.open("Document.Orders.List")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.type("Comment", "x")
        val form = world.app.state.form(world.app.state.view!!.active)!!
        val comment = form.all().first { it.view.name == "Comment" }
        val type = hands.node(hasTestTag("Comment")).fetchSemanticsNode().config[SemanticsActions.SetText].action!!
        val told = mutableListOf<Double>()
        val taken = mutableListOf<Double>()
        val composed = mutableListOf<Double>()
        val idle = mutableListOf<Double>()
        val arrived = AtomicLong()
        val patches = Semaphore(0)
        val watch = world.app.core.watch(world.app.state.view!!.active) {
            arrived.set(System.nanoTime())
            patches.release()
        }
        // The whole view, which each observation begins with.
        patches.acquire()
        // Frames come when they are asked for.
        world.screen.mainClock.autoAdvance = false
        repeat(KEYSTROKES) { at ->
            val text = "x".repeat(at % LENGTH + 2)
            val start = System.nanoTime()
            type(AnnotatedString(text))
            // Waiting takes no processor from the core.
            patches.acquire()
            while (comment.view.text != text) shadowOf(Looper.getMainLooper()).idle()
            taken += (System.nanoTime() - start) / NS_PER_MS
            world.screen.mainClock.advanceTimeByFrame()
            composed += (System.nanoTime() - start) / NS_PER_MS
            told += (arrived.get() - start) / NS_PER_MS
            val before = System.nanoTime()
            world.screen.mainClock.advanceTimeByFrame()
            idle += (System.nanoTime() - before) / NS_PER_MS
        }
        watch.close()
        println(
            "keystroke to the core's patch: ${figures(told)}; to the patch taken: ${figures(taken)}; to recomposition: ${figures(composed)}; " +
                "a frame of this test machine in which nothing changes: ${figures(idle)}",
        )
    }

    private fun figures(all: List<Double>): String {
        val sorted = all.drop(WARMING).sorted()
        return "median %.1f ms, p95 %.1f ms of %d".format(sorted[sorted.size / 2], sorted[sorted.size * 95 / 100], sorted.size)
    }

    private fun FormState.all(of: UInt? = null): List<ElementState> = childrenOf(of).flatMap { listOf(it) + all(it.id) }

    private companion object {
        const val KEYSTROKES = 600
        const val WARMING = 200
        const val LENGTH = 100
        const val NS_PER_MS = 1_000_000.0
    }
}
