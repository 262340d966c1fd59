package dev.twinshore.shell

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Slider
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.dp
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView
import java.math.BigDecimal
import java.math.RoundingMode
import kotlin.math.roundToInt

/** A number as a part of a whole, looked at. */
@Composable
internal fun Progress(view: ElementView, share: Double) {
    Bar(view, view.text) {
        LinearProgressIndicator(
            progress = { share.toFloat() },
            modifier = Modifier.fillMaxWidth().testTag("bar-${view.name}").semantics { contentDescription = "${view.title}: ${view.text}" },
        )
    }
}

/** A number set by moving a mark. The core need not know of each place on the way: it is told where the mark was left. */
@Composable
internal fun Track(view: ElementView, kind: ElementKindView.Track, drawing: Drawing) {
    var moved by remember { mutableStateOf<Float?>(null) }
    val place = Place.Field(view.id)
    var left by remember { mutableStateOf<Left?>(null) }
    val value = moved ?: left?.takeIf { it.version > view.inputVersion }?.value ?: kind.value.toFloat()
    val shown = if (value == kind.value.toFloat()) view.text else settled(value, kind).toPlainString()
    Bar(view, shown) {
        Slider(
            value = value,
            onValueChange = { moved = it },
            onValueChangeFinished = {
                moved?.let {
                    val version = InputVersion.next()
                    left = Left(it, version)
                    drawing.form.send(place.text(settled(it, kind).toPlainString(), version))
                }
                moved = null
            },
            enabled = view.takesInput(drawing),
            valueRange = kind.min.toFloat()..kind.max.toFloat(),
            steps = stepsOf(kind),
            modifier = Modifier.fillMaxWidth().testTag("bar-${view.name}").semantics {
                contentDescription = view.title
                stateDescription = shown
            },
        )
        view.conflict?.let { Conflict(view, it.theirs, drawing, place) }
    }
}

/** Where the mark was left; it is shown until the core has seen it. */
private class Left(val value: Float, val version: ULong)

@Composable
private fun Bar(view: ElementView, text: String, bar: @Composable () -> Unit) {
    Surface(shape = MaterialTheme.shapes.medium, color = MaterialTheme.colorScheme.surfaceContainerLow) {
        Column(Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 12.dp).marked(view), verticalArrangement = Arrangement.spacedBy(8.dp)) {
            Row {
                Text(view.title, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
                Text(text, style = valueStyle())
            }
            bar()
            Note(view)
        }
    }
}

/** The value nearest to where the mark was left. */
internal fun settled(value: Float, kind: ElementKindView.Track): BigDecimal {
    val digits = BigDecimal.valueOf(kind.step).stripTrailingZeros().scale().coerceAtLeast(0)
    return BigDecimal(value.toString()).setScale(digits, RoundingMode.HALF_UP)
}

/** Values between the ends, where there are so few of them that each is a place of its own. */
internal fun stepsOf(kind: ElementKindView.Track): Int {
    val places = ((kind.max - kind.min) / kind.step).roundToInt()
    return if (places in 2..MOST_PLACES) places - 1 else 0
}

private const val MOST_PLACES = 20
