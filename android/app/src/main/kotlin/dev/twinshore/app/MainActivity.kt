package dev.twinshore.app

import android.graphics.BitmapFactory
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.testTagsAsResourceId
import dev.twinshore.shell.AppState
import dev.twinshore.shell.CouldNotStart
import dev.twinshore.shell.Device
import dev.twinshore.shell.TwinshoreApp

/** The one window. It holds nothing: the core and [AppState] belong to the process. */
class MainActivity : ComponentActivity() {
    @OptIn(ExperimentalComposeUiApi::class)
    override fun onCreate(savedInstanceState: Bundle?) {
        enableEdgeToEdge()
        super.onCreate(savedInstanceState)
        val app = application as TwinshoreApplication
        setContent {
            val running by produceState<Result<AppState>?>(null) { value = runCatching { app.running.await() } }
            val failure = running?.exceptionOrNull()
            // Tags are resource ids too, so that QA tools find elements by the names of the configuration.
            val tagged = Modifier.semantics { testTagsAsResourceId = true }
            if (failure != null) {
                CouldNotStart(failure.message.orEmpty())
            } else {
                running?.getOrNull()?.let { TwinshoreApp(it, AndroidDevice, modifier = tagged) }
            }
        }
    }
}

internal object AndroidDevice : Device {
    override fun picture(bytes: ByteArray): ImageBitmap? = BitmapFactory.decodeByteArray(bytes, 0, bytes.size)?.asImageBitmap()
}
