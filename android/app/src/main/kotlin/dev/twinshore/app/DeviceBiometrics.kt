package dev.twinshore.app

import android.content.Context
import android.hardware.biometrics.BiometricManager
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import androidx.annotation.RequiresApi
import dev.twinshore.Biometrics
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/** Asks for a finger or face as the system does, from Android 11 on; older phones use the PIN. */
class DeviceBiometrics(private val context: Context, private val errands: Errands) : Biometrics {
    override fun areThere(): Boolean {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return false
        val manager = context.getSystemService(BiometricManager::class.java) ?: return false
        return manager.canAuthenticate(BiometricManager.Authenticators.BIOMETRIC_STRONG) == BiometricManager.BIOMETRIC_SUCCESS
    }

    override fun confirm(reason: String): Boolean {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return false
        return runBlocking { withContext(Dispatchers.Main) { ask(reason) } }
    }

    @RequiresApi(Build.VERSION_CODES.R)
    private suspend fun ask(reason: String): Boolean {
        val activity = errands.inFront ?: return false
        val answer = CompletableDeferred<Boolean>()
        val told = object : BiometricPrompt.AuthenticationCallback() {
            override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult) {
                answer.complete(true)
            }

            // Given up, or locked after too many tries; a finger that does not fit may be tried again.
            override fun onAuthenticationError(code: Int, text: CharSequence) {
                answer.complete(false)
            }
        }
        BiometricPrompt.Builder(activity)
            .setTitle(reason)
            .setAllowedAuthenticators(BiometricManager.Authenticators.BIOMETRIC_STRONG)
            .setNegativeButton(context.getString(R.string.use_pin), activity.mainExecutor) { _, _ -> answer.complete(false) }
            .build()
            .authenticate(CancellationSignal(), activity.mainExecutor, told)
        return answer.await()
    }
}
