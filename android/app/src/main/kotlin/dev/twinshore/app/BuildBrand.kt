package dev.twinshore.app

import android.content.Context
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import dev.twinshore.shell.Brand

/** The colour of a branded build: `scripts/build-android --colour` puts it into the resources; without one it is the app's own. */
internal object BuildBrand {
    fun of(context: Context): Brand {
        val colour = Color(context.getColor(R.color.brand))
        return if (colour.alpha == 0f) Brand.Twinshore else Brand.of(colour, if (colour.luminance() > HALF) Color.Black else Color.White)
    }

    private const val HALF = 0.4f
}
