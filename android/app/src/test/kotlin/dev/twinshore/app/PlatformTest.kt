package dev.twinshore.app

import android.app.Application
import android.app.LocaleManager
import android.content.Context
import android.graphics.Bitmap
import android.graphics.Color
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.net.Uri
import com.google.zxing.BarcodeFormat
import com.google.zxing.MultiFormatWriter
import androidx.work.NetworkType
import androidx.work.WorkManager
import androidx.work.testing.WorkManagerTestInitHelper
import dev.twinshore.PlatformFailure
import dev.twinshore.core.LinkFacts
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowNetworkCapabilities
import javax.crypto.KeyGenerator
import kotlin.time.Duration.Companion.minutes

/** What the app takes from Android and gives to it, without the core. */
@RunWith(RobolectricTestRunner::class)
@Config(application = Application::class)
class PlatformTest {
    private val context: Context = RuntimeEnvironment.getApplication()

    @Test
    fun `M2 what Android says of the network is told once, as facts`() {
        val manager = context.getSystemService(ConnectivityManager::class.java)
        val told = mutableListOf<LinkFacts>()
        LinkWatcher(manager, told::add).use {
            told.clear()
            val network = manager.activeNetwork!!
            val callback = shadowOf(manager).networkCallbacks.single()
            val mobile = capabilities(NetworkCapabilities.NET_CAPABILITY_INTERNET)
            callback.onCapabilitiesChanged(network, mobile)
            callback.onCapabilitiesChanged(network, mobile)
            callback.onCapabilitiesChanged(
                network,
                capabilities(
                    NetworkCapabilities.NET_CAPABILITY_INTERNET,
                    NetworkCapabilities.NET_CAPABILITY_NOT_METERED,
                    NetworkCapabilities.NET_CAPABILITY_CAPTIVE_PORTAL,
                ),
            )
            callback.onLost(network)
        }
        val expected = listOf(
            LinkFacts(connected = true, metered = true, captivePortal = false),
            LinkFacts(connected = true, metered = false, captivePortal = true),
            LinkFacts(connected = false, metered = false, captivePortal = false),
        )
        assertEquals(expected, told)
        assertTrue("a closed watcher listens no more", shadowOf(manager).networkCallbacks.isEmpty())
    }

    private fun capabilities(vararg has: Int): NetworkCapabilities =
        ShadowNetworkCapabilities.newInstance().also { made -> has.forEach { shadowOf(made).addCapability(it) } }

    @Test
    fun `X8 the exchange is planned once, for when there is a network, and over restarts`() {
        WorkManagerTestInitHelper.initializeTestWorkManager(context)
        repeat(2) { ExchangeWorker.plan(context) }
        val work = planned(ExchangeWorker.NOW_AND_THEN)
        assertEquals(NetworkType.CONNECTED, work.constraints.requiredNetworkType)
        assertTrue(work.constraints.requiresBatteryNotLow())
        assertEquals(15.minutes.inWholeMilliseconds, work.periodicityInfo?.repeatIntervalMillis)
        repeat(2) { ExchangeWorker.planSoon(context) }
        val soon = planned(ExchangeWorker.SOON)
        assertEquals(NetworkType.CONNECTED, soon.constraints.requiredNetworkType)
        assertNull(soon.periodicityInfo)
    }

    private fun planned(name: String) = WorkManager.getInstance(context).getWorkInfosForUniqueWork(name).get().single { !it.state.isFinished }

    @Test
    fun `a link names a menu item, or in development another main server, and nothing else`() {
        fun of(link: String, development: Boolean = false) = DeepLink.of(Uri.parse(link), development)
        assertEquals(DeepLink.Open("Document.Orders.List"), of("twinshore://open/Document.Orders.List"))
        val server = "twinshore://server?address=http%3A%2F%2F192.168.1.5%3A8080%2F"
        assertEquals(DeepLink.Server("http://192.168.1.5:8080"), of(server, development = true))
        for (wrong in listOf(server, "https://open/x", "twinshore://open/", "twinshore://open/a%20b", "twinshore://erase")) assertNull(wrong, of(wrong))
        assertNull(of("twinshore://server?address=file%3A%2F%2F%2Fetc", development = true))
    }

    @Test
    fun `a code in a picture is read, and a picture without one gives none`() {
        fun picture(of: (Int, Int) -> Boolean) = Bitmap.createBitmap(CODE, CODE, Bitmap.Config.ARGB_8888).apply {
            for (x in 0 until CODE) for (y in 0 until CODE) setPixel(x, y, if (of(x, y)) Color.BLACK else Color.WHITE)
        }
        val code = MultiFormatWriter().encode("twinshore://open/Catalog.Goods.List", BarcodeFormat.QR_CODE, CODE, CODE)
        assertEquals("twinshore://open/Catalog.Goods.List", Pictures.codeIn(picture { x, y -> code.get(x, y) }))
        // As a light terminal shows what is drawn for a dark one.
        assertEquals("twinshore://open/Catalog.Goods.List", Pictures.codeIn(picture { x, y -> !code.get(x, y) }))
        assertNull(Pictures.codeIn(picture { _, _ -> false }))
    }

    @Test
    fun `the system is told of the language that the person chose in the app`() {
        val language = AppLanguage(context)
        val manager = context.getSystemService(LocaleManager::class.java)
        language.chosen("en")
        assertTrue("it is that already", manager.applicationLocales.isEmpty)
        language.chosen("ru")
        assertEquals("ru", manager.applicationLocales.toLanguageTags())
    }

    @Test
    fun `a secret is sealed, comes back after a restart, and is told about when it was tampered with`() {
        val key = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
        KeystoreSecrets(context) { key }.setSecret("tokens", "open sesame")
        val kept = context.getSharedPreferences("secrets", Context.MODE_PRIVATE)
        assertFalse(kept.all.toString().contains("sesame"))
        val again = KeystoreSecrets(context) { key }
        assertEquals("open sesame", again.secret("tokens"))
        assertNull(again.secret("nothing"))

        kept.edit().putString("other", kept.getString("tokens", null)).commit()
        assertThrows(PlatformFailure.Secrets::class.java) { again.secret("other") }
        kept.edit().putString("tokens", "AAAA").commit()
        assertThrows(PlatformFailure.Secrets::class.java) { again.secret("tokens") }
        again.setSecret("tokens", null)
        assertNull(again.secret("tokens"))
    }

    private companion object {
        const val CODE = 200
    }
}
