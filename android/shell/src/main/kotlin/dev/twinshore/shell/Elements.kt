package dev.twinshore.shell

import androidx.compose.animation.animateContentSize
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.SecondaryScrollableTabRow
import androidx.compose.material3.SecondaryTabRow
import androidx.compose.material3.Surface
import androidx.compose.material3.Tab
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView
import dev.twinshore.FieldKind
import dev.twinshore.FormEvent

/** The form's elements, without the bar of commands that stands at the bottom. */
@Composable
internal fun FormBody(drawing: Drawing) {
    Filling(drawing.form.childrenOf(null).filter { it.frame.visible && !it.isBottomBar() }, drawing)
}

/** The commands of the form itself, where the thumb is. */
@Composable
internal fun BottomCommands(drawing: Drawing) {
    val bars = drawing.form.childrenOf(null).filter { it.frame.visible && it.isBottomBar() }
    val buttons = bars.flatMap { drawing.form.childrenOf(it.id) }.filter { it.frame.visible }
    if (buttons.isEmpty()) return
    CommandBar(buttons, drawing, bottom = true)
}

private fun ElementState.isBottomBar(): Boolean = frame.kind is ElementKindView.CommandBar

/** Elements that have the whole rest of the screen: pages and lists take it, everything else scrolls. */
@Composable
private fun Filling(elements: List<ElementState>, drawing: Drawing) {
    val greedy = elements.firstOrNull { it.frame.kind is ElementKindView.Pages || it.frame.kind is ElementKindView.List }
    if (greedy == null) return Scrolling(elements, drawing)
    val at = elements.indexOf(greedy)
    Column(Modifier.fillMaxSize()) {
        elements.take(at).forEach { Box(Modifier.padding(horizontal = EDGE)) { Drawn(it, drawing) } }
        Box(Modifier.weight(1f)) {
            if (greedy.frame.kind is ElementKindView.List) ListElement(greedy, drawing) else Pages(greedy, drawing, fill = true)
        }
        elements.drop(at + 1).forEach { Box(Modifier.padding(horizontal = EDGE)) { Drawn(it, drawing) } }
    }
}

internal val EDGE = 16.dp

/** Items of the scrolling column that an element is. */
internal fun itemsOf(element: ElementState): Int {
    val rows = element.frame.table?.rows?.size ?: 0
    return if (element.frame.kind is ElementKindView.Table) rows + 2 else 1
}

/** Elements one below the other; rows of tables are items of their own, so that a thousand of them cost no more than what is seen. */
@Composable
private fun Scrolling(elements: List<ElementState>, drawing: Drawing) {
    val state = rememberLazyListState()
    ScrollToFocus(elements, drawing, state)
    LazyColumn(
        Modifier.fillMaxSize().testTag("elements"),
        state,
        contentPadding = PaddingValues(start = EDGE, end = EDGE, top = 8.dp, bottom = 24.dp),
        verticalArrangement = Arrangement.spacedBy(12.dp),
    ) {
        elements.forEach { element ->
            if (element.frame.kind is ElementKindView.Table) {
                tableItems(element, drawing)
            } else {
                item(key = element.id.toInt()) { Drawn(element, drawing) }
            }
        }
    }
}

@Composable
internal fun Children(elements: List<ElementState>, drawing: Drawing) {
    Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
        elements.filter { it.frame.visible }.forEach { Drawn(it, drawing) }
    }
}

@Composable
internal fun Drawn(element: ElementState, drawing: Drawing) {
    val typed = (element.frame.kind as? ElementKindView.Field)?.field?.takeIf { it.isTyped() }
    if (typed != null) return Field(element.frame, typed, drawing, now = { element.view })
    val view = element.view
    when (val kind = view.kind) {
        is ElementKindView.Field -> Field(view, kind.field, drawing)
        is ElementKindView.Table -> WholeTable(element, drawing)
        is ElementKindView.List -> Box(Modifier.heightIn(max = 480.dp)) { ListElement(element, drawing) }
        is ElementKindView.Button -> CommandButton(view, kind, drawing)
        is ElementKindView.CommandBar -> CommandBar(drawing.form.childrenOf(element.id).filter { it.frame.visible }, drawing, bottom = false)
        is ElementKindView.Popup -> Popup(element, kind, drawing)
        is ElementKindView.Period -> Period(element, drawing)
        is ElementKindView.Progress -> Progress(view, kind.share)
        is ElementKindView.Track -> Track(view, kind, drawing)
        is ElementKindView.Group -> Group(element, kind, drawing)
        is ElementKindView.Pages -> Pages(element, drawing, fill = false)
        is ElementKindView.Page -> Children(drawing.form.childrenOf(element.id), drawing)
        is ElementKindView.Label -> Label(view.text.ifEmpty { view.title }, view.name)
        is ElementKindView.Picture -> Framed(view) { Picture(view, kind) }
        is ElementKindView.Chart -> Framed(view) { Chart(kind.chart, view.title) }
        is ElementKindView.Spreadsheet -> Framed(view) { Spreadsheet(kind.sheet) }
    }
}

@Composable
private fun Label(text: String, name: String) {
    SelectionContainer { Text(text, Modifier.testTag(name), style = MaterialTheme.typography.bodyLarge) }
}

/** An element that is looked at, with its heading. */
@Composable
private fun Framed(view: ElementView, content: @Composable () -> Unit) {
    Surface(
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surfaceContainerLow,
        modifier = Modifier.fillMaxWidth().testTag(view.name),
    ) {
        Column(Modifier.padding(16.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
            if (view.title.isNotEmpty()) {
                Text(view.title, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleMedium)
            }
            content()
        }
    }
}

@Composable
private fun Group(element: ElementState, kind: ElementKindView.Group, drawing: Drawing) {
    val view = element.view
    val inside = drawing.form.childrenOf(element.id)
    if (view.title.isEmpty() && !kind.collapsible) return GroupBody(inside, kind.horizontal, drawing)
    var open by rememberSaveable { mutableStateOf(true) }
    val state = if (open) words.open else words.more
    Surface(shape = MaterialTheme.shapes.large, color = MaterialTheme.colorScheme.surfaceContainerLow, modifier = Modifier.fillMaxWidth()) {
        Column(Modifier.animateContentSize().padding(16.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
            val head = if (kind.collapsible) {
                Modifier.heightIn(min = 48.dp).clickable(role = Role.Button) { open = !open }.semantics { stateDescription = state }
            } else {
                Modifier
            }
            Row(head.fillMaxWidth().semantics { heading() }, verticalAlignment = Alignment.CenterVertically) {
                Text(view.title, Modifier.weight(1f), style = MaterialTheme.typography.titleMedium)
                if (kind.collapsible) Icon(if (open) Icons.collapse else Icons.expand, null, Modifier.size(22.dp))
            }
            if (open || !kind.collapsible) GroupBody(inside, kind.horizontal, drawing)
        }
    }
}

/** A horizontal group stands upright where it would be squeezed. */
@Composable
internal fun GroupBody(elements: List<ElementState>, horizontal: Boolean, drawing: Drawing) {
    val shown = elements.filter { it.frame.visible }
    if (!horizontal || shown.size < 2) return Children(shown, drawing)
    val scale = LocalDensity.current.fontScale
    val needs = shown.map { neededWidth(it.frame) * scale }
    BoxWithConstraints {
        val room = maxWidth - GAP * (shown.size - 1)
        if (needs.fold(0.dp) { sum, next -> sum + next } > room) {
            Children(shown, drawing)
        } else {
            Row(horizontalArrangement = Arrangement.spacedBy(GAP)) {
                shown.forEachIndexed { at, element -> Box(Modifier.weight(needs[at].value)) { Drawn(element, drawing) } }
            }
        }
    }
}

private val GAP = 12.dp

/** Below this an element's text would be cut. */
private fun neededWidth(view: ElementView): Dp = when ((view.kind as? ElementKindView.Field)?.field) {
    FieldKind.DATE_TIME, FieldKind.REFERENCE -> 212.dp
    else -> 150.dp
}

@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Pages(element: ElementState, drawing: Drawing, fill: Boolean) {
    val pages = drawing.form.childrenOf(element.id).filter { it.frame.visible }
    if (pages.isEmpty()) return
    val active = (element.frame.kind as? ElementKindView.Pages)?.active
    val at = pages.indexOfFirst { it.id == active }.coerceAtLeast(0)
    Column(if (fill) Modifier.fillMaxSize() else Modifier) {
        Tabs(pages, at) { drawing.form.send(FormEvent.ActivatePage(it)) }
        val inside = drawing.form.childrenOf(pages[at].id).filter { it.frame.visible }
        if (fill) Box(Modifier.weight(1f)) { Filling(inside, drawing) } else Children(inside, drawing)
    }
}

@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Tabs(pages: List<ElementState>, at: Int, turn: (UInt) -> Unit) {
    val tabs = @Composable {
        pages.forEachIndexed { index, page ->
            Tab(
                selected = index == at,
                onClick = { turn(page.id) },
                text = { Text(page.frame.title) },
                modifier = Modifier.testTag("page-${page.frame.name}"),
            )
        }
    }
    val back = MaterialTheme.colorScheme.background
    if (pages.size > MOST_FIXED_TABS) {
        SecondaryScrollableTabRow(at, containerColor = back, edgePadding = 8.dp, tabs = tabs)
    } else {
        SecondaryTabRow(at, containerColor = back, tabs = tabs)
    }
}

private const val MOST_FIXED_TABS = 3
