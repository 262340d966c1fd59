package dev.twinshore.shell

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.pulltorefresh.PullToRefreshBox
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.Stable
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.setValue
import androidx.compose.runtime.snapshotFlow
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.unit.dp
import dev.twinshore.ElementView
import dev.twinshore.FormEvent
import dev.twinshore.ListDirection
import dev.twinshore.TableView

/** A list: a window of rows that the core reads on as the person nears an end. */
@Composable
internal fun ListElement(element: ElementState, drawing: Drawing) {
    val view = element.view
    val table = view.table ?: return
    val place = drawing.form.placeOf(view.id)
    SideEffect { place.follow(table) }
    ReadOn(view, table, place.rows, drawing)
    val commands by remember(drawing.form) { derivedStateOf { drawing.form.rowCommands() } }
    Column(Modifier.fillMaxSize().testTag(view.name)) {
        Row(Modifier.padding(start = EDGE, end = 4.dp, bottom = 4.dp), verticalAlignment = Alignment.CenterVertically) {
            SearchBox(view, table, drawing, Modifier.weight(1f))
            FilterMenu(view, table, drawing)
            OrderMenu(view, table, place, drawing)
        }
        if (table.filters.isNotEmpty()) Filters(view, table, drawing)
        if (table.path.isNotEmpty()) Path(view, table, drawing)
        if (view.error.isNotEmpty()) Trouble(view.error, Modifier.padding(horizontal = EDGE, vertical = 4.dp))
        // Has its place also while nothing is read: rows would jump.
        Box(Modifier.fillMaxWidth().height(4.dp)) {
            if (table.loading) LinearProgressIndicator(Modifier.fillMaxWidth())
        }
        BoxWithConstraints(Modifier.weight(1f)) {
            val wide = maxWidth >= WIDE
            Column {
                if (wide && table.rows.isNotEmpty()) Headings(table)
                Box(Modifier.weight(1f)) {
                    Refreshing(view, table, drawing) { Rows(view, table, place.rows, wide, commands, drawing) }
                    ToStart(view, table, place, drawing, Modifier.align(Alignment.BottomEnd))
                }
            }
        }
    }
}

@Composable
private fun Rows(view: ElementView, table: TableView, rows: LazyListState, wide: Boolean, commands: List<ElementView>, drawing: Drawing) {
    LazyColumn(Modifier.fillMaxSize().testTag("rows"), rows, contentPadding = PaddingValues(bottom = 72.dp)) {
        items(table.rows, key = { it.id }, contentType = { it.isGroup }) { row ->
            ListRow(view, table, row, wide, commands, drawing)
            HorizontalDivider(Modifier.padding(start = EDGE), color = MaterialTheme.colorScheme.outlineVariant.copy(alpha = 0.5f))
        }
        if (table.rows.isEmpty()) item("empty") { Nothing(if (table.loading) words.loading else words.empty) }
    }
}

/**
 * Where a person is in a list: kept as long as the form, whatever is in front meanwhile. The row under the eye stays where it is when
 * rows come before it or go; other rows than were seen are shown from their start, or from the end that was jumped to.
 */
@Stable
internal class ListPlace {
    val rows = LazyListState()
    private var placed = 0u

    fun follow(table: TableView) {
        if (table.placed == placed) return
        placed = table.placed
        rows.requestScrollToItem(if (table.atEnd) table.rows.lastIndex.coerceAtLeast(0) else 0)
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

/** Asks for more rows while fewer than a screenful lie ahead: once between two answers, and after a failure as the person goes on. */
@Composable
private fun ReadOn(view: ElementView, table: TableView, rows: LazyListState, drawing: Drawing) {
    val now by rememberUpdatedState(table)
    val usable by rememberUpdatedState(drawing.open && view.enabled)
    val failed by rememberUpdatedState(view.error.isNotEmpty())
    LaunchedEffect(rows, drawing.form, view.id) {
        var asked: UInt? = null
        snapshotFlow {
            val wanted = now.wantedAt(rows).takeIf { usable && (!failed || rows.isScrollInProgress) }
            wanted?.let { it to now.answers }
        }.collect { wanted ->
            if (wanted == null || wanted.second == asked) return@collect
            asked = wanted.second
            drawing.form.send(FormEvent.ReadOn(view.id, wanted.first))
        }
    }
}

private fun TableView.wantedAt(rows: LazyListState): ListDirection? {
    val shown = rows.layoutInfo.visibleItemsInfo
    val first = shown.firstOrNull()?.index ?: 0
    val last = shown.lastOrNull()?.index ?: 0
    return when {
        loading || this.rows.isEmpty() -> null
        moreAfter && last >= this.rows.size - AHEAD -> ListDirection.AFTER
        moreBefore && first < AHEAD -> ListDirection.BEFORE
        else -> null
    }
}

internal const val AHEAD = 20
