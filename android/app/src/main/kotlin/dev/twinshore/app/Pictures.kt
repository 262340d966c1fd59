package dev.twinshore.app

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.MultiFormatReader
import com.google.zxing.NotFoundException
import com.google.zxing.RGBLuminanceSource
import com.google.zxing.common.HybridBinarizer
import java.io.ByteArrayOutputStream
import java.io.File

/** Photos of the camera, made small enough to be kept, and codes in them. */
internal object Pictures {
    const val MEDIA_TYPE = "image/jpeg"

    /** Longest side of a photo that is kept: read well on a screen, and it travels. */
    private const val KEPT_PIXELS = 1600
    private const val CODE_PIXELS = 2400
    private const val QUALITY = 85

    /** Codes on dark screens are light on dark. */
    private val HINTS = mapOf(DecodeHintType.TRY_HARDER to true, DecodeHintType.ALSO_INVERTED to true)

    /** The picture for a value of a form; none if the file holds no picture. */
    fun forKeeping(file: File): ByteArray? {
        val picture = read(file, KEPT_PIXELS) ?: return null
        return ByteArrayOutputStream().also { picture.compress(Bitmap.CompressFormat.JPEG, QUALITY, it) }.toByteArray()
    }

    /** Text of a barcode or QR code in a picture. */
    fun codeIn(file: File): String? = read(file, CODE_PIXELS)?.let(::codeIn)

    fun codeIn(picture: Bitmap): String? {
        val pixels = IntArray(picture.width * picture.height)
        picture.getPixels(pixels, 0, picture.width, 0, 0, picture.width, picture.height)
        val source = RGBLuminanceSource(picture.width, picture.height, pixels)
        return try {
            MultiFormatReader().decode(BinaryBitmap(HybridBinarizer(source)), HINTS).text
        } catch (_: NotFoundException) {
            null
        }
    }

    private fun read(file: File, longest: Int): Bitmap? {
        val size = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        BitmapFactory.decodeFile(file.path, size)
        if (size.outWidth <= 0) return null
        val shrink = BitmapFactory.Options().apply { inSampleSize = 1 }
        while (maxOf(size.outWidth, size.outHeight) / shrink.inSampleSize > longest) shrink.inSampleSize *= 2
        return BitmapFactory.decodeFile(file.path, shrink)
    }
}
