package dev.twinshore.shell

import androidx.compose.animation.animateContentSize
import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.itemsIndexed
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.twinshore.CellView
import dev.twinshore.ColumnView
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView
import dev.twinshore.FormEvent
import dev.twinshore.RowView
import dev.twinshore.TableView

/** A tabular section inside something that does not scroll by rows. */
@Composable
internal fun WholeTable(element: ElementState, drawing: Drawing) {
    val view = element.view
    val table = view.table ?: return
    Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
        TableHead(view, drawing)
        table.rows.forEachIndexed { at, row -> TableRow(view, table, row, at, drawing) }
        AddRow(view, drawing)
    }
}

/** The same as items of the form's own scrolling. */
internal fun LazyListScope.tableItems(element: ElementState, drawing: Drawing) {
    val view = element.view
    val table = view.table ?: return
    item(key = "${view.id}-head") { TableHead(view, drawing) }
    itemsIndexed(table.rows, key = { _, row -> "${view.id}-${row.id}" }) { at, row -> TableRow(view, table, row, at, drawing) }
    item(key = "${view.id}-add") { AddRow(view, drawing) }
}

@Composable
private fun TableHead(view: ElementView, drawing: Drawing) {
    Column {
        // A page that is called like its table has said it already.
        if (view.title.isNotEmpty() && view.title != drawing.form.titleOf(view.parent)) {
            Text(view.title, Modifier.padding(top = 4.dp).semantics { heading() }, style = MaterialTheme.typography.titleMedium)
        }
        Note(view)
        view.conflict?.let { Conflict(view, it.theirs, drawing, Place.Field(view.id)) }
        if (view.table?.rows.isNullOrEmpty()) Quiet(words.empty, Modifier.padding(vertical = 8.dp))
    }
}

@Composable
private fun AddRow(view: ElementView, drawing: Drawing) {
    if (!view.takesInput(drawing)) return
    OutlinedButton(
        onClick = { drawing.form.send(FormEvent.AddRow(view.id)) },
        modifier = Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("add-${view.name}"),
    ) {
        Icon(Icons.add, null, Modifier.padding(end = 8.dp).size(20.dp))
        Text(words.add)
    }
}

/** A row: told in two lines, and opened in place when it is worked with. */
@Composable
private fun TableRow(view: ElementView, table: TableView, row: RowView, at: Int, drawing: Drawing) {
    val current = row.id == table.currentRow
    val colors = MaterialTheme.colorScheme
    Surface(
        shape = MaterialTheme.shapes.large,
        color = colors.surfaceContainerLow,
        border = BorderStroke(2.dp, colors.secondaryContainer).takeIf { current },
        modifier = Modifier.fillMaxWidth().animateContentSize().testTag("row-${view.name}-$at"),
    ) {
        Column {
            RowHead(table, row, at, current) {
                drawing.form.send(FormEvent.SelectRow(view.id, if (current) "" else row.id))
            }
            if (current) RowFields(view, table, row, at, drawing)
        }
    }
}

@Composable
private fun RowHead(table: TableView, row: RowView, at: Int, current: Boolean, turn: () -> Unit) {
    val wrong = row.cells.any { it.error.isNotEmpty() }
    Row(
        Modifier.fillMaxWidth().clickable(role = Role.Button, onClick = turn).heightIn(min = 56.dp).padding(horizontal = 16.dp, vertical = 10.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Text("${at + 1}", Modifier.widthIn(min = 28.dp), style = MaterialTheme.typography.labelLarge, color = MaterialTheme.colorScheme.primary)
        Column(Modifier.weight(1f)) {
            Text(
                row.cells.firstOrNull()?.text.orEmpty().ifEmpty { "—" },
                style = MaterialTheme.typography.bodyLarge,
                maxLines = 2,
                overflow = TextOverflow.Ellipsis,
            )
            if (!current) RowRest(table.columns.drop(1), row.cells.drop(1))
        }
        if (row.cells.any { it.conflict != null }) {
            Icon(Icons.sync, words.changedThereToo, Modifier.padding(end = 8.dp).size(20.dp), tint = MaterialTheme.colorScheme.tertiary)
        }
        if (wrong) Icon(Icons.alert, words.attention, Modifier.padding(end = 8.dp).size(20.dp), tint = MaterialTheme.colorScheme.error)
        Icon(if (current) Icons.collapse else Icons.expand, null, Modifier.size(20.dp), tint = MaterialTheme.colorScheme.onSurfaceVariant)
    }
}

/** The other cells, each with its heading. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
internal fun RowRest(columns: List<ColumnView>, cells: List<CellView>) {
    FlowRow(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
        columns.zip(cells).filter { (_, cell) -> cell.text.isNotEmpty() }.forEach { (column, cell) ->
            Row {
                Text("${column.title} ", style = MaterialTheme.typography.bodySmall, color = MaterialTheme.colorScheme.onSurfaceVariant)
                Text(cell.text, style = valueStyle(MaterialTheme.typography.bodySmall), color = MaterialTheme.colorScheme.onSurface)
            }
        }
    }
}

@Composable
private fun RowFields(view: ElementView, table: TableView, row: RowView, at: Int, drawing: Drawing) {
    val open = view.takesInput(drawing)
    Column(Modifier.padding(start = 16.dp, end = 16.dp, bottom = 8.dp), verticalArrangement = Arrangement.spacedBy(8.dp)) {
        table.columns.forEachIndexed { index, column ->
            val cell = row.cells.getOrNull(index) ?: return@forEachIndexed
            if (open && !column.readOnly) CellField(view, row, column, cell, drawing) else CellShown(column, cell)
        }
        if (open) RowActions(view, table, row, at, drawing)
    }
}

@Composable
private fun CellShown(column: ColumnView, cell: CellView) {
    Column(Modifier.padding(horizontal = 4.dp, vertical = 2.dp).semantics(mergeDescendants = true) { }.testTag("cell-${column.name}")) {
        Text(column.title, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        SelectionContainer { Text(cell.text.ifEmpty { "—" }, style = valueStyle()) }
    }
}

/** A cell is worked with as a field is; its events name row and column. */
@Composable
private fun CellField(table: ElementView, row: RowView, column: ColumnView, cell: CellView, drawing: Drawing) {
    Field(table.asCell(column, cell), column.field, drawing, Place.Cell(table.id, row.id, column.name))
}

/** A cell seen as a field of its own. */
private fun ElementView.asCell(column: ColumnView, cell: CellView): ElementView = copy(
    name = "cell-${column.name}",
    kind = ElementKindView.Field(column.field),
    title = column.title,
    text = cell.text,
    checked = cell.checked,
    error = cell.error,
    conflict = cell.conflict,
    hint = "",
    required = false,
    choices = column.choices.ifEmpty { choices },
    table = null,
)

@Composable
private fun RowActions(view: ElementView, table: TableView, row: RowView, at: Int, drawing: Drawing) {
    val form = drawing.form
    Row(Modifier.fillMaxWidth(), verticalAlignment = Alignment.CenterVertically) {
        val number = "${at + 1}"
        FieldButton(Icons.remove, "${words.remove} $number", "remove-row") { form.send(FormEvent.RemoveRow(view.id, row.id)) }
        Spacer(Modifier.weight(1f))
        if (at > 0) FieldButton(Icons.up, "${words.up} $number", "row-up") { form.send(FormEvent.MoveRow(view.id, row.id, true)) }
        if (at < table.rows.lastIndex) {
            FieldButton(Icons.down, "${words.down} $number", "row-down") { form.send(FormEvent.MoveRow(view.id, row.id, false)) }
        }
    }
}
