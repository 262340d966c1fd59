package dev.twinshore.shell

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.Checkbox
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.ExposedDropdownMenuAnchorType
import androidx.compose.material3.ExposedDropdownMenuBox
import androidx.compose.material3.ExposedDropdownMenuDefaults
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.onFocusChanged
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import dev.twinshore.ChoiceView
import dev.twinshore.ElementView
import dev.twinshore.FieldKind

/**
 * A value of the form with what is wrong with it, what it needs, and what the other server has. Of fields that are typed into `view` may be
 * the element without its text, which [now] gives to what alone has to follow it.
 */
@Composable
internal fun Field(
    view: ElementView,
    field: FieldKind,
    drawing: Drawing,
    place: Place = Place.Field(view.id),
    now: () -> ElementView = { view },
) {
    Column(Modifier.fillMaxWidth()) {
        when (field) {
            FieldKind.SWITCH, FieldKind.CHECK_BOX -> Toggle(view, field, drawing, place)
            FieldKind.RADIO -> Radios(view, drawing, place)
            FieldKind.CHOICE -> Choice(view, drawing, place)
            FieldKind.REFERENCE -> Reference(view, drawing, place)
            FieldKind.LABEL -> Shown(view)
            FieldKind.DATE, FieldKind.TIME, FieldKind.DATE_TIME -> DateField(view, field, drawing, place, now)
            FieldKind.TEXT, FieldKind.NUMBER ->
                if (offers(view, place)) Offering(view, drawing, place, now, keyboardOf(field)) else TypedField(view, drawing, place, now, keyboardOf(field))
            FieldKind.MULTILINE -> TypedField(view, drawing, place, now, keyboardOf(field), multiline = true)
        }
        view.conflict?.let { Conflict(view, it.theirs, drawing, place) }
    }
}

/** Holds text as it is being typed. */
internal fun FieldKind.isTyped(): Boolean = when (this) {
    FieldKind.TEXT, FieldKind.NUMBER, FieldKind.MULTILINE, FieldKind.DATE, FieldKind.TIME, FieldKind.DATE_TIME -> true
    FieldKind.SWITCH, FieldKind.CHECK_BOX, FieldKind.RADIO, FieldKind.CHOICE, FieldKind.REFERENCE, FieldKind.LABEL -> false
}

/** Can be typed into now. */
internal fun ElementView.takesInput(drawing: Drawing): Boolean = drawing.open && enabled && !readOnly

/** The heading of a field; TalkBack reads the star as what it means. */
@Composable
internal fun Caption(view: ElementView) {
    val said = if (view.required) "${view.title}, ${words.required}" else view.title
    Text(
        if (view.required) "${view.title} *" else view.title,
        Modifier.semantics { this[androidx.compose.ui.semantics.SemanticsProperties.ContentDescription] = listOf(said) },
    )
}

/** What is wrong, else a hint; nothing takes no room. */
internal fun note(view: ElementView): (@Composable () -> Unit)? {
    val text = view.error.ifEmpty { view.hint }
    return if (text.isEmpty()) null else ({ Text(text) })
}

internal fun Modifier.marked(view: ElementView): Modifier =
    testTag(view.name).then(if (view.error.isEmpty()) Modifier else Modifier.semantics { error(view.error) })

internal fun keyboardOf(field: FieldKind): KeyboardOptions = when (field) {
    FieldKind.NUMBER -> KeyboardOptions(keyboardType = KeyboardType.Decimal, imeAction = ImeAction.Next)
    FieldKind.MULTILINE -> KeyboardOptions(capitalization = KeyboardCapitalization.Sentences)
    else -> KeyboardOptions(capitalization = KeyboardCapitalization.Sentences, imeAction = ImeAction.Next)
}

/**
 * A field whose text goes to the core as it is typed. One that can't be typed into stays readable and its text can be selected and
 * copied (F2).
 */
@Composable
internal fun TypedField(
    view: ElementView,
    drawing: Drawing,
    place: Place,
    now: () -> ElementView,
    keyboard: KeyboardOptions,
    multiline: Boolean = false,
    trailing: (@Composable () -> Unit)? = null,
    anchor: Modifier = Modifier,
    typed: () -> Unit = { },
) {
    val focused = remember { mutableStateOf(false) }
    val typing = drawing.form.typing(place.name) { now().text }
    val open = view.takesInput(drawing)
    val sending = rememberSending(typing) { text, version ->
        drawing.form.send(place.text(text, version))
        typed()
    }
    Settling(typing, focused, now)
    OutlinedTextField(
        state = typing.field,
        inputTransformation = sending,
        readOnly = !open,
        textStyle = valueStyle(),
        label = { Caption(view) },
        isError = view.error.isNotEmpty(),
        supportingText = note(view),
        trailingIcon = trailing,
        lineLimits = if (multiline) TextFieldLineLimits.MultiLine(MULTILINE_ROWS) else TextFieldLineLimits.SingleLine,
        keyboardOptions = keyboard,
        colors = fieldColors(open),
        modifier = Modifier.fillMaxWidth().then(anchor).startFocus(view.id, place, drawing).onFocusChanged { focused.value = it.isFocused }
            .marked(view),
    )
}

/** True from when the field first offered something: one that lost its place in the tree would lose its focus. */
@Composable
private fun offers(view: ElementView, place: Place): Boolean {
    var once by remember { mutableStateOf(false) }
    val now = place is Place.Field && view.choices.isNotEmpty()
    if (now && !once) once = true
    return once || now
}

/** A field of typed text that offers texts to take instead. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Offering(view: ElementView, drawing: Drawing, place: Place, now: () -> ElementView, keyboard: KeyboardOptions) {
    var asked by remember { mutableStateOf(false) }
    val open = view.takesInput(drawing)
    val offered = asked && open && view.choices.isNotEmpty() && view.choices.singleOrNull()?.text != now().text
    ExposedDropdownMenuBox(expanded = offered, onExpandedChange = { asked = it && open }) {
        TypedField(
            view = view,
            drawing = drawing,
            place = place,
            now = now,
            keyboard = keyboard,
            trailing = if (open && view.choices.isNotEmpty()) ({ ExposedDropdownMenuDefaults.TrailingIcon(offered) }) else null,
            anchor = Modifier.menuAnchor(ExposedDropdownMenuAnchorType.PrimaryEditable, open),
            typed = { asked = true },
        )
        ExposedDropdownMenu(expanded = offered, onDismissRequest = { asked = false }, modifier = Modifier.testTag("suggestions")) {
            view.choices.forEach { choice ->
                ChoiceItem(choice.text) {
                    asked = false
                    drawing.form.send(place.choose(choice.id))
                }
            }
        }
    }
}

private const val MULTILINE_ROWS = 3

@Composable
private fun Toggle(view: ElementView, field: FieldKind, drawing: Drawing, place: Place) {
    val open = view.takesInput(drawing)
    val change = { on: Boolean -> drawing.form.send(place.check(on)) }
    Surface(shape = MaterialTheme.shapes.medium, color = MaterialTheme.colorScheme.surfaceContainerLow) {
        Row(
            Modifier.fillMaxWidth().heightIn(min = 56.dp)
                .toggleable(view.checked, open, if (field == FieldKind.SWITCH) Role.Switch else Role.Checkbox, onValueChange = change)
                .padding(horizontal = 16.dp, vertical = 6.dp).marked(view),
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Column(Modifier.weight(1f)) {
                Text(view.title, style = MaterialTheme.typography.bodyLarge)
                Note(view)
            }
            if (field == FieldKind.SWITCH) Switch(view.checked, null, enabled = open) else Checkbox(view.checked, null, enabled = open)
        }
    }
}

@Composable
internal fun Note(view: ElementView) {
    val wrong = view.error.isNotEmpty()
    val text = view.error.ifEmpty { view.hint }
    if (text.isEmpty()) return
    val color = if (wrong) MaterialTheme.colorScheme.error else MaterialTheme.colorScheme.onSurfaceVariant
    Text(text, style = MaterialTheme.typography.bodySmall, color = color)
}

@Composable
private fun Radios(view: ElementView, drawing: Drawing, place: Place) {
    val open = view.takesInput(drawing)
    Surface(shape = MaterialTheme.shapes.medium, color = MaterialTheme.colorScheme.surfaceContainerLow) {
        Column(Modifier.fillMaxWidth().padding(vertical = 8.dp).selectableGroup().marked(view)) {
            Text(
                if (view.required) "${view.title} *" else view.title,
                Modifier.padding(horizontal = 16.dp, vertical = 4.dp).semantics { heading() },
                style = MaterialTheme.typography.labelLarge,
                color = MaterialTheme.colorScheme.onSurfaceVariant,
            )
            view.choices.forEach { choice ->
                val chosen = choice.text == view.text
                Row(
                    Modifier.fillMaxWidth().heightIn(min = 48.dp)
                        .selectable(chosen, open, Role.RadioButton) { drawing.form.send(place.choose(choice.id)) }
                        .padding(horizontal = 16.dp),
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    RadioButton(chosen, null, enabled = open)
                    Text(choice.text, Modifier.padding(start = 12.dp), style = MaterialTheme.typography.bodyLarge)
                }
            }
            Column(Modifier.padding(horizontal = 16.dp)) { Note(view) }
        }
    }
}

/** One of a few values, from a menu. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Choice(view: ElementView, drawing: Drawing, place: Place) {
    var menu by remember { mutableStateOf(false) }
    val open = view.takesInput(drawing)
    ExposedDropdownMenuBox(expanded = menu && open, onExpandedChange = { menu = it && open }) {
        OutlinedTextField(
            value = view.text,
            onValueChange = { },
            readOnly = true,
            textStyle = valueStyle(),
            label = { Caption(view) },
            isError = view.error.isNotEmpty(),
            supportingText = note(view),
            trailingIcon = { if (open) ExposedDropdownMenuDefaults.TrailingIcon(menu) },
            colors = fieldColors(open),
            modifier = Modifier.fillMaxWidth().menuAnchor(ExposedDropdownMenuAnchorType.PrimaryNotEditable, open).marked(view),
        )
        ExposedDropdownMenu(expanded = menu && open, onDismissRequest = { menu = false }, modifier = Modifier.testTag("choices")) {
            if (!view.required && view.text.isNotEmpty()) {
                ChoiceItem(words.clear) {
                    menu = false
                    drawing.form.send(place.clear())
                }
            }
            view.choices.forEach { choice ->
                ChoiceItem(choice.text) {
                    menu = false
                    drawing.form.send(place.choose(choice.id))
                }
            }
        }
    }
}

@Composable
private fun ChoiceItem(text: String, choose: () -> Unit) {
    DropdownMenuItem(text = { Text(text, style = MaterialTheme.typography.bodyLarge) }, onClick = choose)
}

/** A value that is only shown. */
@Composable
private fun Shown(view: ElementView) {
    if (view.text.isEmpty() && view.hint.isEmpty() && view.error.isEmpty()) return
    Column(Modifier.padding(horizontal = 4.dp).semantics(mergeDescendants = true) { }.marked(view)) {
        Text(view.title, style = MaterialTheme.typography.labelMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
        SelectionContainer { Text(view.text, style = valueStyle()) }
        Note(view)
    }
}

/** The same value was changed on the other server too: theirs is one tap away (F10d). */
@Composable
internal fun Conflict(view: ElementView, theirs: String, drawing: Drawing, place: Place) {
    Surface(
        color = MaterialTheme.colorScheme.tertiaryContainer,
        shape = MaterialTheme.shapes.medium,
        modifier = Modifier.fillMaxWidth().padding(top = 6.dp).testTag("conflict-${view.name}"),
    ) {
        Row(
            Modifier.padding(start = 14.dp, end = 8.dp, top = 6.dp, bottom = 6.dp),
            verticalAlignment = Alignment.CenterVertically,
            horizontalArrangement = Arrangement.spacedBy(10.dp),
        ) {
            Icon(Icons.sync, null, Modifier.size(20.dp))
            Column(Modifier.weight(1f)) {
                Text(words.conflict, style = MaterialTheme.typography.labelMedium)
                SelectionContainer { Text(theirs.ifEmpty { "—" }, style = valueStyle(MaterialTheme.typography.bodyMedium)) }
            }
            FilledTonalButton(
                onClick = { drawing.form.send(place.takeTheirs()) },
                enabled = drawing.open,
                modifier = Modifier.testTag("take-${view.name}"),
            ) { Text(words.takeTheirs) }
        }
    }
}

internal fun List<ChoiceView>.isOffered(asked: Boolean): Boolean = asked && isNotEmpty()
