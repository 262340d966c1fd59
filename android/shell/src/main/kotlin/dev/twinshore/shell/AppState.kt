package dev.twinshore.shell

import androidx.compose.runtime.Stable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateMapOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import dev.twinshore.InterfaceView
import dev.twinshore.core.Core
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch

/**
 * The running app for as long as its process lives: what the core says of everything around forms, and one [FormState] for each open
 * form. Activities come and go above it.
 */
@Stable
class AppState(val core: Core, private val scope: CoroutineScope) : AutoCloseable {
    private val forms = mutableStateMapOf<UInt, FormState>()

    var view by mutableStateOf<InterfaceView?>(null)
        private set

    /** The last message that the person has put away. */
    internal var seenMessage by mutableStateOf(0uL)

    /** What came of the last scan at the sign-in. */
    internal var scan by mutableStateOf<Scan?>(null)
        private set

    private val listening = scope.launch { core.view.collect { if (it != null) take(it) } }

    internal fun form(number: UInt): FormState? = forms[number]

    /** Tells what came of scanning; none while it goes on. */
    fun scanned(scan: Scan?) {
        this.scan = scan
    }

    override fun close() {
        listening.cancel()
        forms.values.forEach { it.close() }
        forms.clear()
    }

    private fun take(next: InterfaceView) {
        val open = next.windows.mapTo(HashSet()) { it.form }
        (forms.keys - open).forEach { forms.remove(it)?.close() }
        open.forEach { number -> forms.getOrPut(number) { FormState(number, core, scope) } }
        view = next
    }
}
