package dev.twinshore.shell

import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.DatePicker
import androidx.compose.material3.DatePickerDialog
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.TimePicker
import androidx.compose.material3.rememberDatePickerState
import androidx.compose.material3.rememberTimePickerState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import dev.twinshore.ElementView
import dev.twinshore.FieldKind
import java.time.Instant
import java.time.LocalDate
import java.time.LocalTime
import java.time.ZoneOffset
import java.util.Locale

private enum class Picker { Day, Time }

/** A moment: typed as the person writes it, or picked, first the day and then the time. The core reads what pickers give as it reads what is typed. */
@Composable
internal fun DateField(view: ElementView, field: FieldKind, drawing: Drawing, place: Place, now: () -> ElementView) {
    var picker by remember { mutableStateOf<Picker?>(null) }
    var chosen by remember { mutableStateOf<LocalDate?>(null) }
    val open = view.takesInput(drawing)
    TypedField(
        view = view,
        drawing = drawing,
        place = place,
        now = now,
        keyboard = KeyboardOptions(keyboardType = KeyboardType.Text, autoCorrectEnabled = false, imeAction = ImeAction.Next),
        trailing = {
            if (open && field == FieldKind.TIME) {
                FieldButton(Icons.clock, "${words.chooseTime}: ${view.title}", "time-${view.name}") { picker = Picker.Time }
            } else if (open) {
                FieldButton(Icons.calendar, "${words.chooseDate}: ${view.title}", "day-${view.name}") { picker = Picker.Day }
            }
        },
    )
    val put = { text: String ->
        picker = null
        drawing.form.send(place.text(text, InputVersion.next()))
        drawing.form.typing(place.name) { now().text }.forget()
    }
    when (picker) {
        Picker.Day -> DayPicker(dayIn(now().text), { picker = null }) { day ->
            if (field == FieldKind.DATE) {
                put("$day")
            } else {
                chosen = day
                picker = Picker.Time
            }
        }
        Picker.Time -> HourPicker(timeIn(now().text), { picker = null }) { time ->
            put(if (field == FieldKind.TIME) clock(time) else "${chosen ?: LocalDate.now()} ${clock(time)}")
        }
        null -> Unit
    }
}

@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun DayPicker(day: LocalDate?, cancel: () -> Unit, choose: (LocalDate) -> Unit) {
    val shown = (day ?: LocalDate.now()).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli()
    val state = rememberDatePickerState(initialSelectedDateMillis = shown)
    DatePickerDialog(
        onDismissRequest = cancel,
        confirmButton = {
            TextButton(
                onClick = { state.selectedDateMillis?.let { choose(Instant.ofEpochMilli(it).atZone(ZoneOffset.UTC).toLocalDate()) } },
                enabled = state.selectedDateMillis != null,
            ) { Text(words.done) }
        },
        dismissButton = { TextButton(onClick = cancel) { Text(words.cancel) } },
    ) { DatePicker(state) }
}

@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun HourPicker(time: LocalTime?, cancel: () -> Unit, choose: (LocalTime) -> Unit) {
    val shown = time ?: LocalTime.now()
    val state = rememberTimePickerState(initialHour = shown.hour, initialMinute = shown.minute, is24Hour = true)
    AlertDialog(
        onDismissRequest = cancel,
        text = { TimePicker(state) },
        confirmButton = { TextButton(onClick = { choose(LocalTime.of(state.hour, state.minute)) }) { Text(words.done) } },
        dismissButton = { TextButton(onClick = cancel) { Text(words.cancel) } },
    )
}

private fun clock(time: LocalTime): String = String.format(Locale.ROOT, "%02d:%02d", time.hour, time.minute)

private val isoDay = Regex("(\\d{4})-(\\d{2})-(\\d{2})")
private val dottedDay = Regex("(\\d{2})\\.(\\d{2})\\.(\\d{4})")
private val hour = Regex("(\\d{1,2}):(\\d{2})")

/** Where the picker opens: the day in a formatted text, if it is written in a way known here. */
internal fun dayIn(text: String): LocalDate? {
    val iso = isoDay.find(text)?.destructured?.let { (year, month, day) -> Triple(year, month, day) }
    val dotted = dottedDay.find(text)?.destructured?.let { (day, month, year) -> Triple(year, month, day) }
    val (year, month, day) = iso ?: dotted ?: return null
    return runCatching { LocalDate.of(year.toInt(), month.toInt(), day.toInt()) }.getOrNull()
}

internal fun timeIn(text: String): LocalTime? =
    hour.find(text)?.destructured?.let { (hours, minutes) -> runCatching { LocalTime.of(hours.toInt(), minutes.toInt()) }.getOrNull() }
