package dev.twinshore.shell

import androidx.compose.runtime.Stable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshots.Snapshot
import dev.twinshore.ElementChange
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView
import dev.twinshore.FormEvent
import dev.twinshore.FormPatch
import dev.twinshore.FormView
import dev.twinshore.core.Core
import dev.twinshore.core.FormUpdate
import dev.twinshore.core.keepingRowsOf
import dev.twinshore.core.with
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch

/**
 * One open form, fed by the core's patches: each element is a state of its own, so that a patch redraws what it changed.
 *
 * The core tells patches on a thread of its own; they are taken in order on the main thread, each in one snapshot: what is written
 * elsewhere while a screen is composed that reads it for the first time would not be drawn. Texts being typed and the places of lists live
 * here too, so that neither scrolling, nor another form in front, nor a new Activity loses them.
 */
@Stable
class FormState internal constructor(val number: UInt, private val core: Core, scope: CoroutineScope) : AutoCloseable {
    private val elements = LinkedHashMap<UInt, ElementState>()
    private val typings = HashMap<String, Typing>()
    private val places = HashMap<UInt, ListPlace>()
    private var children by mutableStateOf<Map<UInt?, List<ElementState>>>(emptyMap())

    /** Heading and state, without elements; none until the core has spoken. */
    var head by mutableStateOf<FormView?>(null)
        private set

    private val updates = Channel<FormUpdate>(Channel.UNLIMITED)
    private val taking = scope.launch { for (update in updates) take(update) }
    private var watch: AutoCloseable = core.watch(number) { updates.trySend(it) }

    /** Of the last patch. No state: every patch has a new one, and a screen that reads it would be composed anew by each. */
    private var revision = 0uL

    /** A patch was missed: what comes before the next whole view does not fit. */
    private var missed = false

    /** What an element holds, in order of drawing; the form's own for none. */
    internal fun childrenOf(element: UInt?): List<ElementState> = children[element].orEmpty()

    internal fun titleOf(element: UInt?): String? = element?.let { id -> children.values.firstNotNullOfOrNull { all -> all.find { it.id == id } } }?.frame?.title

    /** Commands that are about the chosen row of a list. */
    internal fun rowCommands(): List<ElementView> =
        children.values.flatten().map { it.frame }.filter { it.visible && (it.kind as? ElementKindView.Button)?.ofRow == true }

    internal fun send(event: FormEvent) = core.dispatch(number, event)

    fun execute(command: String) = send(FormEvent.Execute(command))

    /** The text being typed under a name; it begins with what the core has there, which is not followed. */
    internal fun typing(name: String, known: () -> String): Typing =
        typings.getOrPut(name) { Typing(Snapshot.withoutReadObservation(known)) }

    /** Where the person is in a list. */
    internal fun placeOf(list: UInt): ListPlace = places.getOrPut(list) { ListPlace() }

    override fun close() {
        watch.close()
        taking.cancel()
    }

    private fun take(update: FormUpdate) = Snapshot.withMutableSnapshot {
        when (update) {
            is FormUpdate.Reset -> reset(update.view)
            is FormUpdate.Patched -> patch(update.patch)
            // The interface's windows tell which form is in front next.
            is FormUpdate.Closed -> Unit
        }
    }

    private fun reset(view: FormView) {
        missed = false
        elements.clear()
        view.elements.forEach { elements[it.id] = ElementState(it) }
        children = elements.values.groupBy { it.view.parent }
        head = view.copy(elements = emptyList())
        revision = view.revision
    }

    private fun patch(patch: FormPatch) {
        if (head == null || missed || patch.revision <= revision) return
        if (patch.revision != revision + 1u) return watchAnew()
        var moved = false
        for (change in patch.changes) {
            when (change) {
                is ElementChange.Element -> moved = put(change.element) || moved
                is ElementChange.Rows -> elements[change.element]?.let { it.view = it.view.copy(table = it.view.table?.with(change)) }
            }
        }
        if (moved) children = elements.values.groupBy { it.view.parent }
        patch.header?.let { head = it }
        revision = patch.revision
    }

    /** True if the element stands elsewhere now. */
    private fun put(element: ElementView): Boolean {
        val state = elements[element.id]
        if (state == null) {
            elements[element.id] = ElementState(element)
            return true
        }
        val moved = state.view.parent != element.parent
        state.view = element.keepingRowsOf(state.view)
        return moved
    }

    /** A patch was missed: a new observation starts with the whole view. */
    private fun watchAnew() {
        missed = true
        watch.close()
        watch = core.watch(number) { updates.trySend(it) }
    }
}

/** One element as it is now. */
@Stable
internal class ElementState(view: ElementView) {
    val id: UInt = view.id
    private var all by mutableStateOf(view)

    /** The element without its text: what reads no more than this is not composed anew by each letter. */
    var frame by mutableStateOf(view.withoutText())
        private set

    var view: ElementView
        get() = all
        set(value) {
            all = value
            frame = value.withoutText()
        }

    private fun ElementView.withoutText() = copy(text = "", inputVersion = 0uL)
}
