package dev.twinshore.app

import android.app.Application
import android.content.Intent
import android.content.res.Configuration
import android.net.ConnectivityManager
import android.net.Uri
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isEnabled
import androidx.test.platform.app.InstrumentationRegistry
import com.google.zxing.BarcodeFormat
import com.google.zxing.MultiFormatWriter
import androidx.work.WorkInfo
import androidx.work.WorkManager
import androidx.work.testing.WorkManagerTestInitHelper
import dev.twinshore.testing.Link
import dev.twinshore.testing.MainServer
import org.junit.AfterClass
import org.junit.Assert.assertNotSame
import org.junit.Before
import org.junit.BeforeClass
import org.junit.Test
import org.robolectric.Shadows.shadowOf
import java.util.Locale

/** The whole app: Activity, process, network and core, with a real main server. */
class MainActivityTest : AppTest() {
    @Before
    fun connected() = link.restore()

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

    @Test
    fun `a link opens what it names, and the system's language is the app's`() {
        hands.type("user", "ann")
        hands.type("password", "demo")
        hands.tapText("Sign in")
        hands.waitForTag("menu")
        val link = Intent(Intent.ACTION_VIEW, Uri.parse("twinshore://open/Catalog.Goods.List"))
        rule.runOnUiThread { InstrumentationRegistry.getInstrumentation().callActivityOnNewIntent(rule.activity, link) }
        hands.waitForTag("form-Catalog.Goods.List")
        val app = rule.activity.application as TwinshoreApplication
        val russian = Configuration(app.resources.configuration).apply { setLocale(Locale.forLanguageTag("ru")) }
        rule.runOnUiThread { app.onConfigurationChanged(russian) }
        hands.waitForText("Товары")
    }

    @Test
    fun `a sign-in link lets in once, and says why not again`() {
        val address = TestApplication.address
        val invited = MainServer.demo.invite("bob", address).link
        open("twinshore://sign-in?server=http%3A%2F%2Fmain.example%40evil.example&user=bob&code=00112233445566778899")
        hands.waitForText("This is not a sign-in link")
        open(invited)
        hands.waitForTag("menu")
        open(invited)
        hands.waitForText("Somebody works in the app already")
        val core = (rule.activity.application as TwinshoreApplication).running.value!!.getOrThrow().core
        core.signOut()
        hands.waitForTag("user")
        open(invited)
        hands.waitForText("used already")
    }

    @Test
    fun `a code that the operator's terminal draws is scanned and signs in, and what is no code of ours says so`() {
        val camera = Camera(rule, hands)
        scan()
        camera.isLeft()
        scan()
        camera.takes(DOTS * SIDE, DOTS * SIDE) { x, y -> (x + y) % 7 == 0 }
        hands.waitForText("No code was found in the picture")
        hands.picture("scan-no-code")
        scan()
        val goods = MultiFormatWriter().encode("4006381333931", BarcodeFormat.QR_CODE, DOTS * SIDE, DOTS * SIDE)
        camera.takes(DOTS * SIDE, DOTS * SIDE, goods::get)
        hands.waitForText("This is not a sign-in link")
        hands.waitWhile(hasText("No code was found", substring = true))
        scan()
        val invited = MainServer.demo.invite("bob", TestApplication.address)
        // A dark screen: the letters are light. The phone is turned while the camera is open.
        rule.activityRule.scenario.recreate()
        camera.takes(DOTS * invited.width, DOTS * invited.height) { x, y -> !invited.isDrawn(x / DOTS, y / DOTS) }
        hands.waitForTag("menu")
        hands.waitForText("bob")
    }

    @Test
    fun `a phone without a camera says so`() {
        shadowOf(rule.activity.application as Application).checkActivities(true)
        scan()
        hands.waitForText("no camera")
    }

    /** While somebody is let in nothing is scanned. */
    private fun scan() {
        hands.waitFor(hasTestTag("scan-code").and(isEnabled()))
        hands.tap("scan-code")
    }

    private fun open(link: String) {
        val intent = Intent(Intent.ACTION_VIEW, Uri.parse(link))
        rule.runOnUiThread { InstrumentationRegistry.getInstrumentation().callActivityOnNewIntent(rule.activity, intent) }
    }

    @Test
    fun `X8 the exchange that Android starts while nobody looks runs and ends`() {
        hands.type("user", "ann")
        hands.type("password", "demo")
        hands.tapText("Sign in")
        hands.waitForTag("menu")
        val app = rule.activity.application as TwinshoreApplication
        val core = app.running.value!!.getOrThrow().core
        hands.await("the first exchange") { core.view.value!!.status.exchange.run { !running && last.isNotEmpty() } }
        val before = core.view.value!!.status.exchange.last
        val planned = WorkManager.getInstance(app).getWorkInfosForUniqueWork(ExchangeWorker.NOW_AND_THEN)
        val work = planned.get().single().id
        WorkManagerTestInitHelper.getTestDriver(app)!!.run {
            setAllConstraintsMet(work)
            setPeriodDelayMet(work)
        }
        hands.await("another exchange") { core.view.value!!.status.exchange.run { !running && last != before } }
        hands.await("the next one planned") { WorkManager.getInstance(app).getWorkInfoById(work).get()!!.state == WorkInfo.State.ENQUEUED }
    }

    companion object {
        private lateinit var link: Link

        /** Dots of a photo for one square of a code, and squares of a picture that has none. */
        private const val DOTS = 6
        private const val SIDE = 40

        @BeforeClass
        @JvmStatic
        fun startServer() {
            link = Link(MainServer.demo.port)
            TestApplication.address = link.url
        }

        @AfterClass
        @JvmStatic
        fun stopServer() {
            link.close()
        }
    }
}
