package dev.twinshore.shell

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView

/** A button that opens a menu of the buttons in it. */
@Composable
internal fun Popup(element: ElementState, kind: ElementKindView.Popup, drawing: Drawing, tag: String = "popup-${element.frame.name}") {
    val view = element.frame
    var open by remember { mutableStateOf(false) }
    val enabled = drawing.open && view.enabled
    val state = if (open) words.open else ""
    val modifier = Modifier.heightIn(min = 48.dp).testTag(tag).semantics { if (state.isNotEmpty()) stateDescription = state }
    Box {
        if (view.title.isEmpty()) {
            IconButton({ open = true }, modifier, enabled) { Icon(if (kind.icon.isEmpty()) Icons.more else Icons.named(kind.icon), words.more) }
        } else {
            FilledTonalButton({ open = true }, modifier, enabled) {
                if (kind.icon.isNotEmpty()) Icon(Icons.named(kind.icon), null, Modifier.padding(end = 8.dp).size(18.dp))
                Text(view.title, maxLines = 2, overflow = TextOverflow.Ellipsis)
                Icon(Icons.expand, null, Modifier.padding(start = 4.dp).size(18.dp))
            }
        }
        // What can't be used any more closes its menu.
        DropdownMenu(open && enabled, onDismissRequest = { open = false }, Modifier.testTag("entries-${view.name}")) {
            MenuEntries(drawing.form.childrenOf(element.id), drawing) { open = false }
        }
    }
}

/** Buttons one below the other; a group or a pop-up is a part of the menu under its title. */
@Composable
internal fun MenuEntries(elements: List<ElementState>, drawing: Drawing, chosen: () -> Unit) {
    var before: ElementState? = null
    elements.filter { it.frame.visible }.forEach { entry ->
        val view = entry.frame
        val kind = view.kind
        val parts = isPart(entry) || before?.let(::isPart) == true
        if (before != null && parts) HorizontalDivider(Modifier.padding(vertical = 4.dp))
        before = entry
        if (kind is ElementKindView.Button) {
            MenuEntry(view, kind.command, drawing, chosen)
        } else if (isPart(entry)) {
            if (view.title.isNotEmpty()) PartTitle(view.title)
            MenuEntries(drawing.form.childrenOf(entry.id), drawing, chosen)
        }
    }
}

private fun isPart(element: ElementState): Boolean = element.frame.kind.let { it is ElementKindView.Group || it is ElementKindView.Popup }

@Composable
private fun PartTitle(title: String) {
    Text(
        title,
        Modifier.padding(horizontal = 12.dp, vertical = 8.dp).semantics { heading() },
        style = MaterialTheme.typography.labelMedium,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
}

@Composable
private fun MenuEntry(view: ElementView, command: String, drawing: Drawing, chosen: () -> Unit) {
    DropdownMenuItem(
        text = {
            Column {
                Text(view.title, style = MaterialTheme.typography.bodyLarge)
                if (view.hint.isNotEmpty()) Quiet(view.hint)
            }
        },
        enabled = drawing.open && view.enabled,
        onClick = {
            chosen()
            drawing.form.execute(command)
        },
        modifier = Modifier.testTag("command-$command"),
    )
}
