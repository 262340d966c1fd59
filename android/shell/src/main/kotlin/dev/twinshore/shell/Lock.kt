package dev.twinshore.shell

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.unit.dp
import dev.twinshore.ScreenView
import dev.twinshore.StatusView
import dev.twinshore.core.Core

/** Nothing of the app is seen before the person has shown who they are (A2). */
@Composable
internal fun LockScreen(core: Core, status: StatusView, screen: ScreenView.Lock) {
    // Not saved: a PIN does not belong into what Android keeps of an Activity.
    var pin by remember { mutableStateOf("") }
    val unlock = {
        core.unlock(pin)
        pin = ""
    }
    StartPage(status.name, Icons.person) {
        Text(screen.userName, style = MaterialTheme.typography.titleMedium)
        SecretField(pin, { pin = it }, Secret.Pin, screen.busy, screen.error.isNotEmpty(), unlock)
        if (screen.error.isNotEmpty()) Trouble(screen.error)
        Wide(words.unlock, enabled = !screen.busy && pin.isNotEmpty(), unlock)
        if (screen.biometrics) {
            OutlinedButton(core::unlockWithBiometrics, Modifier.fillMaxWidth().heightIn(min = 52.dp), enabled = !screen.busy) {
                Text(words.fingerOrFace)
            }
        }
        TextButton(core::signOut, Modifier.testTag("other-user")) { Text(words.otherUser) }
    }
}

/** The person chooses a PIN; an empty one takes it away where none is demanded. */
@Composable
internal fun ChoosePinScreen(core: Core, status: StatusView, screen: ScreenView.ChoosePin) {
    var pin by remember { mutableStateOf("") }
    val keep = { core.setPin(pin) }
    StartPage(status.name, Icons.person) {
        Text(words.newPin, style = MaterialTheme.typography.titleMedium)
        SecretField(pin, { pin = it }, Secret.Pin, busy = false, screen.error.isNotEmpty(), keep)
        if (screen.error.isNotEmpty()) Trouble(screen.error)
        Wide(if (pin.isEmpty() && !screen.required) words.withoutPin else words.keepPin, enabled = true, keep)
        if (!screen.required) TextButton({ core.setPin(null) }) { Text(words.cancel) }
    }
}

@Composable
private fun Wide(text: String, enabled: Boolean, act: () -> Unit) {
    Button(act, Modifier.fillMaxWidth().heightIn(min = 52.dp), enabled = enabled) { Text(text) }
}
