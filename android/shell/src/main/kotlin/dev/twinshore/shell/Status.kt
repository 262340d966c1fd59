package dev.twinshore.shell

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.FilterChip
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.ModalBottomSheet
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.rememberModalBottomSheetState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.onClick
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.unit.dp
import dev.twinshore.InterfaceView
import dev.twinshore.LinkQuality
import dev.twinshore.LogEntryView
import dev.twinshore.ModeView
import dev.twinshore.StatusView
import dev.twinshore.core.Core
import kotlinx.coroutines.launch

internal fun iconOf(mode: ModeView): ImageVector = when (mode) {
    ModeView.NORMAL -> Icons.cloud
    ModeView.OFFLINE -> Icons.cloudOff
    ModeView.POOR_CONNECTION -> Icons.signal
}

/** The mark in the title (M8): mode in force and what waits to be sent; opens the status sheet. */
@Composable
internal fun ModeMark(status: StatusView, open: () -> Unit) {
    val colors = MaterialTheme.colorScheme
    val (back, front) = when {
        !status.available -> colors.errorContainer to colors.onErrorContainer
        status.link == LinkQuality.SLOW || status.effectiveMode == ModeView.POOR_CONNECTION -> colors.tertiaryContainer to colors.onTertiaryContainer
        else -> colors.primaryContainer to colors.onPrimaryContainer
    }
    val pending = status.exchange.pending
    val said = buildString {
        append(words.mode).append(": ").append(words.of(status.effectiveMode))
        if (pending > 0u) append(". ").append(words.toSend).append(": ").append(pending)
    }
    Surface(
        onClick = open,
        shape = MaterialTheme.shapes.extraLarge,
        color = back,
        contentColor = front,
        modifier = Modifier.padding(end = 12.dp).heightIn(min = 40.dp).testTag("mode").clearAndSetSemantics {
            contentDescription = said
            role = Role.Button
            onClick { open(); true }
        },
    ) {
        Row(Modifier.padding(horizontal = 14.dp, vertical = 8.dp), verticalAlignment = Alignment.CenterVertically) {
            Icon(iconOf(status.effectiveMode), null, Modifier.size(20.dp))
            if (pending > 0u) {
                Icon(Icons.upload, null, Modifier.padding(start = 8.dp).size(16.dp))
                Text(pending.toString(), style = MaterialTheme.typography.labelLarge)
            }
        }
    }
}

/** What stands above everything: why the main server can't be called, and the offer of another mode. */
@Composable
internal fun StatusBands(core: Core, view: InterfaceView) {
    Column {
        if (view.status.banner.isNotEmpty()) Notice(Icons.cloudOff, view.status.banner, MaterialTheme.colorScheme.errorContainer, "banner")
        if (view.status.updateWaits) {
            Notice(Icons.sync, words.updateWaits, MaterialTheme.colorScheme.secondaryContainer, "update") {
                TextButton(onClick = core::updateNow) { Text(words.updateNow) }
            }
        }
        view.offer?.let { Offer(core, it) }
    }
}

/** Mode, exchange, language and the person, one touch away from anywhere. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun StatusSheet(state: AppState, view: InterfaceView, close: () -> Unit) {
    ModalBottomSheet(onDismissRequest = close, sheetState = rememberModalBottomSheetState(skipPartiallyExpanded = true)) {
        Column(
            Modifier.verticalScroll(rememberScrollState()).navigationBarsPadding().padding(horizontal = 24.dp).padding(bottom = 16.dp)
                .testTag("status-sheet"),
            verticalArrangement = Arrangement.spacedBy(16.dp),
        ) {
            Modes(state.core, view.status)
            HorizontalDivider()
            Exchange(state.core, view.status)
            HorizontalDivider()
            Languages(state.core, view.status)
            HorizontalDivider()
            Calls(state.core)
            Diagnosis(state.core)
            HorizontalDivider()
            if (view.status.pinByHand) {
                TextButton(onClick = { close(); state.core.choosePin() }, Modifier.testTag("choose-pin")) {
                    Icon(Icons.person, null, Modifier.padding(end = 12.dp))
                    Text(words.pin)
                }
            }
            TextButton(onClick = { close(); state.core.signOut() }, Modifier.testTag("sign-out")) {
                Icon(Icons.signOut, null, Modifier.padding(end = 12.dp))
                Text("${words.signOut} (${view.status.userName})")
            }
        }
    }
}

@Composable
private fun Title(text: String) {
    Text(text, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleMedium)
}

@Composable
private fun Modes(core: Core, status: StatusView) {
    val modes = listOfNotNull(
        ModeView.NORMAL,
        ModeView.OFFLINE.takeIf { status.offlineByHand },
        ModeView.POOR_CONNECTION.takeIf { status.poorConnectionByHand },
    )
    Title(words.mode)
    Column(Modifier.selectableGroup(), verticalArrangement = Arrangement.spacedBy(4.dp)) {
        modes.forEach { mode ->
            val chosen = status.mode == mode
            Surface(
                shape = MaterialTheme.shapes.medium,
                color = if (chosen) MaterialTheme.colorScheme.secondaryContainer else Color.Transparent,
                modifier = Modifier.fillMaxWidth().testTag("mode-$mode")
                    .selectable(chosen, role = Role.RadioButton) { core.setMode(mode) },
            ) {
                Row(Modifier.padding(12.dp), verticalAlignment = Alignment.CenterVertically) {
                    Icon(iconOf(mode), null)
                    Column(Modifier.weight(1f).padding(horizontal = 16.dp)) {
                        Text(words.of(mode), style = MaterialTheme.typography.bodyLarge)
                        Text(words.hintOf(mode), style = MaterialTheme.typography.bodySmall, color = MaterialTheme.colorScheme.onSurfaceVariant)
                    }
                    RadioButton(selected = chosen, onClick = null)
                }
            }
        }
    }
}

@Composable
private fun Exchange(core: Core, status: StatusView) {
    val exchange = status.exchange
    Row(verticalAlignment = Alignment.CenterVertically) {
        Column(Modifier.weight(1f)) {
            Title(words.exchange)
            Quiet(if (exchange.pending > 0u) "${words.toSend}: ${exchange.pending}" else words.nothingToSend)
            Quiet("${words.lastExchange}: ${exchange.last.ifEmpty { null }?.let(::shortTime) ?: words.never}")
        }
        FilledTonalButton(onClick = core::exchangeNow, enabled = !exchange.running) {
            Icon(Icons.sync, null, Modifier.padding(end = 8.dp).size(18.dp))
            Text(if (exchange.running) words.exchangeRuns else words.exchangeNow)
        }
    }
    if (exchange.error.isNotEmpty()) Trouble(exchange.error)
}

@Composable
private fun Languages(core: Core, status: StatusView) {
    Title(words.language)
    Row(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        ownNames.forEach { (code, name) ->
            FilterChip(
                selected = status.language.startsWith(code),
                onClick = { core.setLanguage(code) },
                label = { Text(name) },
                modifier = Modifier.heightIn(min = 48.dp).testTag("language-$code"),
            )
        }
    }
}

private val ownNames = listOf("en" to "English", "ru" to "Русский")

/** The last calls with the server that took each: what a tester looks at first. */
@Composable
private fun Calls(core: Core) {
    val calls by core.calls.collectAsState()
    var shown by remember { mutableStateOf(false) }
    TextButton(onClick = { shown = !shown }, Modifier.testTag("calls")) {
        Icon(if (shown) Icons.collapse else Icons.expand, null, Modifier.padding(end = 12.dp))
        Text(words.calls)
    }
    if (shown) {
        Column(verticalArrangement = Arrangement.spacedBy(2.dp)) { calls.takeLast(CALLS_SHOWN).asReversed().forEach { Call(it) } }
    }
}

/** A file for a report: how the app stands, without what was typed. */
@Composable
private fun Diagnosis(core: Core) {
    val device = LocalDevice.current
    val scope = rememberCoroutineScope()
    TextButton(
        onClick = { scope.launch { core.diagnosis()?.let { device.share("twinshore-diagnosis.json", it) } } },
        modifier = Modifier.testTag("diagnosis"),
    ) {
        Icon(Icons.share, null, Modifier.padding(end = 12.dp))
        Text(words.diagnosis)
    }
}

@Composable
private fun Call(entry: LogEntryView) {
    val icon = when (entry.server) {
        "main" -> Icons.cloud
        "standalone" -> Icons.phone
        else -> Icons.close
    }
    Row(verticalAlignment = Alignment.CenterVertically) {
        Icon(icon, entry.server, Modifier.size(16.dp))
        Text(
            "${entry.time.substringAfter('T').take("14:30:00.000".length)} ${entry.call} ${entry.error}",
            Modifier.weight(1f).padding(start = 8.dp),
            style = MaterialTheme.typography.bodySmall.copy(fontFamily = FontFamily.Monospace),
        )
        Text("${entry.ms} ms", Modifier.width(72.dp), style = MaterialTheme.typography.bodySmall)
    }
}

private const val CALLS_SHOWN = 50
