package dev.twinshore.shell

import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.clearText
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.InputChip
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.SmallFloatingActionButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.TextField
import androidx.compose.material3.TextFieldDefaults
import androidx.compose.runtime.Composable
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.unit.dp
import dev.twinshore.ColumnView
import dev.twinshore.ElementView
import dev.twinshore.FormEvent
import dev.twinshore.TableView
import kotlinx.coroutines.launch

/** Finds rows by what they hold; each letter asks anew. */
@Composable
internal fun SearchBox(view: ElementView, table: TableView, drawing: Drawing, modifier: Modifier) {
    val typing = drawing.form.typing("${view.id}/search") { table.search }
    val field = typing.field
    TextField(
        state = field,
        inputTransformation = rememberSending(typing) { wanted, _ -> drawing.form.send(FormEvent.Search(view.id, wanted)) },
        placeholder = { Text(words.search) },
        leadingIcon = { Icon(Icons.search, null) },
        trailingIcon = {
            if (field.text.isNotEmpty()) FieldButton(Icons.close, words.clear, "clear-search") { field.clearText() }
        },
        lineLimits = TextFieldLineLimits.SingleLine,
        enabled = drawing.open,
        shape = MaterialTheme.shapes.extraLarge,
        keyboardOptions = KeyboardOptions(autoCorrectEnabled = false, imeAction = ImeAction.Search),
        colors = TextFieldDefaults.colors(
            focusedIndicatorColor = Color.Transparent,
            unfocusedIndicatorColor = Color.Transparent,
            disabledIndicatorColor = Color.Transparent,
            focusedContainerColor = MaterialTheme.colorScheme.surfaceContainerHigh,
            unfocusedContainerColor = MaterialTheme.colorScheme.surfaceContainerHigh,
        ),
        modifier = modifier.testTag("search"),
    )
}

/** The order of rows, and the way to their ends. */
@Composable
internal fun OrderMenu(view: ElementView, table: TableView, place: ListPlace, drawing: Drawing) {
    var open by remember { mutableStateOf(false) }
    val jump = jump(view, table, place, drawing)
    Box {
        IconButton(onClick = { open = true }, enabled = drawing.open, modifier = Modifier.testTag("sort")) { Icon(Icons.sort, words.sort) }
        DropdownMenu(open, onDismissRequest = { open = false }) {
            table.columns.forEach { column ->
                DropdownMenuItem(
                    text = { Text(column.title) },
                    trailingIcon = { sortIcon(column)?.let { Icon(it, null) } },
                    onClick = {
                        open = false
                        drawing.form.send(FormEvent.Sort(view.id, column.name))
                    },
                    modifier = Modifier.testTag("sort-${column.name}"),
                )
            }
            HorizontalDivider(Modifier.padding(vertical = 4.dp))
            for ((toEnd, said) in listOf(false to words.toStart, true to words.toEnd)) {
                DropdownMenuItem(
                    text = { Text(said) },
                    onClick = {
                        open = false
                        jump(toEnd)
                    },
                    modifier = Modifier.testTag(if (toEnd) "jump-end" else "jump-start"),
                )
            }
        }
    }
}

/** Far from the start, one touch leads back to it. */
@Composable
internal fun ToStart(view: ElementView, table: TableView, place: ListPlace, drawing: Drawing, modifier: Modifier) {
    val far by remember(place) { derivedStateOf { place.rows.firstVisibleItemIndex >= AHEAD } }
    if (!far && !table.moreBefore || !drawing.open) return
    val jump = jump(view, table, place, drawing)
    SmallFloatingActionButton({ jump(false) }, modifier.padding(12.dp).testTag("to-start")) { Icon(Icons.up, words.toStart) }
}

/** To an end of the list: what is not here is read. */
@Composable
private fun jump(view: ElementView, table: TableView, place: ListPlace, drawing: Drawing): (Boolean) -> Unit {
    val scope = rememberCoroutineScope()
    return { toEnd ->
        if (if (toEnd) table.moreAfter else table.moreBefore) {
            drawing.form.send(FormEvent.Jump(view.id, toEnd))
        } else {
            scope.launch { place.rows.scrollToItem(if (toEnd) table.rows.lastIndex.coerceAtLeast(0) else 0) }
        }
    }
}

/** Only rows that have in a column what the chosen row has there. */
@Composable
internal fun FilterMenu(view: ElementView, table: TableView, drawing: Drawing) {
    var open by remember { mutableStateOf(false) }
    val row = table.rows.find { it.id == table.currentRow }
    Box {
        IconButton(onClick = { open = true }, enabled = drawing.open, modifier = Modifier.testTag("filter")) { Icon(Icons.filter, words.filter) }
        DropdownMenu(open, onDismissRequest = { open = false }) {
            if (row == null) DropdownMenuItem(text = { Quiet(words.filterHint) }, enabled = false, onClick = { })
            row?.cells?.zip(table.columns)?.forEach { (cell, column) ->
                DropdownMenuItem(
                    text = { Text("${column.title}: ${cell.text.ifEmpty { "—" }}") },
                    onClick = {
                        open = false
                        drawing.form.send(FormEvent.FilterByRow(view.id, row.id, column.name))
                    },
                    modifier = Modifier.testTag("filter-${column.name}"),
                )
            }
        }
    }
}

/** What the list is narrowed to; a touch widens it again. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
internal fun Filters(view: ElementView, table: TableView, drawing: Drawing) {
    FlowRow(Modifier.padding(horizontal = EDGE), horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        table.filters.forEach { filter ->
            val said = words.clear
            InputChip(
                selected = true,
                onClick = { drawing.form.send(FormEvent.ClearFilter(view.id, filter.column)) },
                label = { Text("${filter.title}: ${filter.text.ifEmpty { "—" }}") },
                trailingIcon = { Icon(Icons.close, said, Modifier.size(18.dp)) },
                enabled = drawing.open,
                modifier = Modifier.testTag("filtered-${filter.column}"),
            )
        }
    }
}

private fun sortIcon(column: ColumnView) = when {
    column.sorted > 0 -> Icons.up
    column.sorted < 0 -> Icons.down
    else -> null
}

/** The groups above the one shown; the first leads to the top. */
@Composable
internal fun Path(view: ElementView, table: TableView, drawing: Drawing) {
    val go = { group: String -> drawing.form.send(FormEvent.OpenGroup(view.id, group)) }
    Row(Modifier.horizontalScroll(rememberScrollState()).padding(horizontal = 8.dp), verticalAlignment = Alignment.CenterVertically) {
        TextButton(onClick = { go("") }, Modifier.testTag("path-top")) { Text(words.top) }
        table.path.forEachIndexed { at, group ->
            Icon(Icons.chevron, null, Modifier.size(16.dp), tint = MaterialTheme.colorScheme.onSurfaceVariant)
            TextButton(onClick = { go(group.id) }, enabled = at < table.path.lastIndex) { Text(group.text) }
        }
    }
}
