package dev.twinshore.shell

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.twinshore.ElementView

/** From when to when: two fields, and a standard period that sets both. */
@Composable
internal fun Period(element: ElementState, drawing: Drawing) {
    val view = element.view
    val wrong = if (view.error.isEmpty()) Modifier else Modifier.semantics { error(view.error) }
    Surface(
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surfaceContainerLow,
        modifier = Modifier.fillMaxWidth().testTag(view.name).then(wrong),
    ) {
        Column(Modifier.padding(16.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
            Row(verticalAlignment = Alignment.CenterVertically, horizontalArrangement = Arrangement.spacedBy(12.dp)) {
                Text(view.title, Modifier.weight(1f).semantics { heading() }, style = MaterialTheme.typography.titleMedium)
                if (view.choices.isNotEmpty()) StandardPeriods(view, drawing)
            }
            GroupBody(drawing.form.childrenOf(element.id), horizontal = true, drawing)
            Note(view)
        }
    }
}

@Composable
private fun StandardPeriods(view: ElementView, drawing: Drawing) {
    var open by remember { mutableStateOf(false) }
    val place = Place.Field(view.id)
    val said = "${view.title}: ${view.text}"
    Box {
        FilledTonalButton(
            onClick = { open = true },
            enabled = view.takesInput(drawing),
            modifier = Modifier.heightIn(min = 48.dp).testTag("choose-${view.name}").semantics { contentDescription = said },
        ) {
            Text(view.text, maxLines = 1, overflow = TextOverflow.Ellipsis)
            Icon(Icons.expand, null, Modifier.padding(start = 4.dp).size(18.dp))
        }
        DropdownMenu(open && view.takesInput(drawing), onDismissRequest = { open = false }, Modifier.testTag("choices")) {
            view.choices.forEach { choice ->
                DropdownMenuItem(
                    text = { Text(choice.text, style = MaterialTheme.typography.bodyLarge) },
                    trailingIcon = { if (choice.text == view.text) Icon(Icons.check, null, Modifier.size(20.dp)) },
                    onClick = {
                        open = false
                        drawing.form.send(place.choose(choice.id))
                    },
                )
            }
        }
    }
}
