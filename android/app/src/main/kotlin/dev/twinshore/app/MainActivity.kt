package dev.twinshore.app

import android.content.Intent
import android.graphics.BitmapFactory
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.testTagsAsResourceId
import dev.twinshore.DeviceFailure
import dev.twinshore.FailedToStart
import dev.twinshore.shell.AppState
import dev.twinshore.shell.CouldNotStart
import dev.twinshore.shell.Device
import dev.twinshore.shell.Scan
import dev.twinshore.shell.TwinshoreApp
import kotlinx.coroutines.launch

/** The one window. It holds nothing: the core and [AppState] belong to the process. */
class MainActivity : ComponentActivity() {
    private val app get() = application as TwinshoreApplication

    @OptIn(ExperimentalComposeUiApi::class)
    override fun onCreate(savedInstanceState: Bundle?) {
        enableEdgeToEdge()
        super.onCreate(savedInstanceState)
        app.errands.attach(this)
        setContent {
            val running by app.running.collectAsState()
            val failure = running?.exceptionOrNull() as? FailedToStart.Start
            // Tags are resource ids too, so that QA tools find elements by the names of the configuration.
            val tagged = Modifier.semantics { testTagsAsResourceId = true }
            if (failure != null) {
                CouldNotStart(failure, app.spoken, app::startAgain, app::beginAnew, tagged, app.brand)
            } else {
                running?.getOrNull()?.let { TwinshoreApp(it, AndroidDevice(this), tagged, app.brand) }
            }
        }
        // A turned device shows the same link again; the person followed it once.
        if (savedInstanceState == null) follow(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        follow(intent)
    }

    override fun onDestroy() {
        app.errands.detach(this)
        super.onDestroy()
    }

    private fun follow(intent: Intent) {
        intent.data?.let { DeepLink.of(it, app.development) }?.let(app::follow)
    }

    /** What drawing needs of this phone. */
    private class AndroidDevice(private val activity: MainActivity) : Device {
        override fun picture(bytes: ByteArray): ImageBitmap? = BitmapFactory.decodeByteArray(bytes, 0, bytes.size)?.asImageBitmap()

        override fun share(name: String, text: String) = activity.startActivity(PhoneFunctions.sharing(activity, name, text))

        override val scanCode: () -> Unit get() = activity::scanCode
    }

    /** Outlives this Activity: a device is turned while its camera is open. */
    private fun scanCode() {
        app.scope.launch {
            val scan = try {
                app.phone.scan()
            } catch (_: DeviceFailure.Absent) {
                Scan.NoCamera
            } catch (_: DeviceFailure) {
                Scan.NoPicture
            }
            app.running.value?.getOrNull()?.scanned(scan)
            if (scan is Scan.Code) app.follow(DeepLink.scanned(scan.text, app.development))
        }
    }
}
