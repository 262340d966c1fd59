package dev.twinshore.app

import androidx.work.testing.WorkManagerTestInitHelper
import dev.twinshore.testing.MainServer
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Test
import org.robolectric.annotation.Config

/** A device that has lost the key of the app's file. */
class KeylessApplication : TwinshoreApplication() {
    override val mainServer: String get() = "http://127.0.0.1:${MainServer.demo.port}"

    override fun useCertificates() = Unit

    override fun onCreate() {
        WorkManagerTestInitHelper.initializeTestWorkManager(this)
        filesDir.resolve("client").apply { mkdirs() }.resolve("client.db").writeBytes(UNREADABLE)
        super.onCreate()
    }

    override val secrets by lazy { KeystoreSecrets(this) { TestApplication.key } }

    companion object {
        val UNREADABLE = ByteArray(8192) { it.toByte() }
    }
}

/** The app begins anew when the person agrees, and not before. */
@Config(application = KeylessApplication::class, qualifiers = "ru-w412dp-h860dp-xhdpi")
class BeginAnewTest : AppTest() {
    @Test
    fun `A2 a device that lost its key says so in the person's language and begins anew after a question`() {
        val folder = rule.activity.application.filesDir.resolve("client")
        hands.waitForText("ключа больше нет")
        hands.tap("start-again")
        hands.waitForText("ключа больше нет")
        hands.tap("begin-anew")
        hands.waitForText("Начать на этом устройстве заново?")
        hands.tap("answer-leave")
        assertFalse(folder.resolve("set-aside").exists())
        assertArrayEquals(KeylessApplication.UNREADABLE, folder.resolve("client.db").readBytes())
        hands.tap("begin-anew")
        hands.tap("answer-begin-anew")
        hands.type("user", "ann")
        hands.type("password", "demo")
        hands.tapText("Войти")
        hands.waitForTag("menu")
        val aside = folder.resolve("set-aside").listFiles().orEmpty().single()
        assertArrayEquals(KeylessApplication.UNREADABLE, aside.resolve("client.db").readBytes())
        assertEquals(setOf("about.txt", "client.db"), aside.list().orEmpty().toSet())
    }
}
