package dev.twinshore.shell

import androidx.compose.foundation.ExperimentalFoundationApi
import androidx.compose.foundation.combinedClickable
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.InputChip
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.TextField
import androidx.compose.material3.TextFieldDefaults
import androidx.compose.material3.pulltorefresh.PullToRefreshBox
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.onFocusChanged
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.style.TextDecoration
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.twinshore.ColumnView
import dev.twinshore.ElementView
import dev.twinshore.FieldKind
import dev.twinshore.FormEvent
import dev.twinshore.ListDirection
import dev.twinshore.RowView
import dev.twinshore.TableView
import kotlinx.coroutines.flow.distinctUntilChanged

/** A list: a window of rows that the core reads on as the person nears an end. */
@Composable
internal fun ListElement(element: ElementState, drawing: Drawing) {
    val view = element.view
    val table = view.table ?: return
    val rows = rememberLazyListState()
    ReadOn(view, table, rows, drawing.form)
    Column(Modifier.fillMaxSize().testTag(view.name)) {
        Row(Modifier.padding(start = EDGE, end = 4.dp, bottom = 4.dp), verticalAlignment = Alignment.CenterVertically) {
            SearchBox(view, table, drawing, Modifier.weight(1f))
            FilterMenu(view, table, drawing)
            SortMenu(view, table, drawing)
        }
        if (table.filters.isNotEmpty()) Filters(view, table, drawing)
        if (table.path.isNotEmpty()) Path(view, table, drawing)
        if (view.error.isNotEmpty()) Trouble(view.error, Modifier.padding(horizontal = EDGE, vertical = 4.dp))
        Box(Modifier.fillMaxWidth().heightIn(min = 2.dp)) {
            if (table.loading) LinearProgressIndicator(Modifier.fillMaxWidth())
        }
        BoxWithConstraints(Modifier.weight(1f)) {
            val wide = maxWidth >= WIDE
            Refreshing(view, table, drawing) {
                LazyColumn(Modifier.fillMaxSize().testTag("rows"), rows, contentPadding = PaddingValues(bottom = 24.dp)) {
                    if (wide && table.rows.isNotEmpty()) item("headings") { Headings(table) }
                    items(table.rows, key = { it.id }, contentType = { it.isGroup }) { row ->
                        ListRow(view, table, row, wide, drawing)
                        HorizontalDivider(Modifier.padding(start = EDGE), color = MaterialTheme.colorScheme.outlineVariant.copy(alpha = 0.5f))
                    }
                    if (table.rows.isEmpty()) item("empty") { Nothing(if (table.loading) words.loading else words.empty) }
                }
            }
        }
    }
}

/** Pulled down, the list is read anew. One that can't be read now is not pulled. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Refreshing(view: ElementView, table: TableView, drawing: Drawing, rows: @Composable () -> Unit) {
    if (!drawing.open || !view.enabled) return rows()
    var pulled by remember { mutableStateOf(false) }
    LaunchedEffect(table.loading) { if (!table.loading) pulled = false }
    PullToRefreshBox(
        isRefreshing = pulled && table.loading,
        onRefresh = {
            pulled = true
            drawing.form.execute("refresh")
        },
        modifier = Modifier.fillMaxSize(),
    ) { rows() }
}

/** From this width on the cells of a row stand in columns. */
private val WIDE = 600.dp

@Composable
private fun Nothing(text: String) {
    Column(Modifier.fillMaxWidth().padding(48.dp), horizontalAlignment = Alignment.CenterHorizontally) {
        Icon(Icons.list, null, Modifier.size(36.dp), tint = MaterialTheme.colorScheme.outline)
        Quiet(text, Modifier.padding(top = 12.dp))
    }
}

/** Asks for more rows while fewer than a screenful lie ahead; each end of a window is asked for once. */
@Composable
private fun ReadOn(view: ElementView, table: TableView, rows: LazyListState, form: FormState) {
    val now by rememberUpdatedState(table)
    LaunchedEffect(rows, view.id) {
        snapshotFlow {
            val shown = rows.layoutInfo.visibleItemsInfo
            val first = shown.firstOrNull()?.index ?: 0
            val last = shown.lastOrNull()?.index ?: 0
            when {
                now.loading || now.rows.isEmpty() -> null
                now.moreAfter && last >= now.rows.size - AHEAD -> ListDirection.AFTER to now.rows.last().id
                now.moreBefore && first < AHEAD -> ListDirection.BEFORE to now.rows.first().id
                else -> null
            }
        }.distinctUntilChanged().collect { wanted ->
            if (wanted != null) form.send(FormEvent.ReadOn(view.id, wanted.first))
        }
    }
}

private const val AHEAD = 20

@Composable
private fun SearchBox(view: ElementView, table: TableView, drawing: Drawing, modifier: Modifier) {
    val typing = drawing.form.typing("${view.id}/search")
    var focused by remember { mutableStateOf(false) }
    val text = typing.shown(table.search, view.inputVersion, focused)
    val search = { wanted: String ->
        typing.type(wanted)
        drawing.form.send(FormEvent.Search(view.id, wanted))
    }
    TextField(
        value = text,
        onValueChange = search,
        placeholder = { Text(words.search) },
        leadingIcon = { Icon(Icons.search, null) },
        trailingIcon = {
            if (text.isNotEmpty()) FieldButton(Icons.close, words.clear, "clear-search") { search("") }
        },
        singleLine = true,
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
        modifier = modifier.onFocusChanged { focused = it.isFocused }.testTag("search"),
    )
}

@Composable
private fun SortMenu(view: ElementView, table: TableView, drawing: Drawing) {
    var open by remember { mutableStateOf(false) }
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
        }
    }
}

/** Only rows that have in a column what the chosen row has there. */
@Composable
private fun FilterMenu(view: ElementView, table: TableView, drawing: Drawing) {
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
private fun Filters(view: ElementView, table: TableView, drawing: Drawing) {
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
private fun Path(view: ElementView, table: TableView, drawing: Drawing) {
    val go = { group: String -> drawing.form.send(FormEvent.OpenGroup(view.id, group)) }
    Row(Modifier.horizontalScroll(rememberScrollState()).padding(horizontal = 8.dp), verticalAlignment = Alignment.CenterVertically) {
        TextButton(onClick = { go("") }, Modifier.testTag("path-top")) { Text(words.top) }
        table.path.forEachIndexed { at, group ->
            Icon(Icons.chevron, null, Modifier.size(16.dp), tint = MaterialTheme.colorScheme.onSurfaceVariant)
            TextButton(onClick = { go(group.id) }, enabled = at < table.path.lastIndex) { Text(group.text) }
        }
    }
}

@OptIn(ExperimentalFoundationApi::class)
@Composable
private fun ListRow(view: ElementView, table: TableView, row: RowView, wide: Boolean, drawing: Drawing) {
    val current = row.id == table.currentRow
    val open = { drawing.form.send(FormEvent.OpenRow(view.id, row.id)) }
    val select = { drawing.form.send(FormEvent.SelectRow(view.id, row.id)) }
    val usable = drawing.open && view.enabled
    val choose = words.choose
    Row(
        Modifier.fillMaxWidth()
            .then(if (usable) Modifier.combinedClickable(onLongClickLabel = choose, onLongClick = select, onClick = open) else Modifier)
            .semantics { if (usable) customActions = listOf(CustomAccessibilityAction(choose) { select(); true }) }
            .heightIn(min = 60.dp)
            .testTag("row"),
    ) {
        Surface(
            color = if (current) MaterialTheme.colorScheme.secondaryContainer.copy(alpha = 0.6f) else Color.Transparent,
            modifier = Modifier.fillMaxWidth(),
        ) {
            Row(Modifier.padding(horizontal = EDGE, vertical = 10.dp), verticalAlignment = Alignment.CenterVertically) {
                if (row.isGroup) Icon(Icons.folder, words.group, Modifier.padding(end = 12.dp).size(24.dp), tint = MaterialTheme.colorScheme.primary)
                val cells = @Composable { if (wide) InColumns(table, row) else InLines(table, row) }
                Box(Modifier.weight(1f)) { if (usable) cells() else SelectionContainer { cells() } }
                if (row.posted) Icon(Icons.check, words.posted, Modifier.padding(start = 8.dp).size(20.dp), tint = MaterialTheme.colorScheme.primary)
                if (row.pending) Icon(Icons.upload, words.toSend, Modifier.padding(start = 8.dp).size(20.dp), tint = MaterialTheme.colorScheme.tertiary)
            }
        }
    }
}

/** Headings of the columns of a wide list; a narrow one tells them in each row. */
@Composable
private fun Headings(table: TableView) {
    Row(Modifier.fillMaxWidth().padding(start = EDGE, end = EDGE + 28.dp, top = 4.dp, bottom = 4.dp)) {
        table.columns.forEachIndexed { at, column ->
            Text(
                column.title,
                Modifier.weight(if (at == 0) 1.5f else 1f).padding(end = 12.dp),
                style = MaterialTheme.typography.labelMedium,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
                maxLines = 1,
                overflow = TextOverflow.Ellipsis,
            )
        }
    }
}

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
                textAlign = if (column.field == FieldKind.NUMBER) androidx.compose.ui.text.style.TextAlign.End else null,
                maxLines = 2,
                overflow = TextOverflow.Ellipsis,
            )
        }
    }
}
