package dev.twinshore.shell

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.VerticalDivider
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.SaveableStateHolder
import androidx.compose.runtime.saveable.rememberSaveableStateHolder
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.DialogProperties
import dev.twinshore.DialogView
import dev.twinshore.InterfaceView
import dev.twinshore.MessageKind
import dev.twinshore.MessageView
import dev.twinshore.OfferView
import dev.twinshore.WaitingView
import dev.twinshore.WindowView
import dev.twinshore.core.Core
import kotlinx.coroutines.delay

/** From this width on the menu stays beside the form. */
private val twoPanes = 840.dp
private val menuPane = 360.dp

/** The app at work: the menu or the form in front; on a wide screen both. */
@Composable
internal fun WorkScreen(state: AppState, view: InterfaceView) {
    val form = view.active.takeIf { it != 0u }?.let(state::form)
    val looks = lookOf(view.windows)
    BoxWithConstraints(Modifier.fillMaxSize().imePadding()) {
        if (maxWidth >= twoPanes) {
            Row(Modifier.fillMaxSize()) {
                Box(Modifier.width(menuPane).fillMaxHeight()) { HomeScreen(state, view) }
                VerticalDivider()
                Box(Modifier.weight(1f).fillMaxHeight()) {
                    if (form == null) NothingOpen() else looks.SaveableStateProvider(form.number.toInt()) { FormScreen(state, view, form, alone = false) }
                }
            }
        } else if (form == null) {
            HomeScreen(state, view)
        } else {
            looks.SaveableStateProvider(form.number.toInt()) { FormScreen(state, view, form, alone = true) }
        }
    }
}

/** How each open form was left: what was folded, and where it was scrolled to. */
@Composable
private fun lookOf(windows: List<WindowView>): SaveableStateHolder {
    val looks = rememberSaveableStateHolder()
    val known = remember { mutableSetOf<UInt>() }
    val open = windows.map { it.form }
    LaunchedEffect(open) {
        (known - open.toSet()).forEach { looks.removeState(it.toInt()) }
        known.clear()
        known += open
    }
    return looks
}

@Composable
private fun NothingOpen() {
    Column(
        Modifier.fillMaxSize().background(MaterialTheme.colorScheme.surfaceContainer),
        verticalArrangement = Arrangement.spacedBy(12.dp, Alignment.CenterVertically),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Icon(Icons.home, null, Modifier.size(40.dp), tint = MaterialTheme.colorScheme.outline)
        Quiet(words.nothingOpen)
    }
}

/** Offer of another mode on a slow link (M4); nothing waits for its answer. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
internal fun Offer(core: Core, offer: OfferView) {
    Notice(Icons.signal, offer.text, MaterialTheme.colorScheme.tertiaryContainer, "offer") {
        FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
            offer.modes.forEach { mode -> Button(onClick = { core.answerOffer(mode) }) { Text(words.of(mode)) } }
            TextButton(onClick = { core.answerOffer(null) }) { Text(words.keep) }
        }
    }
}

/** A band that says how things stand, read aloud when it appears. */
@Composable
internal fun Notice(
    icon: ImageVector,
    text: String,
    color: androidx.compose.ui.graphics.Color,
    tag: String,
    actions: (@Composable () -> Unit)? = null,
) {
    Surface(
        color = color,
        shape = MaterialTheme.shapes.medium,
        modifier = Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 4.dp).testTag(tag),
    ) {
        Row(Modifier.padding(14.dp), horizontalArrangement = Arrangement.spacedBy(12.dp)) {
            Icon(icon, null, Modifier.padding(top = 1.dp).size(20.dp))
            Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
                Text(text, Modifier.semantics { liveRegion = LiveRegionMode.Polite }, style = MaterialTheme.typography.bodyMedium)
                actions?.invoke()
            }
        }
    }
}

/** A call that takes long: the person may wait no longer (R18). */
@Composable
internal fun Waiting(core: Core, waiting: WaitingView) {
    AlertDialog(
        onDismissRequest = { },
        properties = DialogProperties(dismissOnBackPress = false, dismissOnClickOutside = false),
        modifier = Modifier.testTag("waiting"),
        text = {
            Column(verticalArrangement = Arrangement.spacedBy(16.dp)) {
                Text(waiting.text, Modifier.semantics { liveRegion = LiveRegionMode.Polite }, style = MaterialTheme.typography.bodyLarge)
                LinearProgressIndicator(Modifier.fillMaxWidth().semantics { contentDescription = waiting.text })
            }
        },
        confirmButton = { TextButton({ core.cancelWait(waiting.id) }, Modifier.testTag("cancel-wait")) { Text(words.cancel) } },
    )
}

/** A question of the core: only one of its buttons answers it. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
internal fun Question(core: Core, dialog: DialogView) {
    AlertDialog(
        onDismissRequest = { },
        properties = DialogProperties(dismissOnBackPress = false, dismissOnClickOutside = false),
        text = {
            Text(dialog.text, Modifier.verticalScroll(rememberScrollState()), style = MaterialTheme.typography.bodyLarge)
        },
        confirmButton = {
            Column(Modifier.fillMaxWidth(), verticalArrangement = Arrangement.spacedBy(4.dp)) {
                dialog.buttons.forEachIndexed { at, button ->
                    val answer = { core.answerDialog(dialog.id, button.id) }
                    val wide = Modifier.fillMaxWidth().testTag("answer-${button.id}")
                    if (at == 0) Button(answer, wide) { Text(button.text) } else OutlinedButton(answer, wide) { Text(button.text) }
                }
            }
        },
    )
}

/** The newest message, until it has been seen for a while or is put away; an error waits for the person. */
@Composable
internal fun Messages(state: AppState, messages: List<MessageView>, modifier: Modifier = Modifier) {
    val newest = messages.lastOrNull()?.takeIf { it.id > state.seenMessage } ?: return
    LaunchedEffect(newest.id) {
        if (newest.kind == MessageKind.ERROR) return@LaunchedEffect
        delay(MESSAGE_MS)
        state.seenMessage = newest.id
    }
    val colors = MaterialTheme.colorScheme
    val (back, front) = when (newest.kind) {
        MessageKind.ERROR -> colors.errorContainer to colors.onErrorContainer
        MessageKind.WARNING -> colors.tertiaryContainer to colors.onTertiaryContainer
        MessageKind.INFO -> colors.inverseSurface to colors.inverseOnSurface
    }
    val mode = if (newest.kind == MessageKind.ERROR) LiveRegionMode.Assertive else LiveRegionMode.Polite
    Surface(
        color = back,
        contentColor = front,
        shape = MaterialTheme.shapes.medium,
        shadowElevation = 6.dp,
        modifier = modifier.navigationBarsPadding().imePadding().padding(12.dp).padding(bottom = 60.dp).widthIn(max = 600.dp)
            .testTag("message").semantics { liveRegion = mode },
    ) {
        Row(verticalAlignment = Alignment.CenterVertically) {
            Icon(if (newest.kind == MessageKind.INFO) Icons.info else Icons.alert, null, Modifier.padding(start = 16.dp).size(22.dp))
            Text(newest.text, Modifier.weight(1f, fill = false).padding(14.dp), style = MaterialTheme.typography.bodyMedium)
            IconButton(onClick = { state.seenMessage = newest.id }, Modifier.testTag("put-away")) { Icon(Icons.close, words.close) }
        }
    }
}

private const val MESSAGE_MS = 8_000L
