package dev.twinshore.shell

import androidx.activity.compose.PredictiveBackHandler
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Button
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Text
import androidx.compose.material3.TopAppBar
import androidx.compose.material3.TopAppBarDefaults
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableFloatStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import dev.twinshore.FormAvailability
import dev.twinshore.FormView
import dev.twinshore.InterfaceView
import kotlinx.coroutines.CancellationException

/** What every element needs to be drawn: its form, and whether the form can be worked with. */
@Immutable
internal class Drawing(val form: FormState, val open: Boolean, val focus: StartFocus = StartFocus(null))

/** A form: its head, its state, and its elements. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun FormScreen(state: AppState, view: InterfaceView, form: FormState, alone: Boolean) {
    val head = form.head ?: return
    var sheet by rememberSaveable { mutableStateOf(false) }
    val focus = remember(form) { StartFocus(head.focus) }
    val drawing = Drawing(form, head.availability is FormAvailability.Available, focus)
    val back = backGesture { form.execute("close") }
    Scaffold(
        modifier = Modifier.testTag("form-${head.name}").graphicsLayer {
            val shrink = 1f - back.value * SHRINK
            scaleX = shrink
            scaleY = shrink
            translationX = back.value * size.width * SHRINK
        },
        topBar = {
            TopAppBar(
                navigationIcon = {
                    IconButton(onClick = { form.execute("close") }, Modifier.testTag("close")) { Icon(Icons.back, words.back) }
                },
                title = { FormTitle(head) },
                actions = {
                    if (alone) {
                        IconButton(onClick = state.core::showMenu, Modifier.testTag("home")) { Icon(Icons.home, words.menu) }
                        ModeMark(view.status) { sheet = true }
                    }
                },
                expandedHeight = barHeight(),
                colors = TopAppBarDefaults.topAppBarColors(containerColor = MaterialTheme.colorScheme.background),
            )
        },
        bottomBar = { BottomCommands(drawing) },
        containerColor = MaterialTheme.colorScheme.background,
    ) { inset ->
        Column(Modifier.fillMaxSize().padding(inset)) {
            Box(Modifier.fillMaxWidth().height(4.dp)) {
                if (head.waiting || head.availability is FormAvailability.Frozen) {
                    val said = words.working
                    LinearProgressIndicator(Modifier.fillMaxWidth().semantics { contentDescription = said })
                }
            }
            if (alone) view.offer?.let { Offer(state.core, it) }
            FormBands(form, head)
            Box(Modifier.weight(1f)) { FormBody(drawing) }
        }
    }
    if (sheet) StatusSheet(state, view) { sheet = false }
}

private const val SHRINK = 0.1f

/** How far the person has drawn the form back; letting go closes it as the arrow does. */
@Composable
private fun backGesture(close: () -> Unit): androidx.compose.runtime.State<Float> {
    val drawn = remember { mutableFloatStateOf(0f) }
    PredictiveBackHandler { progress ->
        try {
            progress.collect { drawn.floatValue = it.progress }
            close()
        } catch (cancelled: CancellationException) {
            throw cancelled
        } finally {
            drawn.floatValue = 0f
        }
    }
    return drawn
}

@Composable
private fun FormTitle(head: FormView) {
    Column {
        Row(verticalAlignment = Alignment.CenterVertically) {
            Text(
                head.title,
                Modifier.weight(1f, fill = false).semantics { heading() },
                style = MaterialTheme.typography.titleLarge,
                maxLines = 1,
                overflow = TextOverflow.Ellipsis,
            )
            if (head.modified) ModifiedDot()
        }
        ServerMark(head.usedServer)
    }
}

/** Which server the form works with (M8). */
@Composable
private fun ServerMark(server: String) {
    val main = server == "main"
    val color = if (main) MaterialTheme.colorScheme.primary else MaterialTheme.colorScheme.tertiary
    Row(Modifier.testTag("server-$server").semantics(mergeDescendants = true) { }, verticalAlignment = Alignment.CenterVertically) {
        Icon(if (main) Icons.cloud else Icons.phone, null, Modifier.size(14.dp), tint = color)
        Text(
            if (main) words.mainServer else words.thisDevice,
            Modifier.padding(start = 4.dp),
            style = MaterialTheme.typography.labelMedium,
            color = color,
        )
    }
}

/** How the form stands: unavailable, openable from the main server, with something left behind. */
@Composable
private fun FormBands(form: FormState, head: FormView) {
    val colors = MaterialTheme.colorScheme
    (head.availability as? FormAvailability.Unavailable)?.let { lost ->
        Notice(Icons.cloudOff, lost.reason, colors.errorContainer, "unavailable") {
            if (lost.canOpenOffline) {
                Button(onClick = { form.execute("openOffline") }, Modifier.testTag("openOffline")) { Text(words.openOffline) }
            }
        }
    }
    if (head.locked.isNotEmpty()) {
        Notice(Icons.lock, head.locked, colors.tertiaryContainer, "locked") {
            FilledTonalButton(onClick = { form.execute("tryAgain") }, Modifier.testTag("try-again")) { Text(words.tryAgain) }
        }
    }
    if (head.leftBehind.isNotEmpty()) {
        Notice(Icons.info, "${words.leftBehind} ${head.leftBehind.joinToString(", ")}", colors.tertiaryContainer, "left-behind")
    }
    if (head.canOpenFromMain) {
        Row(Modifier.fillMaxWidth().padding(horizontal = 16.dp), horizontalArrangement = Arrangement.End) {
            FilledTonalButton(onClick = { form.execute("openFromMainServer") }, Modifier.testTag("openFromMainServer")) {
                Icon(Icons.cloud, null, Modifier.padding(end = 8.dp).size(18.dp))
                Text(words.openFromMain)
            }
        }
    }
}
