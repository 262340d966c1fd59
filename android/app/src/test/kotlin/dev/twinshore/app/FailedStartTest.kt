package dev.twinshore.app

import android.content.Context
import android.content.Intent
import android.net.Uri
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.lifecycle.Lifecycle
import androidx.test.platform.app.InstrumentationRegistry
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.robolectric.annotation.Config
import java.io.File

/** The core can't open its files: the person reads why, what is safe and what to do; nothing is thrown away. */
@Config(application = FailedStartTest.OnForeignFiles::class)
class FailedStartTest : AppTest() {
    private val app get() = rule.activity.application as TestApplication

    @Test
    @Config(application = Damaging::class)
    fun `A2 a damaged file is told and left as it is, and the app starts when it is mended`() {
        hands.waitForTag("user")
        val (file, damaging) = fileOf(app) to app as Damaging
        damaging.damage = true
        startAnew()
        hands.waitForTag("could-not-start")
        // In its own words: nothing of how an error comes from the core.
        hands.waitFor(hasText("client.db on this device does not fit its key", substring = true).and(startsWith("client.db")))
        hands.waitForText("Tell the administrator.")
        hands.picture("could-not-start")
        follow("twinshore://open/Catalog.Goods.List")
        hands.tap("start-again")
        hands.waitForTag("could-not-start")
        hands.waitForText("client.db on this device does not fit its key")
        assertEquals(DAMAGED, file.readText())
        file.writeBytes(damaging.whole)
        hands.tap("start-again")
        hands.waitForTag("user")
    }

    @Test
    @Config(qualifiers = "ru-w412dp-h860dp-xhdpi")
    fun `A2 it is told in the person's language`() {
        hands.waitForText("client.db")
        hands.waitForText("Приложение не запустилось")
        hands.waitForText("администратор")
        hands.waitForText("Повторить")
        hands.picture("could-not-start-ru")
    }

    @Test
    @Config(application = TestApplication::class)
    fun `A2 a lost key is told, and who comes back to the app tries again`() {
        hands.waitForTag("user")
        val secrets = app.getSharedPreferences("secrets", Context.MODE_PRIVATE)
        val kept = secrets.all.mapValues { it.value as String }
        assertTrue("secrets are kept", kept.isNotEmpty())
        secrets.edit().clear().commit()
        startAnew()
        hands.waitForTag("could-not-start")
        hands.waitForText("its key is not in the device's safe place for passwords any more")
        hands.waitForText("What the main server has is safe.")
        hands.picture("could-not-start-key")
        secrets.edit().apply { kept.forEach { (name, value) -> putString(name, value) } }.commit()
        rule.activityRule.scenario.moveToState(Lifecycle.State.CREATED)
        rule.activityRule.scenario.moveToState(Lifecycle.State.RESUMED)
        hands.waitForTag("user")
        hands.waitWhile(hasTestTag("could-not-start"))
    }

    /** Another main server's address makes the app start anew. */
    private fun startAnew() = follow("twinshore://server?address=http%3A%2F%2F127.0.0.1%3A1")

    private fun startsWith(text: String) = SemanticsMatcher("begins with $text") { node ->
        node.config.getOrNull(SemanticsProperties.Text).orEmpty().any { it.text.startsWith(text) }
    }

    private fun follow(link: String) {
        val intent = Intent(Intent.ACTION_VIEW, Uri.parse(link))
        rule.runOnUiThread { InstrumentationRegistry.getInstrumentation().callActivityOnNewIntent(rule.activity, intent) }
    }

    /** Files are damaged between one start and the next. */
    class Damaging : TestApplication() {
        var damage = false
        var whole = ByteArray(0)

        override val mainServer: String
            get() {
                if (damage) fileOf(this).run {
                    damage = false
                    whole = readBytes()
                    writeText(DAMAGED)
                }
                return super.mainServer
            }
    }

    /** A file that this app has no key of. */
    class OnForeignFiles : TestApplication() {
        override fun onCreate() {
            fileOf(this).apply { parentFile!!.mkdirs() }.writeText(DAMAGED)
            super.onCreate()
        }
    }

    private companion object {
        val DAMAGED = "this is no database\n".repeat(400)

        fun fileOf(context: Context): File = context.filesDir.resolve("client/client.db")
    }
}
