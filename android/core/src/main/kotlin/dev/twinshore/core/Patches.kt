package dev.twinshore.core

import dev.twinshore.ElementChange
import dev.twinshore.ElementView
import dev.twinshore.FormPatch
import dev.twinshore.FormView
import dev.twinshore.RowView
import dev.twinshore.TableView

/** The form after [patch]; none if the patch does not follow the form's revision, so that a fresh view is needed. */
fun FormView.patched(patch: FormPatch): FormView? {
    if (patch.revision != revision + 1u) return null
    val after = LinkedHashMap<UInt, ElementView>(elements.size).also { all -> elements.associateByTo(all) { it.id } }
    for (change in patch.changes) {
        val (id, element) = after.changed(change) ?: return null
        after[id] = element
    }
    return (patch.header ?: this).copy(revision = patch.revision, elements = after.values.toList())
}

private fun Map<UInt, ElementView>.changed(change: ElementChange): Pair<UInt, ElementView>? = when (change) {
    is ElementChange.Element -> change.element.id to change.element.keepingRowsOf(this[change.element.id])
    is ElementChange.Rows -> this[change.element]?.let { change.element to it.copy(table = it.table?.with(change)) }
}

/** The element as a change tells it, with the rows it had: those come by changes of their own. */
fun ElementView.keepingRowsOf(before: ElementView?): ElementView {
    val rows = before?.table?.rows ?: return this
    return copy(table = table?.copy(rows = rows))
}

/** The table after some of its rows changed. */
fun TableView.with(change: ElementChange.Rows): TableView {
    val start = change.start.toInt().coerceIn(0, rows.size)
    val end = (start + change.removed.toInt()).coerceIn(start, rows.size)
    val after = ArrayList<RowView>(rows.size - (end - start) + change.rows.size)
    after += rows.subList(0, start)
    after += change.rows
    after += rows.subList(end, rows.size)
    return copy(rows = after)
}
