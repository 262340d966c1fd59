package dev.twinshore.shell

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import dev.twinshore.ChartPointView
import dev.twinshore.ChartView
import dev.twinshore.ElementKindView
import dev.twinshore.ElementView
import dev.twinshore.SpreadsheetView
import java.util.Base64

/** Hues that stay apart for eyes that see few colours, in the order they are taken. */
private val hues = listOf(
    Color(0xFF00789F), Color(0xFFE0912F), Color(0xFF4C9F6B), Color(0xFFB5496A), Color(0xFF7D6BB8),
    Color(0xFFC9B037), Color(0xFF3FA7B5), Color(0xFF8C5A3C), Color(0xFF6C8E3F), Color(0xFF9B9B9B),
)

@Composable
internal fun Chart(chart: ChartView, title: String) {
    if (chart.points.isEmpty()) return Quiet(words.empty)
    // Read as a whole: the legend below says the same point by point.
    val said = "$title: " + chart.points.joinToString(", ") { "${it.label} ${it.text}" }
    Column(verticalArrangement = Arrangement.spacedBy(16.dp)) {
        Box(Modifier.fillMaxWidth().clearAndSetSemantics { contentDescription = said }, contentAlignment = Alignment.Center) {
            if (chart.pie) Pie(chart.points) else Bars(chart.points)
        }
        if (chart.pie) Legend(chart.points)
    }
}

@Composable
private fun Pie(points: List<ChartPointView>) {
    val whole = points.sumOf { it.value.coerceAtLeast(0.0) }
    Canvas(Modifier.padding(8.dp).size(190.dp)) {
        if (whole <= 0) return@Canvas
        val thickness = size.minDimension * RING
        val ring = Size(size.width - thickness, size.height - thickness)
        val corner = androidx.compose.ui.geometry.Offset(thickness / 2, thickness / 2)
        var from = -90f
        points.forEachIndexed { at, point ->
            val sweep = (FULL_TURN * point.value.coerceAtLeast(0.0) / whole).toFloat()
            val gap = if (points.size > 1 && sweep > GAP * 2) GAP else 0f
            drawArc(hues[at % hues.size], from + gap / 2, sweep - gap, useCenter = false, corner, ring, style = Stroke(thickness))
            from += sweep
        }
    }
}

private const val RING = 0.34f
private const val FULL_TURN = 360.0
private const val GAP = 1.5f

@Composable
private fun Bars(points: List<ChartPointView>) {
    val most = points.maxOf { it.value }.coerceAtLeast(0.0)
    Column(Modifier.fillMaxWidth(), verticalArrangement = Arrangement.spacedBy(10.dp)) {
        points.forEachIndexed { at, point ->
            Column {
                Row {
                    Text(point.label, Modifier.weight(1f), style = MaterialTheme.typography.bodyMedium)
                    Text(point.text, style = MaterialTheme.typography.labelLarge)
                }
                val share = if (most > 0) (point.value / most).coerceIn(0.0, 1.0).toFloat() else 0f
                Box(
                    Modifier.padding(top = 4.dp).fillMaxWidth(share.coerceAtLeast(LEAST_BAR)).height(14.dp)
                        .clip(RoundedCornerShape(4.dp)).background(hues[at % hues.size]),
                )
            }
        }
    }
}

private const val LEAST_BAR = 0.01f

@Composable
private fun Legend(points: List<ChartPointView>) {
    Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
        points.forEachIndexed { at, point ->
            Row(Modifier.fillMaxWidth().semantics(mergeDescendants = true) { }, verticalAlignment = Alignment.CenterVertically) {
                Box(Modifier.size(14.dp).clip(CircleShape).background(hues[at % hues.size]))
                Text(point.label, Modifier.weight(1f).padding(start = 12.dp), style = MaterialTheme.typography.bodyMedium)
                Text(point.text, style = MaterialTheme.typography.labelLarge)
            }
        }
    }
}

/** A spreadsheet document: read, selected and copied; wider than the screen it moves sideways by itself, not the form. */
@Composable
internal fun Spreadsheet(sheet: SpreadsheetView) {
    if (sheet.columns.isEmpty() && sheet.rows.isEmpty()) return Quiet(words.empty)
    val widths = remember(sheet) { columnWidths(sheet) }
    SelectionContainer {
        Column(Modifier.horizontalScroll(rememberScrollState())) {
            Row(Modifier.background(MaterialTheme.colorScheme.surfaceContainerHigh, RoundedCornerShape(8.dp))) {
                sheet.columns.forEachIndexed { at, column -> SheetCell(column, widths[at], bold = true, end = sheet.endsColumn(at)) }
            }
            sheet.rows.forEachIndexed { at, row ->
                if (at > 0) HorizontalDivider(Modifier.width(widths.fold(0.dp) { sum, next -> sum + next }), color = MaterialTheme.colorScheme.outlineVariant.copy(alpha = 0.5f))
                Row { row.forEachIndexed { column, cell -> SheetCell(cell.text, widths.getOrElse(column) { LEAST_CELL }, cell.bold, cell.end) } }
            }
        }
    }
}

/** Numbers stand at the end, so does their heading. */
private fun SpreadsheetView.endsColumn(at: Int): Boolean = rows.isNotEmpty() && rows.all { it.getOrNull(at)?.end == true }

@Composable
private fun SheetCell(text: String, width: Dp, bold: Boolean, end: Boolean) {
    Text(
        text,
        Modifier.width(width).padding(horizontal = 10.dp, vertical = 9.dp),
        style = MaterialTheme.typography.bodyMedium,
        fontWeight = if (bold) FontWeight.SemiBold else null,
        textAlign = if (end) TextAlign.End else TextAlign.Start,
    )
}

private val LEAST_CELL = 72.dp
private val MOST_CELL = 240.dp
private val SIGN = 8.dp

/** Wide enough for the longest text of a column, within limits. */
private fun columnWidths(sheet: SpreadsheetView): List<Dp> {
    val count = maxOf(sheet.columns.size, sheet.rows.maxOfOrNull { it.size } ?: 0)
    return List(count) { at ->
        val longest = maxOf(sheet.columns.getOrNull(at)?.length ?: 0, sheet.rows.maxOfOrNull { it.getOrNull(at)?.text?.length ?: 0 } ?: 0)
        (SIGN * longest + 28.dp).coerceIn(LEAST_CELL, MOST_CELL)
    }
}

@Composable
internal fun Picture(view: ElementView, kind: ElementKindView.Picture) {
    val device = LocalDevice.current
    val picture = remember(kind.base64) {
        runCatching { Base64.getDecoder().decode(kind.base64) }.getOrNull()?.takeIf { it.isNotEmpty() }?.let(device::picture)
    }
    if (picture == null) return Quiet(words.empty)
    Image(
        picture,
        view.title,
        Modifier.fillMaxWidth().heightIn(max = 320.dp).aspectRatio(picture.width.toFloat() / picture.height.coerceAtLeast(1)).clip(RoundedCornerShape(12.dp)),
        contentScale = ContentScale.Fit,
    )
}
