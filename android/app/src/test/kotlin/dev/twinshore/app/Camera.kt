package dev.twinshore.app

import android.app.Activity
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Color
import android.provider.MediaStore
import androidx.compose.ui.test.junit4.AndroidComposeTestRule
import dev.twinshore.shell.Hands
import org.junit.Assert.assertEquals
import org.robolectric.Shadows.shadowOf

/** The other apps of the phone: what was started, and a camera that photographs what a test holds before it. */
class Camera(private val rule: AndroidComposeTestRule<*, MainActivity>, private val hands: Hands) {
    private val app get() = rule.activity.application

    /** The next app that was started. */
    fun started(): Intent {
        var found: Intent? = null
        hands.await("another app") { shadowOf(app).nextStartedActivity?.also { found = it } != null }
        return found!!
    }

    /** A photo of so many dots, of which some are dark. */
    fun takes(width: Int, height: Int, dark: (Int, Int) -> Boolean) {
        val folder = app.cacheDir.resolve("photos")
        hands.await("the camera") { folder.listFiles().orEmpty().isNotEmpty() && shadowOf(app).peekNextStartedActivity() != null }
        val picture = Bitmap.createBitmap(width, height, Bitmap.Config.ARGB_8888)
        for (x in 0 until width) for (y in 0 until height) picture.setPixel(x, y, if (dark(x, y)) Color.BLACK else Color.WHITE)
        // The camera writes where it was told to.
        folder.listFiles()!!.single().outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, BEST, it) }
        answer(Activity.RESULT_OK)
    }

    fun isLeft() = answer(Activity.RESULT_CANCELED)

    private fun answer(result: Int) {
        val asked = started()
        assertEquals(MediaStore.ACTION_IMAGE_CAPTURE, asked.action)
        rule.runOnUiThread { shadowOf(rule.activity).receiveResult(asked, result, null) }
    }

    private companion object {
        const val BEST = 100
    }
}
