package dev.twinshore.app

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import dev.twinshore.PlatformFailure
import dev.twinshore.SecretStore
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.util.Base64
import java.util.TimeZone
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/** Secrets in the app's own preferences, each sealed by a key that never leaves the device's key store. */
class KeystoreSecrets(context: Context, private val key: () -> SecretKey = ::deviceKey) : SecretStore {
    private val sealed = context.getSharedPreferences("secrets", Context.MODE_PRIVATE)

    override fun secret(name: String): String? {
        val text = sealed.getString(name, null) ?: return null
        return guarded { open(name, Base64.getDecoder().decode(text)) }
    }

    override fun setSecret(name: String, value: String?) = guarded {
        val editor = sealed.edit()
        if (value == null) editor.remove(name) else editor.putString(name, Base64.getEncoder().encodeToString(seal(name, value)))
        if (!editor.commit()) throw PlatformFailure.Secrets("the device has no room for it")
    }

    override fun utcOffsetS(): Int = TimeZone.getDefault().getOffset(System.currentTimeMillis()) / MS

    private fun seal(name: String, value: String): ByteArray {
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.ENCRYPT_MODE, key()) }
        cipher.updateAAD(name.toByteArray())
        return cipher.iv + cipher.doFinal(value.toByteArray())
    }

    private fun open(name: String, bytes: ByteArray): String {
        if (bytes.size < IV_BYTES) throw PlatformFailure.Secrets("what is kept under $name is cut")
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.DECRYPT_MODE, key(), GCMParameterSpec(TAG_BITS, bytes, 0, IV_BYTES)) }
        // The name is part of what is sealed: one secret can't be put in the place of another.
        cipher.updateAAD(name.toByteArray())
        return String(cipher.doFinal(bytes, IV_BYTES, bytes.size - IV_BYTES))
    }

    private fun <T> guarded(act: () -> T): T = try {
        act()
    } catch (refused: GeneralSecurityException) {
        throw PlatformFailure.Secrets(refused.message ?: refused.javaClass.simpleName)
    } catch (damaged: IllegalArgumentException) {
        throw PlatformFailure.Secrets(damaged.message ?: "damaged")
    }

    companion object {
        private const val STORE = "AndroidKeyStore"
        private const val ALIAS = "twinshore-secrets"
        private const val CIPHER = "AES/GCM/NoPadding"
        private const val IV_BYTES = 12
        private const val TAG_BITS = 128
        private const val KEY_BITS = 256
        private const val MS = 1_000

        private fun deviceKey(): SecretKey {
            val store = KeyStore.getInstance(STORE).apply { load(null) }
            (store.getKey(ALIAS, null) as SecretKey?)?.let { return it }
            val what = KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(KEY_BITS)
                .build()
            return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).apply { init(what) }.generateKey()
        }
    }
}
