package dev.twinshore.app

import android.Manifest
import android.app.NotificationManager
import android.content.Intent
import android.location.Location
import android.location.LocationManager
import com.google.zxing.BarcodeFormat
import com.google.zxing.MultiFormatWriter
import dev.twinshore.testing.MainServer
import org.junit.Assert.assertEquals
import org.junit.Before
import org.junit.BeforeClass
import org.junit.Test
import org.robolectric.Shadows.shadowOf

/** Module code uses the phone, from a button of a form to the other app and back. */
class DeviceTest : AppTest() {
    private val camera = Camera(rule, hands)
    private val app get() = rule.activity.application

    @Before
    fun open() {
        hands.type("user", "ann")
        hands.type("password", MainServer.SHOWCASE_PASSWORD)
        hands.tapText("Sign in")
        hands.waitForTag("menu")
        hands.tap("menu-CommonForm.Everything.Form")
        hands.waitForTag("form-CommonForm.Everything.Form")
        hands.type("Phone", "+1 555 0100")
        hands.tap("page-device")
    }

    @Test
    fun `a number is dialled, a text is shared, a notice is shown`() {
        hands.command("dial")
        assertEquals("tel:%2B1%20555%200100", camera.started().dataString)
        hands.command("share")
        assertEquals(Intent.ACTION_CHOOSER, camera.started().action)
        shadowOf(app).grantPermissions(Manifest.permission.POST_NOTIFICATIONS)
        hands.command("notify")
        val notices = shadowOf(app.getSystemService(NotificationManager::class.java))
        hands.await("the notice") { notices.size() == 1 }
    }

    @Test
    fun `the place is told, and why not if there is none`() {
        val manager = app.getSystemService(LocationManager::class.java)
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_FINE_LOCATION)
        for (provider in manager.allProviders) shadowOf(manager).setProviderEnabled(provider, false)
        hands.command("locate")
        hands.waitForText("DeviceUnavailable absent: This device can't do that: the place.")
        shadowOf(manager).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        hands.command("locate")
        val here = Location(LocationManager.GPS_PROVIDER).apply {
            latitude = 59.437
            longitude = 24.7536
            accuracy = 10f
            time = System.currentTimeMillis()
        }
        hands.await("the place") {
            shadowOf(manager).simulateLocation(here)
            hands.sees(androidx.compose.ui.test.hasText("59.437 24.7536", substring = true))
        }
    }

    @Test
    fun `a photo comes into the form, a code is read from one, and none is an answer too`() {
        hands.command("photo")
        camera.takes(SIDE, SIDE) { _, _ -> true }
        hands.waitForText("a photo")
        hands.command("scan")
        val code = MultiFormatWriter().encode("4006381333931", BarcodeFormat.QR_CODE, SIDE, SIDE)
        camera.takes(SIDE, SIDE, code::get)
        hands.waitForText("4006381333931")
        hands.command("scan")
        camera.isLeft()
        hands.waitForText("nothing was read")
        hands.tap("page-seen")
        hands.waitForTag("Photo")
        hands.picture("device-photo")
    }

    companion object {
        private const val SIDE = 240

        @BeforeClass
        @JvmStatic
        fun address() {
            TestApplication.address = "http://127.0.0.1:${MainServer.showcase.port}"
        }
    }
}
