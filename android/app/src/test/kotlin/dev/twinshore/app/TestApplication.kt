package dev.twinshore.app

import dev.twinshore.SecretStore
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/** The app with the test's main server; the JVM has no device's key store, so the key is made here. */
class TestApplication : TwinshoreApplication() {
    override val mainServer: String get() = address

    override val development: Boolean get() = true

    override fun useCertificates() = Unit

    override val secrets: SecretStore by lazy { KeystoreSecrets(this) { key } }

    companion object {
        var address = ""
        val key: SecretKey = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    }
}
