package dev.twinshore.shell

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.TopAppBar
import androidx.compose.material3.TopAppBarDefaults
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.alpha
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import dev.twinshore.AttentionView
import dev.twinshore.DraftView
import dev.twinshore.HomePartView
import dev.twinshore.InterfaceView
import dev.twinshore.MenuItemView
import dev.twinshore.MenuSectionView
import dev.twinshore.WindowView

/** The menu, with what is open, what was typed and not saved, and what needs a person. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun HomeScreen(state: AppState, view: InterfaceView) {
    var sheet by rememberSaveable { mutableStateOf(false) }
    Scaffold(
        topBar = {
            TopAppBar(
                title = { AppTitle(view) },
                actions = { ModeMark(view.status) { sheet = true } },
                expandedHeight = barHeight(),
                colors = TopAppBarDefaults.topAppBarColors(containerColor = MaterialTheme.colorScheme.background),
            )
        },
        containerColor = MaterialTheme.colorScheme.background,
    ) { inset ->
        LazyColumn(
            Modifier.fillMaxSize().padding(inset).testTag("menu"),
            contentPadding = PaddingValues(bottom = 96.dp),
            verticalArrangement = Arrangement.spacedBy(4.dp),
        ) {
            item("banner") { StatusBands(state.core, view) }
            if (view.attention.isNotEmpty()) item("attention") { Attention(view.attention) }
            if (view.drafts.isNotEmpty()) item("drafts") { Drafts(state, view.drafts) }
            if (view.windows.isNotEmpty()) item("windows") { Windows(state, view.windows) }
            if (view.home.isNotEmpty()) item("home") { HomeParts(state, view.home) }
            items(view.sections, key = { "section-${it.id}" }) { MenuSection(state, it) }
        }
    }
    if (sheet) StatusSheet(state, view) { sheet = false }
}

/** Two lines of title fit into the bar whatever the size of type. */
@Composable
internal fun barHeight(): Dp = 64.dp * LocalDensity.current.fontScale.coerceIn(1f, MOST_BAR)

private const val MOST_BAR = 1.5f

@Composable
private fun AppTitle(view: InterfaceView) {
    Column {
        Text(
            view.status.name,
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.titleLarge,
            maxLines = 1,
            overflow = TextOverflow.Ellipsis,
        )
        Text(
            view.status.userName,
            style = MaterialTheme.typography.bodySmall,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            maxLines = 1,
            overflow = TextOverflow.Ellipsis,
        )
    }
}

/** A titled card of the menu. */
@Composable
internal fun MenuCard(title: String, icon: ImageVector, color: Color = Color.Unspecified, tag: String = "", content: @Composable ColumnScope.() -> Unit) {
    Column(Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 6.dp).testTag(tag)) {
        Row(Modifier.padding(start = 4.dp, bottom = 8.dp, top = 6.dp), verticalAlignment = Alignment.CenterVertically) {
            Icon(icon, null, Modifier.size(18.dp), tint = MaterialTheme.colorScheme.primary)
            Text(
                title,
                Modifier.padding(start = 8.dp).semantics { heading() },
                style = MaterialTheme.typography.titleSmall,
                color = MaterialTheme.colorScheme.primary,
            )
        }
        Surface(
            shape = MaterialTheme.shapes.large,
            color = if (color == Color.Unspecified) MaterialTheme.colorScheme.surfaceContainerLow else color,
            modifier = Modifier.fillMaxWidth(),
        ) {
            Column { content() }
        }
    }
}

/** What the configuration puts before its menu; a part that needs a connection stays as a placeholder (M7). */
@Composable
private fun HomeParts(state: AppState, parts: List<HomePartView>) {
    MenuCard(words.home, Icons.home) {
        parts.forEachIndexed { at, part ->
            if (at > 0) Between()
            MenuRow(
                icon = Icons.named(part.icon),
                title = part.title,
                note = part.hint,
                enabled = part.enabled,
                modifier = Modifier.testTag("home-${part.id}").clickable(enabled = part.enabled, role = Role.Button) { state.core.open(part.id) },
            )
        }
    }
}

@Composable
private fun MenuSection(state: AppState, section: MenuSectionView) {
    MenuCard(section.title, Icons.named(section.icon)) {
        section.items.forEachIndexed { at, item ->
            if (at > 0) Between()
            MenuItem(item) { state.core.open(item.id) }
        }
    }
}

@Composable
private fun Between() = HorizontalDivider(Modifier.padding(start = 68.dp), color = MaterialTheme.colorScheme.outlineVariant.copy(alpha = 0.5f))

@Composable
private fun MenuItem(item: MenuItemView, open: () -> Unit) {
    MenuRow(
        icon = Icons.named(item.icon),
        title = item.title,
        note = item.hint,
        enabled = item.enabled,
        modifier = Modifier.testTag("menu-${item.id}").clickable(enabled = item.enabled, role = Role.Button, onClick = open),
    )
}

/** One line of the menu; greyed it still tells why. */
@Composable
internal fun MenuRow(icon: ImageVector, title: String, note: String, enabled: Boolean, modifier: Modifier, end: @Composable () -> Unit = { }) {
    Row(
        modifier.fillMaxWidth().heightIn(min = 60.dp).padding(horizontal = 16.dp, vertical = 10.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        val dim = if (enabled) 1f else DIMMED
        Box(Modifier.alpha(dim)) { RoundIcon(icon) }
        Column(Modifier.weight(1f).padding(start = 16.dp, end = 8.dp)) {
            Text(title, Modifier.alpha(dim), style = MaterialTheme.typography.bodyLarge)
            if (note.isNotEmpty()) {
                Text(note, style = MaterialTheme.typography.bodySmall, color = MaterialTheme.colorScheme.onSurfaceVariant)
            }
        }
        end()
    }
}

private const val DIMMED = 0.45f

@Composable
internal fun RoundIcon(icon: ImageVector, color: Color = MaterialTheme.colorScheme.primaryContainer) {
    Surface(shape = CircleShape, color = color) { Icon(icon, null, Modifier.padding(8.dp).size(20.dp)) }
}

@Composable
private fun Windows(state: AppState, windows: List<WindowView>) {
    MenuCard(words.openForms, Icons.document, tag = "open-forms") {
        windows.asReversed().forEachIndexed { at, window ->
            if (at > 0) Between()
            val server = if (window.usedServer == "main") words.mainServer else words.thisDevice
            MenuRow(
                icon = if (window.usedServer == "main") Icons.cloud else Icons.phone,
                title = window.title,
                note = if (window.available) server else words.unavailable,
                enabled = true,
                modifier = Modifier.testTag("window-${window.form}")
                    .clickable(role = Role.Button) { state.core.activate(window.form) },
            ) {
                if (window.modified) ModifiedDot()
            }
        }
    }
}

/** The mark of unsaved changes. */
@Composable
internal fun ModifiedDot(modifier: Modifier = Modifier) {
    val said = words.modified
    Surface(
        shape = CircleShape,
        color = MaterialTheme.colorScheme.tertiary,
        modifier = modifier.padding(6.dp).size(9.dp).semantics { contentDescription = said },
    ) { }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Drafts(state: AppState, drafts: List<DraftView>) {
    MenuCard(words.drafts, Icons.draft, MaterialTheme.colorScheme.tertiaryContainer) {
        drafts.forEachIndexed { at, draft ->
            if (at > 0) HorizontalDivider(color = MaterialTheme.colorScheme.outlineVariant)
            Column(Modifier.padding(16.dp).testTag("draft")) {
                Text(draft.title, style = MaterialTheme.typography.bodyLarge)
                Text(
                    "${words.draftsHint} · ${shortTime(draft.`when`)}",
                    style = MaterialTheme.typography.bodySmall,
                    color = MaterialTheme.colorScheme.onTertiaryContainer.copy(alpha = 0.8f),
                )
                FlowRow(Modifier.padding(top = 8.dp), horizontalArrangement = Arrangement.spacedBy(8.dp)) {
                    FilledTonalButton(onClick = { state.core.takeDraft(draft.id) }) { Text(words.goOn) }
                    TextButton(onClick = { state.core.discardDraft(draft.id) }) { Text(words.discard) }
                }
            }
        }
    }
}

/** Date and time of an ISO moment, to the minute. */
internal fun shortTime(iso: String): String = iso.replace('T', ' ').take("2026-01-31 14:30".length)

@Composable
private fun Attention(items: List<AttentionView>) {
    MenuCard(words.attention, Icons.alert, MaterialTheme.colorScheme.errorContainer) {
        items.forEachIndexed { at, item ->
            if (at > 0) HorizontalDivider(color = MaterialTheme.colorScheme.outlineVariant)
            Column(Modifier.padding(16.dp).testTag("attention").semantics(mergeDescendants = true) { }) {
                if (item.title.isNotEmpty()) Text(item.title, style = MaterialTheme.typography.titleSmall)
                Text(item.text, style = MaterialTheme.typography.bodyMedium)
            }
        }
    }
}
