package dev.twinshore.shell

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Button
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.layout.Placeable
import androidx.compose.ui.layout.SubcomposeLayout
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.Constraints
import androidx.compose.ui.unit.dp
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView

/** Commands in one line; what does not fit waits under "More". The one the person wants most comes first. */
@Composable
internal fun CommandBar(buttons: List<ElementState>, drawing: Drawing, bottom: Boolean) {
    val ordered = buttons.sortedByDescending { (it.frame.kind as? ElementKindView.Button)?.primary == true }
    if (!bottom) return OneLine(ordered, drawing)
    Surface(color = MaterialTheme.colorScheme.surfaceContainer, tonalElevation = 2.dp) {
        Box(Modifier.fillMaxWidth().navigationBarsPadding().padding(horizontal = EDGE, vertical = 8.dp).testTag("commands")) {
            OneLine(ordered, drawing)
        }
    }
}

@Composable
private fun OneLine(buttons: List<ElementState>, drawing: Drawing) {
    SubcomposeLayout { constraints ->
        val loose = Constraints(maxWidth = constraints.maxWidth)
        val gap = 8.dp.roundToPx()
        // Measured without being there for anybody: what does not fit must not be found by who can't see the screen.
        val widths = buttons.map { button ->
            subcompose("width ${button.id}") { Box(Modifier.clearAndSetSemantics { }) { Measured(button, drawing) } }.maxOfOrNull { it.measure(loose).width } ?: 0
        }
        val room = constraints.maxWidth
        val fits = if (widths.sum() + gap * (widths.size - 1) <= room) {
            widths.size
        } else {
            fitting(widths, gap, room - MORE_WIDTH.roundToPx() - gap)
        }
        val shown = buttons.take(fits).flatMap { button -> subcompose(button.id.toInt()) { Drawn(button, drawing) }.map { it.measure(loose) } }
        val more: List<Placeable> = if (fits == buttons.size) {
            emptyList()
        } else {
            subcompose("more") { MoreCommands(buttons.drop(fits), drawing) }.map { it.measure(loose) }
        }
        val height = (shown + more).maxOfOrNull { it.height } ?: 0
        layout(room, height) {
            var x = 0
            shown.forEach {
                it.placeRelative(x, (height - it.height) / 2)
                x += it.width + gap
            }
            more.forEach { it.placeRelative(room - it.width, (height - it.height) / 2) }
        }
    }
}

/** As wide as what is drawn, and found by nobody. */
@Composable
private fun Measured(button: ElementState, drawing: Drawing) {
    when (val kind = button.frame.kind) {
        is ElementKindView.Button -> CommandButton(button.frame, kind, drawing, tag = "")
        is ElementKindView.Popup -> Popup(button, kind, drawing, tag = "")
        else -> Drawn(button, drawing)
    }
}

private val MORE_WIDTH = 48.dp

/** How many of the widths stand in the room, with gaps between them. */
internal fun fitting(widths: List<Int>, gap: Int, room: Int): Int {
    var used = 0
    widths.forEachIndexed { at, width ->
        used += width + if (at > 0) gap else 0
        if (used > room) return at
    }
    return widths.size
}

@Composable
private fun MoreCommands(buttons: List<ElementState>, drawing: Drawing) {
    var open by remember { mutableStateOf(false) }
    Box {
        IconButton(onClick = { open = true }, Modifier.testTag("more")) { Icon(Icons.more, words.more) }
        DropdownMenu(open, onDismissRequest = { open = false }) { MenuEntries(buttons, drawing) { open = false } }
    }
}

@Composable
internal fun CommandButton(view: ElementView, kind: ElementKindView.Button, drawing: Drawing, tag: String = "command-${kind.command}") {
    val run = { drawing.form.execute(kind.command) }
    val enabled = drawing.open && view.enabled
    val modifier = Modifier.heightIn(min = 48.dp).testTag(tag)
    val label = @Composable { Text(view.title, maxLines = 2, overflow = TextOverflow.Ellipsis) }
    if (kind.primary) {
        Button(run, modifier, enabled) { label() }
    } else {
        FilledTonalButton(run, modifier, enabled) { label() }
    }
}
