package dev.twinshore.app

import android.content.Context
import androidx.compose.ui.graphics.Color
import dev.twinshore.shell.Brand

/** Name and colour of a branded build: `scripts/brand-android` puts them into the resources. */
internal object BuildBrand {
    fun of(context: Context): Brand =
        Brand.of(context.getString(R.string.app_name), Color(context.getColor(R.color.brand)).takeIf { it.alpha > 0f })
}
