package dev.twinshore.shell

import androidx.activity.ComponentActivity
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.junit4.createAndroidComposeRule
import androidx.compose.ui.unit.dp
import dev.twinshore.ModeView
import dev.twinshore.core.LinkFacts
import dev.twinshore.testing.Link
import dev.twinshore.testing.MainServer
import org.junit.After
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.BeforeClass
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** Other eyes, other hands, other devices: dark, Russian, right to left, large type, a tablet; and what the story does not pass. */
@RunWith(RobolectricTestRunner::class)
@Config(qualifiers = "w412dp-h860dp-xhdpi")
class LooksTest {
    @get:Rule(order = 0)
    val folders = TemporaryFolder()

    @get:Rule(order = 1)
    val rule = createAndroidComposeRule<ComponentActivity>()

    private val link = Link(main.port)
    private val hands = Hands(rule)
    private val store = MemoryStore()
    private var process: AppProcess? = null

    private fun start(): AppProcess = AppProcess(link.url, folders.root, store).also { process = it }

    private fun signedIn(dark: Boolean = false, fontScale: Float = 1f): AppProcess {
        val app = start()
        hands.show(app, dark, fontScale)
        hands.waitForTag("user")
        app.core.signIn("ann", "demo")
        hands.waitForTag("menu")
        return app
    }

    @After
    fun end() {
        val faults = process?.faults.orEmpty()
        process?.close()
        link.close()
        assertEquals(emptyList<Throwable>(), faults)
    }

    @Test
    fun `dark and Russian, with mode, exchange and language one touch away`() {
        val app = signedIn(dark = true)
        hands.tap("mode")
        hands.waitForTag("status-sheet")
        hands.tap("language-ru")
        hands.waitForText("Обмен")
        hands.tap("mode-POOR_CONNECTION")
        hands.await("poor connection") { app.state.view!!.status.effectiveMode == ModeView.POOR_CONNECTION }
        hands.picture("dark-status")
    }

    @Test
    fun `F10c a chart and a spreadsheet are drawn, and the form that has them is not reopened`() {
        signedIn(dark = true)
        hands.open("CommonForm.Dashboard.Form")
        hands.type("Note", "buy milk")
        hands.waitForTag("Results")
        hands.picture("dark-dashboard")
        link.cut()
        process!!.core.linkChanged(LinkFacts(connected = false, metered = false, captivePortal = false))
        hands.tap("openOffline")
        hands.waitForText("can't be copied")
        hands.waitForValue("Note", "buy milk")
        hands.picture("dark-not-reopened")
    }

    @Test
    fun `a language written from right to left turns the screen`() {
        val app = signedIn()
        app.core.setLanguage("ar")
        hands.open("Catalog.Counterparties.List")
        hands.waitForText("Harbour Café")
        hands.tapText("Harbour Café")
        hands.waitForTag("form-Catalog.Counterparties.Item")
        hands.picture("right-to-left")
    }

    @Test
    fun `type of twice the size is not cut, and everything that can be touched is 48 dp high`() {
        signedIn(fontScale = 2f)
        hands.picture("large-menu")
        hands.open("Document.Orders.List")
        hands.command("create")
        hands.waitForTag("form-Document.Orders.Item")
        hands.waitForTag("Comment")
        hands.picture("large-order")
        rule.onAllNodes(hasClickAction()).fetchSemanticsNodes().forEach { node ->
            val touched = node.touchBoundsInRoot
            val height = with(node.layoutInfo.density) { touched.height.toDp() }
            if (touched.height > 0) assert(height >= 47.dp) { "${node.config} is $height high" }
        }
    }

    @Test
    @Config(qualifiers = "w1280dp-h800dp-mdpi")
    fun `a tablet shows the menu beside the form`() {
        signedIn()
        hands.tap("menu-Document.Orders.List")
        hands.waitForTag("form-Document.Orders.List")
        hands.waitForTag("row")
        hands.waitForTag("menu")
        hands.picture("tablet")
    }

    companion object {
        private lateinit var main: MainServer

        @BeforeClass
        @JvmStatic
        fun startServer() {
            main = MainServer.start()
        }

        @AfterClass
        @JvmStatic
        fun stopServer() = main.close()
    }
}
