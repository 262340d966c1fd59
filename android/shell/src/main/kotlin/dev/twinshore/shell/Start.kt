package dev.twinshore.shell

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.systemBarsPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.autofill.ContentType
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.contentType
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.PasswordVisualTransformation
import androidx.compose.ui.text.input.VisualTransformation
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import dev.twinshore.DownloadView
import dev.twinshore.ScreenView
import dev.twinshore.StatusView
import dev.twinshore.core.Core

@Composable
internal fun SignInScreen(state: AppState, status: StatusView, screen: ScreenView.SignIn) {
    var name by rememberSaveable { mutableStateOf(screen.userName) }
    // Not saved: a password does not belong into what Android keeps of an Activity.
    var password by remember { mutableStateOf("") }
    val signIn = {
        state.scanned(null)
        state.core.signIn(name.trim(), password)
    }
    StartPage(status.name, Icons.phone) {
        OutlinedTextField(
            value = name,
            onValueChange = { name = it },
            label = { Text(words.name) },
            singleLine = true,
            enabled = !screen.busy,
            keyboardOptions = KeyboardOptions(
                capitalization = KeyboardCapitalization.None,
                autoCorrectEnabled = false,
                imeAction = ImeAction.Next,
            ),
            modifier = Modifier.fillMaxWidth().testTag("user").semantics { contentType = ContentType.Username },
        )
        SecretField(password, { password = it }, Secret.Password, screen.busy, screen.error.isNotEmpty(), signIn)
        screen.users.filter { it != name }.forEach { user -> TextButton({ name = user }, enabled = !screen.busy) { Text(user) } }
        if (screen.error.isNotEmpty()) Trouble(screen.error)
        if (screen.beginAnew.isNotEmpty()) {
            OutlinedButton(state.core::beginAccountAnew, Modifier.fillMaxWidth().testTag("begin-anew")) { Text(screen.beginAnew) }
        }
        Button(onClick = signIn, enabled = !screen.busy && name.isNotBlank(), modifier = Modifier.fillMaxWidth().heightIn(min = 52.dp)) {
            if (screen.busy) {
                CircularProgressIndicator(Modifier.padding(end = 12.dp).size(18.dp), strokeWidth = 2.dp)
                Text(words.working)
            } else {
                Text(words.signIn)
            }
        }
        LocalDevice.current.scanCode?.let { ScanCode(state, it, !screen.busy) }
        if (status.userName.isEmpty() && screen.userName.isEmpty()) Quiet(words.signInHint)
    }
}

/** Signing in by a code before the camera, and what came of trying. */
@Composable
private fun ScanCode(state: AppState, scan: () -> Unit, enabled: Boolean) {
    when (state.scan) {
        Scan.NoCode -> Trouble(words.noCode)
        Scan.NoCamera -> Trouble(words.noCamera)
        Scan.NoPicture -> Trouble(words.noPicture)
        is Scan.Code, Scan.Cancelled, null -> Unit
    }
    val start = {
        state.scanned(null)
        scan()
    }
    TextButton(start, Modifier.testTag("scan-code"), enabled) { Text(words.scanCode) }
}

/** What only the person knows. */
internal enum class Secret(val tag: String, val keyboard: KeyboardType) {
    Password("password", KeyboardType.Password),
    Pin("pin", KeyboardType.NumberPassword),
}

@Composable
internal fun SecretField(secret: String, type: (String) -> Unit, kind: Secret, busy: Boolean, wrong: Boolean, done: () -> Unit) {
    var shown by remember { mutableStateOf(false) }
    OutlinedTextField(
        value = secret,
        onValueChange = type,
        label = { Text(if (kind == Secret.Pin) words.pin else words.password) },
        singleLine = true,
        enabled = !busy,
        isError = wrong,
        visualTransformation = if (shown) VisualTransformation.None else PasswordVisualTransformation(),
        keyboardOptions = KeyboardOptions(keyboardType = kind.keyboard, imeAction = ImeAction.Go),
        keyboardActions = KeyboardActions(onGo = { done() }),
        trailingIcon = {
            IconButton(onClick = { shown = !shown }) {
                Icon(if (shown) Icons.eyeOff else Icons.eye, if (shown) words.hidePassword else words.showPassword)
            }
        },
        modifier = Modifier.fillMaxWidth().testTag(kind.tag).semantics { if (kind == Secret.Password) contentType = ContentType.Password },
    )
}

/** First download: how far it is, and what stopped it. */
@Composable
internal fun DownloadScreen(core: Core, status: StatusView, download: DownloadView) {
    StartPage(status.name, Icons.cloud) {
        Text(
            download.step,
            style = MaterialTheme.typography.titleMedium,
            textAlign = TextAlign.Center,
            modifier = Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite },
        )
        val bar = Modifier.fillMaxWidth().height(8.dp).testTag("download").semantics { contentDescription = download.step }
        if (download.total > 0u) {
            LinearProgressIndicator(progress = { download.share() }, modifier = bar)
        } else {
            LinearProgressIndicator(modifier = bar)
        }
        if (download.figures.isNotEmpty()) Quiet(download.figures)
        if (download.error.isNotEmpty()) {
            Trouble(download.error)
            Button(onClick = core::retryDownload, modifier = Modifier.fillMaxWidth().heightIn(min = 52.dp).testTag("retry")) { Text(words.tryAgain) }
        }
    }
}

private fun DownloadView.share(): Float = if (total > 0u) (done.toDouble() / total.toDouble()).toFloat().coerceIn(0f, 1f) else 0f

/** A page with little on it, in the middle of any screen. */
@Composable
internal fun StartPage(title: String, icon: ImageVector, content: @Composable ColumnScope.() -> Unit) {
    Box(Modifier.fillMaxSize().systemBarsPadding().imePadding(), contentAlignment = Alignment.Center) {
        Column(
            Modifier.widthIn(max = 420.dp).verticalScroll(rememberScrollState()).padding(horizontal = 28.dp, vertical = 24.dp),
            verticalArrangement = Arrangement.spacedBy(16.dp),
            horizontalAlignment = Alignment.CenterHorizontally,
        ) {
            Surface(shape = CircleShape, color = MaterialTheme.colorScheme.primaryContainer) {
                Icon(icon, null, Modifier.padding(22.dp).size(40.dp), tint = MaterialTheme.colorScheme.onPrimaryContainer)
            }
            Text(
                title,
                style = MaterialTheme.typography.headlineMedium,
                textAlign = TextAlign.Center,
                modifier = Modifier.semantics { heading() },
            )
            Spacer(Modifier.height(4.dp))
            content()
        }
    }
}

/** The app's name as the configuration says it, or the build. */
internal val StatusView.name: String
    @Composable get() = title.ifEmpty { LocalBrandName.current }

/** What went wrong, read aloud when it appears. */
@Composable
internal fun Trouble(text: String, modifier: Modifier = Modifier) {
    Surface(
        color = MaterialTheme.colorScheme.errorContainer,
        shape = MaterialTheme.shapes.medium,
        modifier = modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Assertive },
    ) {
        Text(text, Modifier.padding(14.dp), style = MaterialTheme.typography.bodyMedium)
    }
}

@Composable
internal fun Quiet(text: String, modifier: Modifier = Modifier) {
    Text(
        text,
        modifier,
        style = MaterialTheme.typography.bodyMedium,
        color = MaterialTheme.colorScheme.onSurfaceVariant,
    )
}
