package dev.twinshore.app

import androidx.core.content.FileProvider
import androidx.work.testing.WorkManagerTestInitHelper
import dev.twinshore.SecretStore
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/** The app with the test's main server; the JVM has no device's key store, so the key is made here. */
open class TestApplication : TwinshoreApplication() {
    override val mainServer: String get() = address

    override val development: Boolean get() = true

    override fun useCertificates() = Unit

    override val secrets: SecretStore by lazy { KeystoreSecrets(this) { key } }

    override fun onCreate() {
        forgetFolders()
        WorkManagerTestInitHelper.initializeTestWorkManager(this)
        super.onCreate()
    }

    /** Each test has folders of its own, and the provider remembers those of the first. */
    private fun forgetFolders() {
        val known = FileProvider::class.java.getDeclaredField("sCache").apply { isAccessible = true }.get(null) as MutableMap<*, *>
        known.clear()
    }

    companion object {
        var address = ""
        val key: SecretKey = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
    }
}
