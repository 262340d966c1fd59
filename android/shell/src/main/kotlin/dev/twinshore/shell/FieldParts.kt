package dev.twinshore.shell

import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.ExposedDropdownMenuAnchorType
import androidx.compose.material3.ExposedDropdownMenuBox
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.OutlinedTextFieldDefaults
import androidx.compose.material3.Text
import androidx.compose.material3.TextFieldColors
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.onFocusChanged
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.LayoutDirection
import dev.twinshore.ElementView
import dev.twinshore.FormEvent

/** A value keeps its own direction ("+1 555" is not turned around from right to left) and stands where the screen's language begins. */
@Composable
internal fun valueStyle(style: TextStyle = MaterialTheme.typography.bodyLarge): TextStyle {
    val rightToLeft = LocalLayoutDirection.current == LayoutDirection.Rtl
    return style.copy(textDirection = TextDirection.ContentOrLtr, textAlign = if (rightToLeft) TextAlign.Right else TextAlign.Left)
}

/** A field that can be typed into stands on paper; one that can't lies in the ground. */
@Composable
internal fun fieldColors(open: Boolean): TextFieldColors {
    val colors = MaterialTheme.colorScheme
    val ground = if (open) colors.surfaceContainerLow else colors.surfaceContainer
    return OutlinedTextFieldDefaults.colors(
        focusedContainerColor = ground,
        unfocusedContainerColor = ground,
        errorContainerColor = ground,
        unfocusedBorderColor = if (open) colors.outline else colors.outlineVariant,
        focusedBorderColor = if (open) colors.primary else colors.outline,
    )
}

/** A small button inside a field. */
@Composable
internal fun FieldButton(icon: ImageVector, says: String, tag: String, press: () -> Unit) {
    IconButton(onClick = press, modifier = Modifier.testTag(tag)) { Icon(icon, says) }
}

/** A reference: typing suggests, the list chooses, the page opens what is shown. */
@Composable
internal fun Reference(view: ElementView, drawing: Drawing, place: Place) {
    val form = drawing.form
    Suggesting(view, drawing, place) { open ->
        if (open && view.text.isNotEmpty() && !view.required) {
            FieldButton(Icons.close, "${words.clear}: ${view.title}", "clear-${view.name}") { form.send(place.clear()) }
        }
        if (place is Place.Field && view.text.isNotEmpty() && view.enabled && drawing.open) {
            FieldButton(Icons.document, "${words.open}: ${view.title}", "open-${view.name}") { form.send(FormEvent.OpenValue(view.id)) }
        }
        if (open) {
            FieldButton(Icons.list, "${words.choose}: ${view.title}", "choose-${view.name}") { form.send(place.openChoice()) }
        }
    }
}

/** A field that offers what fits the typed text; what is chosen comes back from the core. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun Suggesting(
    view: ElementView,
    drawing: Drawing,
    place: Place,
    buttons: @Composable (open: Boolean) -> Unit,
) {
    val open = view.takesInput(drawing)
    var typed by remember { mutableStateOf<String?>(null) }
    val offered = open && view.choices.isOffered(typed != null)
    ExposedDropdownMenuBox(expanded = offered, onExpandedChange = { }) {
        OutlinedTextField(
            value = typed ?: view.text,
            onValueChange = { if (open) { typed = it; drawing.form.send(place.suggest(it)) } },
            readOnly = !open,
            textStyle = valueStyle(),
            label = { Caption(view) },
            isError = view.error.isNotEmpty(),
            supportingText = note(view),
            trailingIcon = { Row { buttons(open) } },
            singleLine = true,
            keyboardOptions = KeyboardOptions(autoCorrectEnabled = false, imeAction = ImeAction.Next),
            colors = fieldColors(open),
            modifier = Modifier.fillMaxWidth().menuAnchor(ExposedDropdownMenuAnchorType.PrimaryEditable, open).startFocus(view.id, place, drawing)
                .onFocusChanged { if (!it.isFocused) typed = null }.marked(view),
        )
        ExposedDropdownMenu(expanded = offered, onDismissRequest = { typed = null }, modifier = Modifier.testTag("suggestions")) {
            view.choices.forEach { choice ->
                DropdownMenuItem(
                    text = { Text(choice.text, style = MaterialTheme.typography.bodyLarge) },
                    onClick = {
                        typed = null
                        drawing.form.send(place.choose(choice.id))
                    },
                )
            }
        }
    }
}
