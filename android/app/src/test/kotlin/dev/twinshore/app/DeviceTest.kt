package dev.twinshore.app

import android.Manifest
import android.app.Activity
import android.app.NotificationManager
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Color
import android.location.Location
import android.location.LocationManager
import android.provider.MediaStore
import androidx.compose.ui.test.junit4.createAndroidComposeRule
import com.google.zxing.BarcodeFormat
import com.google.zxing.MultiFormatWriter
import dev.twinshore.shell.Hands
import dev.twinshore.testing.MainServer
import org.junit.Assert.assertEquals
import org.junit.Before
import org.junit.BeforeClass
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** Module code uses the phone, from a button of a form to the other app and back. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApplication::class, qualifiers = "w412dp-h860dp-xhdpi")
class DeviceTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    private val hands = Hands(rule)
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
        assertEquals("tel:%2B1%20555%200100", started().dataString)
        hands.command("share")
        assertEquals(Intent.ACTION_CHOOSER, started().action)
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
        takePhoto { _, _ -> true }
        hands.waitForText("a photo")
        hands.command("scan")
        val code = MultiFormatWriter().encode("4006381333931", BarcodeFormat.QR_CODE, SIDE, SIDE)
        takePhoto { x, y -> code.get(x, y) }
        hands.waitForText("4006381333931")
        hands.command("scan")
        answerCamera(Activity.RESULT_CANCELED)
        hands.waitForText("nothing was read")
        hands.tap("page-seen")
        hands.waitForTag("Photo")
        hands.picture("device-photo")
    }

    private fun started(): Intent {
        var found: Intent? = null
        hands.await("another app") { shadowOf(app).nextStartedActivity?.also { found = it } != null }
        return found!!
    }

    /** The camera writes where it was told to. */
    private fun takePhoto(dark: (Int, Int) -> Boolean) {
        val file = app.cacheDir.resolve("photos")
        hands.await("the camera") { file.listFiles().orEmpty().isNotEmpty() && shadowOf(app).peekNextStartedActivity() != null }
        val picture = Bitmap.createBitmap(SIDE, SIDE, Bitmap.Config.ARGB_8888)
        for (x in 0 until SIDE) for (y in 0 until SIDE) picture.setPixel(x, y, if (dark(x, y)) Color.BLACK else Color.WHITE)
        file.listFiles()!!.single().outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, BEST, it) }
        answerCamera(Activity.RESULT_OK)
    }

    private fun answerCamera(result: Int) {
        val asked = started()
        assertEquals(MediaStore.ACTION_IMAGE_CAPTURE, asked.action)
        rule.runOnUiThread { shadowOf(rule.activity).receiveResult(asked, result, null) }
    }

    companion object {
        private const val SIDE = 240
        private const val BEST = 100

        @BeforeClass
        @JvmStatic
        fun address() {
            TestApplication.address = "http://127.0.0.1:${MainServer.showcase.port}"
        }
    }
}
