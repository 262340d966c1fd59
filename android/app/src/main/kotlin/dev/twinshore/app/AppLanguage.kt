package dev.twinshore.app

import android.app.LocaleManager
import android.content.Context
import android.os.Build
import android.os.LocaleList
import androidx.annotation.RequiresApi

/** The app's language in the system's settings (Android 13 and newer) is the one the person chose in the app, and the other way round. */
class AppLanguage(private val context: Context) {
    /** What the system says now. */
    val current: String get() = context.resources.configuration.locales[0].language

    /** The person chose a language in the app. */
    fun chosen(language: String) {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU && language != current) tell(language)
    }

    @RequiresApi(Build.VERSION_CODES.TIRAMISU)
    private fun tell(language: String) {
        context.getSystemService(LocaleManager::class.java)?.applicationLocales = LocaleList.forLanguageTags(language)
    }
}
