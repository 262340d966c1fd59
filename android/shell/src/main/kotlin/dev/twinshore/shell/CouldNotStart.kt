package dev.twinshore.shell

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.unit.dp
import dev.twinshore.BeginAnewView
import dev.twinshore.FailedToStart

/** The core could not open its files: why, what is safe and what to do, in its own words. */
@Composable
fun CouldNotStart(
    failed: FailedToStart.Start,
    language: String,
    startAgain: () -> Unit,
    beginAnew: () -> Unit,
    modifier: Modifier = Modifier,
    brand: Brand = Brand.Twinshore,
) {
    var asked by rememberSaveable { mutableStateOf(false) }
    val wide = Modifier.fillMaxWidth().heightIn(min = 52.dp)
    TwinshoreTheme(brand) {
        Surface(modifier.fillMaxSize().testTag("could-not-start"), color = MaterialTheme.colorScheme.background) {
            Speaking(language) {
                StartPage(words.couldNotStart, Icons.alert) {
                    Trouble(failed.reason)
                    Button(startAgain, wide.testTag("start-again")) { Text(words.tryAgain) }
                    failed.beginAnew?.let { OutlinedButton({ asked = true }, wide.testTag("begin-anew")) { Text(it.button) } }
                }
            }
            failed.beginAnew?.takeIf { asked }?.let { offer ->
                AskOnceMore(offer, { asked = false }) {
                    asked = false
                    beginAnew()
                }
            }
        }
    }
}

@Composable
private fun AskOnceMore(offer: BeginAnewView, leave: () -> Unit, beginAnew: () -> Unit) {
    AlertDialog(
        onDismissRequest = leave,
        text = { Text(offer.question, Modifier.verticalScroll(rememberScrollState()), style = MaterialTheme.typography.bodyLarge) },
        confirmButton = {
            Column(Modifier.fillMaxWidth(), verticalArrangement = Arrangement.spacedBy(4.dp)) {
                Button(leave, Modifier.fillMaxWidth().testTag("answer-leave")) { Text(offer.no) }
                OutlinedButton(beginAnew, Modifier.fillMaxWidth().testTag("answer-begin-anew")) { Text(offer.yes) }
            }
        },
    )
}
