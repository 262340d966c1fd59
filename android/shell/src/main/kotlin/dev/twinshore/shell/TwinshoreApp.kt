package dev.twinshore.shell

import androidx.compose.animation.Crossfade
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.remember
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.unit.LayoutDirection
import dev.twinshore.InterfaceView
import dev.twinshore.ScreenView

/** What drawing needs of the device. */
@Immutable
interface Device {
    /** The picture in these bytes; none if they hold no picture that the device knows. */
    fun picture(bytes: ByteArray): ImageBitmap?

    /** Reads a code that signs in, and tells [AppState.scanned] what came of it; none where there is no camera. */
    val scanCode: (() -> Unit)? get() = null

    /** Gives a text file to another app that the person chooses. */
    fun share(name: String, text: String)
}

/** What came of scanning a code. */
sealed interface Scan {
    data class Code(val text: String) : Scan

    /** A picture without a code that can be read. */
    data object NoCode : Scan

    data object NoCamera : Scan

    /** The camera or the phone's memory refused. */
    data object NoPicture : Scan

    /** The person took no picture. */
    data object Cancelled : Scan
}

/** The whole app: draws what the core says and hands back what the person does. */
@Composable
fun TwinshoreApp(
    state: AppState,
    device: Device,
    modifier: Modifier = Modifier,
    brand: Brand = Brand.Twinshore,
    dark: Boolean = isSystemInDarkTheme(),
) {
    TwinshoreTheme(brand, dark) {
        Surface(modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background) {
            val view = state.view
            if (view == null) Starting() else InLanguage(view.status.language, device) { Screen(state, view) }
        }
    }
}

internal val LocalDevice = staticCompositionLocalOf<Device> { error("TwinshoreApp gives it") }

@Composable
private fun Starting() {
    Box(Modifier.fillMaxSize(), contentAlignment = Alignment.Center) { CircularProgressIndicator() }
}

@Composable
private fun InLanguage(language: String, device: Device, content: @Composable () -> Unit) {
    CompositionLocalProvider(LocalDevice provides device) { Speaking(language, content) }
}

/** Words and direction of the person's language, whatever the device's is. */
@Composable
internal fun Speaking(language: String, content: @Composable () -> Unit) {
    val words = remember(language) { Words.of(language) }
    val rightToLeft = language.substringBefore('-') in rightToLeftLanguages
    CompositionLocalProvider(
        LocalWords provides words,
        LocalLayoutDirection provides if (rightToLeft) LayoutDirection.Rtl else LocalLayoutDirection.current,
        content = content,
    )
}

private val rightToLeftLanguages = setOf("ar", "fa", "he", "ps", "ur", "yi")

@Composable
private fun Screen(state: AppState, view: InterfaceView) {
    Box(Modifier.fillMaxSize()) {
        Crossfade(view.screen::class, label = "screen") { kind ->
            when (val screen = view.screen.takeIf { it::class == kind }) {
                is ScreenView.SignIn -> SignInScreen(state, view.status, screen)
                is ScreenView.Lock -> LockScreen(state.core, view.status, screen)
                is ScreenView.ChoosePin -> ChoosePinScreen(state.core, view.status, screen)
                is ScreenView.Download -> DownloadScreen(state.core, view.status, screen.v1)
                ScreenView.Work -> WorkScreen(state, view)
                null -> Unit
            }
        }
        Messages(state, view.messages, Modifier.align(Alignment.BottomCenter))
    }
    val dialog = view.dialog
    if (dialog != null) Question(state.core, dialog) else view.waiting?.let { Waiting(state.core, it) }
}
