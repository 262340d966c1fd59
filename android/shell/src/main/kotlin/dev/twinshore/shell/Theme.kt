package dev.twinshore.shell

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Shapes
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.compositeOver
import androidx.compose.ui.graphics.lerp
import androidx.compose.ui.graphics.luminance
import androidx.compose.ui.unit.dp

/** Colours and name of an app; a branded build brings its own. */
@Immutable
class Brand(val light: ColorScheme, val dark: ColorScheme, val name: String) {
    companion object {
        /** Sea and sand: the colours of the app without a brand. */
        val Twinshore = Brand(seaLight, seaDark, "Twinshore")

        /** The app's colours around one of a brand, made darker or lighter where it could not be read. */
        fun of(name: String, colour: Color?): Brand {
            if (colour == null) return Brand(seaLight, seaDark, name)
            // On the ground that is nearest to it in lightness; the others are further away.
            val (light, dark) = colour.readOn(seaLight.surfaceContainerHigh) to colour.readOn(seaDark.surfaceContainerHigh)
            val (pale, deep) = colour.copy(alpha = TINT).compositeOver(Color.White) to colour.copy(alpha = DEEP).compositeOver(Color.Black)
            return Brand(
                seaLight.copy(
                    primary = light, onPrimary = inkOn(light), surfaceTint = light,
                    primaryContainer = pale, onPrimaryContainer = light.readOn(pale),
                ),
                seaDark.copy(
                    primary = dark, onPrimary = inkOn(dark), surfaceTint = dark,
                    primaryContainer = deep, onPrimaryContainer = dark.readOn(deep),
                ),
                name,
            )
        }

        private const val TINT = 0.16f
        private const val DEEP = 0.45f
    }
}

/** The colour, or the next one to it that is read on a ground. */
private fun Color.readOn(ground: Color): Color {
    val ink = inkOn(ground)
    return (0..STEPS).map { lerp(this, ink, it.toFloat() / STEPS) }.first { contrast(it, ground) >= READ || it == ink }
}

private fun inkOn(ground: Color): Color = listOf(Color.White, Color.Black).maxBy { contrast(it, ground) }

/** As WCAG counts it; text wants 4.5. */
internal fun contrast(one: Color, other: Color): Float {
    val (dark, light) = listOf(one.luminance(), other.luminance()).sorted()
    return (light + FLARE) / (dark + FLARE)
}

private const val READ = 4.5f
private const val STEPS = 20
private const val FLARE = 0.05f

/** What the app is called until its configuration says so. */
internal val LocalBrandName = staticCompositionLocalOf { Brand.Twinshore.name }

@Composable
internal fun TwinshoreTheme(brand: Brand, dark: Boolean = isSystemInDarkTheme(), content: @Composable () -> Unit) {
    MaterialTheme(
        colorScheme = if (dark) brand.dark else brand.light,
        shapes = Shapes(
            extraSmall = RoundedCornerShape(8.dp),
            small = RoundedCornerShape(10.dp),
            medium = RoundedCornerShape(14.dp),
            large = RoundedCornerShape(20.dp),
        ),
    ) { CompositionLocalProvider(LocalBrandName provides brand.name, content = content) }
}

private val seaLight = lightColorScheme(
    primary = Color(0xFF00658A), onPrimary = Color.White,
    primaryContainer = Color(0xFFC3E8FF), onPrimaryContainer = Color(0xFF001E2C),
    secondary = Color(0xFF4C616D), onSecondary = Color.White,
    secondaryContainer = Color(0xFFD3E6F2), onSecondaryContainer = Color(0xFF081E28),
    tertiary = Color(0xFF7A5A1E), onTertiary = Color.White,
    tertiaryContainer = Color(0xFFFBE3B9), onTertiaryContainer = Color(0xFF281900),
    error = Color(0xFFB3261E), onError = Color.White,
    errorContainer = Color(0xFFFFDAD5), onErrorContainer = Color(0xFF410003),
    background = Color(0xFFF5F8FB), onBackground = Color(0xFF181C1F),
    surface = Color(0xFFF5F8FB), onSurface = Color(0xFF181C1F),
    surfaceVariant = Color(0xFFDCE4EA), onSurfaceVariant = Color(0xFF40484D),
    surfaceContainerLowest = Color.White, surfaceContainerLow = Color(0xFFFFFFFF),
    surfaceContainer = Color(0xFFECF1F5), surfaceContainerHigh = Color(0xFFE5EBF0), surfaceContainerHighest = Color(0xFFDFE5EA),
    outline = Color(0xFF70787E), outlineVariant = Color(0xFFC8D0D6),
    inverseSurface = Color(0xFF2D3134), inverseOnSurface = Color(0xFFEFF1F4), inversePrimary = Color(0xFF7BD0FF),
    surfaceTint = Color(0xFF00658A),
)

private val seaDark = darkColorScheme(
    primary = Color(0xFF7BD0FF), onPrimary = Color(0xFF003549),
    primaryContainer = Color(0xFF004C69), onPrimaryContainer = Color(0xFFC3E8FF),
    secondary = Color(0xFFB4CAD7), onSecondary = Color(0xFF1E333D),
    secondaryContainer = Color(0xFF354A54), onSecondaryContainer = Color(0xFFD3E6F2),
    tertiary = Color(0xFFE9C27C), onTertiary = Color(0xFF412D00),
    tertiaryContainer = Color(0xFF5D4205), onTertiaryContainer = Color(0xFFFBE3B9),
    error = Color(0xFFFFB4AB), onError = Color(0xFF690005),
    errorContainer = Color(0xFF8C1D18), onErrorContainer = Color(0xFFFFDAD5),
    background = Color(0xFF0F1417), onBackground = Color(0xFFDFE3E7),
    surface = Color(0xFF0F1417), onSurface = Color(0xFFDFE3E7),
    surfaceVariant = Color(0xFF40484D), onSurfaceVariant = Color(0xFFC0C8CE),
    surfaceContainerLowest = Color(0xFF0A0F12), surfaceContainerLow = Color(0xFF171C20),
    surfaceContainer = Color(0xFF1B2024), surfaceContainerHigh = Color(0xFF262B2F), surfaceContainerHighest = Color(0xFF31363A),
    outline = Color(0xFF8A9298), outlineVariant = Color(0xFF40484D),
    inverseSurface = Color(0xFFDFE3E7), inverseOnSurface = Color(0xFF2D3134), inversePrimary = Color(0xFF00658A),
    surfaceTint = Color(0xFF7BD0FF),
)
