package dev.twinshore.app

import android.net.ConnectivityManager
import androidx.compose.ui.test.junit4.createAndroidComposeRule
import dev.twinshore.shell.Hands
import dev.twinshore.testing.Link
import dev.twinshore.testing.MainServer
import org.junit.AfterClass
import org.junit.Assert.assertNotSame
import org.junit.BeforeClass
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** The whole app: Activity, process, network and core, with a real main server. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApplication::class, qualifiers = "w412dp-h860dp-xhdpi")
class MainActivityTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    private val hands = Hands(rule)

    @Test
    fun `typed text outlives its Activity, and a network that Android lost makes the form unavailable`() {
        hands.type("user", "ann")
        hands.type("password", "demo")
        hands.tapText("Sign in")
        hands.waitForTag("menu")
        hands.open("Document.Orders.List")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.type("Comment", "call first")
        hands.waitForValue("Comment", "call first")

        val before = rule.activity
        rule.activityRule.scenario.recreate()
        assertNotSame(before, rule.activity)
        hands.waitForTag("form-Document.Orders.Item")
        hands.waitForValue("Comment", "call first")

        link.cut()
        val connectivity = before.getSystemService(ConnectivityManager::class.java)
        rule.runOnUiThread { shadowOf(connectivity).networkCallbacks.forEach { it.onLost(connectivity.activeNetwork!!) } }
        hands.waitForTag("unavailable")
        hands.waitForValue("Comment", "call first")
    }

    companion object {
        private lateinit var main: MainServer
        private lateinit var link: Link

        @BeforeClass
        @JvmStatic
        fun startServer() {
            main = MainServer.start()
            link = Link(main.port)
            TestApplication.address = link.url
        }

        @AfterClass
        @JvmStatic
        fun stopServer() {
            link.close()
            main.close()
        }
    }
}
