package dev.twinshore.app

import androidx.test.platform.app.InstrumentationRegistry
import dev.twinshore.ClientOptions
import dev.twinshore.ScreenView
import dev.twinshore.SecretStore
import dev.twinshore.core.Core
import dev.twinshore.core.Platform
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Assert.assertTrue
import org.junit.Test

/**
 * The device judges certificates: a server behind one that nobody signed (10.0.2.2:8443, see `scripts/lib/emulator-story`) is told,
 * never trusted. Without the device's own judge the first handshake would end the process.
 */
class CertificatesTest {
    private val context = InstrumentationRegistry.getInstrumentation().targetContext

    @Test
    fun aCertificateThatNobodySignedIsTold() = runBlocking {
        val options = ClientOptions(
            directory = context.cacheDir.resolve("certificates").apply { deleteRecursively(); mkdirs() }.path,
            mainServer = "https://10.0.2.2:8443",
            deviceName = "an emulator",
            language = "en",
            development = true,
        )
        Core.start(options, Platform(Secrets())).use { core ->
            core.signIn("ann", "demo")
            val told = withTimeout(PATIENCE_MS) {
                core.view.filterNotNull().map { (it.screen as? ScreenView.SignIn)?.error.orEmpty() }.first { it.isNotEmpty() }
            }
            assertTrue(told, "issued by nobody whom this device trusts" in told)
        }
    }

    private class Secrets : SecretStore {
        private val kept = mutableMapOf<String, String>()

        override fun secret(name: String): String? = synchronized(kept) { kept[name] }

        override fun setSecret(name: String, value: String?): Unit = synchronized(kept) { if (value == null) kept.remove(name) else kept[name] = value }

        override fun utcOffsetS(): Int = 0
    }

    private companion object {
        const val PATIENCE_MS = 60_000L
    }
}
