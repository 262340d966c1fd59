package dev.twinshore.shell

import androidx.compose.foundation.ExperimentalFoundationApi
import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.combinedClickable
import androidx.compose.foundation.gestures.AnchoredDraggableState
import androidx.compose.foundation.gestures.DraggableAnchors
import androidx.compose.foundation.gestures.Orientation
import androidx.compose.foundation.gestures.anchoredDraggable
import androidx.compose.foundation.gestures.animateTo
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.offset
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextDecoration
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.IntOffset
import androidx.compose.ui.unit.dp
import dev.twinshore.ColumnView
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView
import dev.twinshore.FieldKind
import dev.twinshore.FormEvent
import dev.twinshore.RowView
import dev.twinshore.TableView
import kotlinx.coroutines.launch
import kotlin.math.roundToInt

/** What a person does with a row of a list. */
private class RowActs(private val view: ElementView, private val row: RowView, private val drawing: Drawing) {
    fun open() = drawing.form.send(FormEvent.OpenRow(view.id, row.id))

    fun select() = drawing.form.send(FormEvent.SelectRow(view.id, row.id))

    /** A command of the form about this row. */
    fun execute(command: ElementView) {
        select()
        (command.kind as? ElementKindView.Button)?.let { drawing.form.execute(it.command) }
    }
}

/** A row of a list. Pulled aside it shows what can be done with it; a long touch chooses it for the form's own commands. */
@Composable
internal fun ListRow(view: ElementView, table: TableView, row: RowView, wide: Boolean, commands: List<ElementView>, drawing: Drawing) {
    val acts = RowActs(view, row, drawing)
    val usable = drawing.open && view.enabled
    val offered = commands.filter { usable && it.enabled && !row.isGroup }
    if (offered.isEmpty()) return RowBody(table, row, wide, usable, offered, acts)
    Pulled(offered, acts) { RowBody(table, row, wide, usable, offered, acts) }
}

/** Commands lie under the row, at its end. */
@Composable
private fun Pulled(commands: List<ElementView>, acts: RowActs, row: @Composable () -> Unit) {
    val pull = remember { AnchoredDraggableState(Tray.Shut) }
    val room = with(LocalDensity.current) { (COMMAND * commands.size).toPx() }
    SideEffect {
        pull.updateAnchors(
            DraggableAnchors {
                Tray.Shut at 0f
                Tray.Open at -room
            },
        )
    }
    val scope = rememberCoroutineScope()
    val seen by remember { derivedStateOf { !pull.offset.isNaN() && pull.offset < 0f } }
    Box {
        if (seen) {
            Row(Modifier.matchParentSize(), Arrangement.End) {
                commands.forEach { command ->
                    RowCommand(command) {
                        acts.execute(command)
                        scope.launch { pull.animateTo(Tray.Shut) }
                    }
                }
            }
        }
        Box(
            Modifier.offset { IntOffset(pull.offset.takeUnless { it.isNaN() }?.roundToInt() ?: 0, 0) }
                .anchoredDraggable(pull, Orientation.Horizontal)
                .background(MaterialTheme.colorScheme.background),
        ) { row() }
    }
}

private enum class Tray { Shut, Open }

private val COMMAND = 104.dp

@Composable
private fun RowCommand(command: ElementView, run: () -> Unit) {
    Box(
        Modifier.width(COMMAND).fillMaxHeight().background(MaterialTheme.colorScheme.secondaryContainer)
            .clickable(role = Role.Button, onClick = run).testTag("row-${command.name}"),
        contentAlignment = Alignment.Center,
    ) {
        Text(
            command.title,
            Modifier.padding(horizontal = 8.dp),
            style = MaterialTheme.typography.labelMedium,
            color = MaterialTheme.colorScheme.onSecondaryContainer,
            textAlign = TextAlign.Center,
            maxLines = 3,
            overflow = TextOverflow.Ellipsis,
        )
    }
}

@OptIn(ExperimentalFoundationApi::class)
@Composable
private fun RowBody(table: TableView, row: RowView, wide: Boolean, usable: Boolean, commands: List<ElementView>, acts: RowActs) {
    val current = row.id == table.currentRow
    val choose = words.choose
    val marked = words.marked
    // Whoever can't pull a row has the same in the menu of actions.
    val actions = listOf(choose to acts::select) + commands.map { it.title to { acts.execute(it) } }
    Surface(
        color = if (current) MaterialTheme.colorScheme.secondaryContainer.copy(alpha = 0.6f) else Color.Transparent,
        modifier = Modifier.fillMaxWidth()
            .then(if (usable) Modifier.combinedClickable(onLongClickLabel = choose, onLongClick = acts::select, onClick = acts::open) else Modifier)
            .semantics {
                if (row.deletionMark) stateDescription = marked
                if (usable) customActions = actions.map { (said, act) -> CustomAccessibilityAction(said) { act(); true } }
            }
            .testTag("row"),
    ) {
        Row(Modifier.heightIn(min = 60.dp).padding(horizontal = EDGE, vertical = 10.dp), verticalAlignment = Alignment.CenterVertically) {
            if (row.isGroup) Icon(Icons.folder, words.group, Modifier.padding(end = 12.dp).size(24.dp), tint = MaterialTheme.colorScheme.primary)
            val cells = @Composable { if (wide) InColumns(table, row) else InLines(table, row) }
            Box(Modifier.weight(1f)) { if (usable) cells() else SelectionContainer { cells() } }
            Row(if (wide) Modifier.width(MARKS) else Modifier, Arrangement.End) {
                if (row.posted) Icon(Icons.check, words.posted, Modifier.padding(start = 8.dp).size(20.dp), tint = MaterialTheme.colorScheme.primary)
                if (row.pending) Icon(Icons.upload, words.toSend, Modifier.padding(start = 8.dp).size(20.dp), tint = MaterialTheme.colorScheme.tertiary)
            }
        }
    }
}

/** Columns end where the marks of a row begin, whether it has them or not. */
private val MARKS = 56.dp

/** Headings of the columns of a wide list; a narrow one tells them in each row. */
@Composable
internal fun Headings(table: TableView) {
    Row(Modifier.fillMaxWidth().padding(start = EDGE, end = EDGE + MARKS, top = 4.dp, bottom = 4.dp)) {
        table.columns.forEachIndexed { at, column ->
            Text(
                column.title,
                Modifier.weight(if (at == 0) 1.5f else 1f).padding(end = 12.dp),
                style = MaterialTheme.typography.labelMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                textAlign = alignOf(column),
                maxLines = 1,
                overflow = TextOverflow.Ellipsis,
            )
        }
    }
}

private fun alignOf(column: ColumnView): TextAlign? = TextAlign.End.takeIf { column.field == FieldKind.NUMBER }

private fun RowView.decoration(): TextDecoration? = if (deletionMark) TextDecoration.LineThrough else null

@Composable
private fun InLines(table: TableView, row: RowView) {
    Column {
        Text(
            row.cells.firstOrNull()?.text.orEmpty().ifEmpty { "—" },
            style = MaterialTheme.typography.bodyLarge.copy(textDecoration = row.decoration()),
            maxLines = 2,
            overflow = TextOverflow.Ellipsis,
        )
        RowRest(table.columns.drop(1), row.cells.drop(1))
    }
}

@Composable
private fun InColumns(table: TableView, row: RowView) {
    Row {
        table.columns.zip(row.cells).forEachIndexed { at, (column, cell) ->
            Text(
                cell.text,
                Modifier.weight(if (at == 0) 1.5f else 1f).padding(end = 12.dp),
                style = MaterialTheme.typography.bodyMedium.copy(textDecoration = row.decoration()),
                textAlign = alignOf(column),
                maxLines = 2,
                overflow = TextOverflow.Ellipsis,
            )
        }
    }
}
