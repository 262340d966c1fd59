package dev.twinshore.app

import android.Manifest
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.location.Location
import android.location.LocationManager
import android.net.Uri
import android.os.Build
import androidx.core.app.NotificationCompat
import androidx.core.content.FileProvider
import androidx.core.location.LocationManagerCompat
import dev.twinshore.DeviceAnswer
import dev.twinshore.DeviceFailure
import dev.twinshore.DeviceFunctions
import dev.twinshore.DeviceRequest
import dev.twinshore.shell.Scan
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import java.io.File
import java.io.IOException
import kotlin.time.Duration.Companion.seconds

/** What module code may use of the phone. The core calls it on a thread that may wait; everything here happens on the main one. */
class PhoneFunctions(private val context: Context, private val errands: Errands) : DeviceFunctions {
    override fun useDevice(request: DeviceRequest): DeviceAnswer = runBlocking {
        withContext(Dispatchers.Main) {
            try {
                carryOut(request)
            } catch (refused: SecurityException) {
                throw DeviceFailure.Failed(refused.message.orEmpty())
            }
        }
    }

    /** The code before the camera. */
    suspend fun scan(): Scan {
        val file = photograph() ?: return Scan.Cancelled
        return try {
            withContext(Dispatchers.Default) { Pictures.codeIn(file) }?.let(Scan::Code) ?: Scan.NoCode
        } finally {
            file.delete()
        }
    }

    private suspend fun carryOut(request: DeviceRequest): DeviceAnswer = when (request) {
        is DeviceRequest.TakePhoto -> photo()
        is DeviceRequest.ScanBarcode -> (scan() as? Scan.Code)?.let { DeviceAnswer.Barcode(it.text) } ?: DeviceAnswer.Cancelled
        is DeviceRequest.Locate -> locate()
        is DeviceRequest.Dial -> hand(Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", request.number, null)))
        is DeviceRequest.Share -> hand(sharing(request.text))
        is DeviceRequest.Notify -> notify(request.title, request.text)
    }

    private suspend fun photo(): DeviceAnswer {
        val file = photograph() ?: return DeviceAnswer.Cancelled
        return try {
            val bytes = withContext(Dispatchers.Default) { Pictures.forKeeping(file) }
            DeviceAnswer.Photo(Pictures.MEDIA_TYPE, bytes ?: throw DeviceFailure.Failed("the camera gave no picture"))
        } finally {
            file.delete()
        }
    }

    private suspend fun photograph(): File? {
        val folder = context.cacheDir.resolve("photos").apply { mkdirs() }
        val file = try {
            File.createTempFile("photo", ".jpg", folder)
        } catch (refused: IOException) {
            throw DeviceFailure.Failed(refused.message.orEmpty())
        }
        val taken = errands.takePhoto(FileProvider.getUriForFile(context, authority(context), file))
        return file.takeIf { taken && it.length() > 0 } ?: null.also { file.delete() }
    }

    private suspend fun locate(): DeviceAnswer {
        val may = errands.may(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)
        if (!may) throw DeviceFailure.Refused()
        val manager = context.getSystemService(LocationManager::class.java)
        val provider = PROVIDERS.firstOrNull { it in manager.allProviders && manager.isProviderEnabled(it) } ?: throw DeviceFailure.Absent()
        val found = CompletableDeferred<Location?>()
        LocationManagerCompat.getCurrentLocation(manager, provider, null as android.os.CancellationSignal?, Runnable::run) { found.complete(it) }
        val place = withTimeoutOrNull(LOCATING) { found.await() } ?: throw DeviceFailure.Failed("no place was found in time")
        return DeviceAnswer.Place(place.latitude, place.longitude, place.accuracy.toDouble())
    }

    private suspend fun notify(title: String, text: String): DeviceAnswer {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU && !errands.may(Manifest.permission.POST_NOTIFICATIONS)) throw DeviceFailure.Refused()
        val manager = context.getSystemService(NotificationManager::class.java)
        manager.createNotificationChannel(
            NotificationChannel(CHANNEL, context.getString(R.string.notices), NotificationManager.IMPORTANCE_DEFAULT),
        )
        val open = Intent(context, MainActivity::class.java).addFlags(Intent.FLAG_ACTIVITY_SINGLE_TOP)
        val notice = NotificationCompat.Builder(context, CHANNEL)
            .setSmallIcon(R.drawable.ic_shores)
            .setContentTitle(title)
            .setContentText(text)
            .setStyle(NotificationCompat.BigTextStyle().bigText(text))
            .setContentIntent(PendingIntent.getActivity(context, 0, open, PendingIntent.FLAG_IMMUTABLE))
            .setAutoCancel(true)
            .build()
        manager.notify((title + text).hashCode(), notice)
        return DeviceAnswer.Done
    }

    private fun hand(intent: Intent): DeviceAnswer {
        errands.start(intent)
        return DeviceAnswer.Done
    }

    companion object {
        private const val CHANNEL = "messages"
        private val LOCATING = 30.seconds
        private val PROVIDERS = listOf("fused", LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER)

        fun authority(context: Context): String = "${context.packageName}.files"

        fun sharing(text: String): Intent =
            Intent.createChooser(Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, text), null)

        /** A file for another app that the person chooses. */
        fun sharing(context: Context, name: String, text: String): Intent {
            val file = context.cacheDir.resolve("shared").apply { mkdirs() }.resolve(name).apply { writeText(text) }
            val address = FileProvider.getUriForFile(context, authority(context), file)
            val send = Intent(Intent.ACTION_SEND).setType("application/json").putExtra(Intent.EXTRA_STREAM, address)
            return Intent.createChooser(send.addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION), null)
        }
    }
}
