package dev.twinshore.app

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import androidx.activity.ComponentActivity
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContracts
import androidx.core.content.ContextCompat
import dev.twinshore.DeviceFailure
import kotlinx.coroutines.CompletableDeferred

/**
 * What is asked of other apps and of the person, and answered later. It lives as long as the process: a device that is turned while the
 * camera is open has another Activity when the answer comes. Used on the main thread only.
 */
class Errands(private val context: Context) {
    private var activity: ComponentActivity? = null
    private var camera: ActivityResultLauncher<Uri>? = null
    private var permissions: ActivityResultLauncher<Array<String>>? = null
    private var photo: CompletableDeferred<Boolean>? = null
    private var permitted: CompletableDeferred<Boolean>? = null

    /** The Activity in front; none while the app is not on the screen. */
    val inFront: ComponentActivity? get() = activity

    /** Called as an Activity is created: answers to what an earlier one asked come to it. */
    fun attach(next: ComponentActivity) {
        activity = next
        camera = next.registerForActivityResult(ActivityResultContracts.TakePicture()) { photo?.complete(it) }
        permissions = next.registerForActivityResult(ActivityResultContracts.RequestMultiplePermissions()) { given ->
            permitted?.complete(given.values.any { it })
        }
    }

    /** Called as an Activity ends; who waits for an answer that can't come is told so. */
    fun detach(gone: ComponentActivity) {
        if (activity === gone) {
            activity = null
            camera = null
            permissions = null
        }
        if (gone.isFinishing) {
            photo?.complete(false)
            permitted?.complete(false)
        }
    }

    /** A photo into a file of ours; false if the person took none. */
    suspend fun takePhoto(into: Uri): Boolean {
        val camera = camera ?: throw notOnScreen()
        val taken = CompletableDeferred<Boolean>().also { photo = it }
        launch { camera.launch(into) }
        return taken.await()
    }

    /** True if one of the permissions is given, now or before. */
    suspend fun may(vararg wanted: String): Boolean {
        if (wanted.any { ContextCompat.checkSelfPermission(context, it) == PackageManager.PERMISSION_GRANTED }) return true
        val permissions = permissions ?: throw notOnScreen()
        val answered = CompletableDeferred<Boolean>().also { permitted = it }
        launch { permissions.launch(arrayOf(*wanted)) }
        return answered.await()
    }

    /** Another app takes over; the person comes back by themselves. */
    fun start(intent: Intent) {
        val activity = activity ?: throw notOnScreen()
        launch { activity.startActivity(intent) }
    }

    private fun launch(start: () -> Unit) = try {
        start()
    } catch (_: ActivityNotFoundException) {
        throw DeviceFailure.Absent()
    }

    private fun notOnScreen() = DeviceFailure.Failed("the app is not on the screen")
}
