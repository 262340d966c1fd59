package dev.twinshore.core

import dev.twinshore.ClientOptions
import dev.twinshore.FailedToStart
import dev.twinshore.FormAvailability
import dev.twinshore.FormEvent
import dev.twinshore.ModeView
import dev.twinshore.PlatformFailure
import dev.twinshore.ScreenView
import dev.twinshore.testing.Link
import dev.twinshore.testing.MainServer
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.BeforeClass
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** Every generated object against the real core and a real main server. */
class CoreTest {
    @get:Rule
    val folders = TemporaryFolder()

    private val link = Link(main.port)
    private val phones = mutableListOf<Phone>()

    private fun phone(folder: String = "ann", store: MemoryStore = MemoryStore()): Phone {
        val directory = folders.root.resolve(folder).apply { mkdirs() }
        return Phone(link.url, directory, store).also { phones += it }
    }

    @After
    fun end() {
        phones.forEach { it.close() }
        link.close()
        assertEquals(emptyList<Throwable>(), phones.flatMap { it.faults }.filter { it.message != DEFECT })
    }

    @Test
    fun `a wrong password is told, the right one downloads and shows the menu`() {
        val ann = phone()
        ann.view("asked who it is") { it.screen is ScreenView.SignIn }
        ann.core.signIn("ann", "guess")
        ann.view("refusal") { (it.screen as? ScreenView.SignIn)?.error.orEmpty().isNotEmpty() }
        ann.signIn()
        // After the first exchange nothing of the view changes by itself.
        val menu = ann.view("menu") { it.status.userName == "ann" && !it.status.exchange.running && it.status.exchange.last.isNotEmpty() }
        assertTrue(menu.sections.flatMap { it.items }.any { it.id == "Catalog.Goods.List" })
        val fresh = runBlocking { ann.core.interfaceView() }!!
        assertTrue(fresh.revision >= menu.revision)
        assertEquals(fresh, ann.view("what the core says afresh") { it.revision >= fresh.revision }.copy(revision = fresh.revision))
        assertTrue(ann.core.calls.value.isNotEmpty())
    }

    @Test
    fun `F1 forms of both servers, and patches give what a fresh view gives`() {
        val ann = phone()
        ann.signIn()
        val goods = ann.watch(ann.open("Catalog.Goods.List"))
        assertEquals("standalone", goods.view("goods") { it.elements.isNotEmpty() }.usedServer)

        val orders = ann.watch(ann.open("Document.Orders.List"))
        assertEquals("main", orders.view("orders") { it.elements.isNotEmpty() }.usedServer)
        orders.execute("create")
        val number = ann.inFront("Document.Orders.Item", "main")
        val order = ann.watch(number)
        order.type("Comment", "call first")
        order.send(FormEvent.AddRow(order.element("Lines").id))
        val row = order.view("a row") { it.element("Lines").table?.rows?.size == 1 }.element("Lines").table!!.rows.single()
        order.send(FormEvent.SetCell(order.element("Lines").id, row.id, "Quantity", "2", 1u))
        val typed = order.view("the cell") { view -> view.element("Lines").table!!.rows.single().cells.any { it.text.startsWith("2") } }
        assertTrue(typed.modified)
        assertTrue(order.patches > 0)
        val fresh = runBlocking { ann.core.formView(number) }!!
        assertEquals(fresh, order.view("the last patch") { it.revision == fresh.revision })
    }

    @Test
    fun `F2, F9 a form of a lost main server is unavailable and goes on offline`() {
        val ann = phone()
        ann.signIn()
        ann.core.open("Document.Orders.List")
        ann.watch(ann.inFront("Document.Orders.List")).execute("create")
        val order = ann.watch(ann.inFront("Document.Orders.Item", "main"))
        order.type("Comment", "call first")
        link.cut()
        ann.core.linkChanged(LinkFacts(connected = false, metered = false, captivePortal = false))
        val lost = order.view("unavailable") { it.availability is FormAvailability.Unavailable }
        assertEquals("call first", lost.element("Comment").text)
        order.execute("openOffline")
        val local = ann.watch(ann.inFront("Document.Orders.Item", "standalone"))
        assertEquals("call first", local.element("Comment").text)
        Phone.await({ "the end of the old form" }) { order.ended.filterNotNull().first() }
    }

    @Test
    fun `M1 modes, answers and the language reach the core`() {
        val ann = phone()
        ann.signIn()
        ann.core.setMode(ModeView.OFFLINE)
        ann.view("offline") { it.status.effectiveMode == ModeView.OFFLINE && !it.status.available }
        ann.core.setMode(ModeView.POOR_CONNECTION)
        ann.view("poor connection") { it.status.effectiveMode == ModeView.POOR_CONNECTION }
        ann.core.answerOffer(null)
        ann.core.setMode(ModeView.NORMAL)
        ann.core.setLanguage("ru")
        ann.view("Russian") { view -> view.sections.any { it.title == "Продажи" } }
        ann.core.exchangeNow()
        ann.view("a round") { it.status.exchange.last.isNotEmpty() }

        val customers = ann.open("Catalog.Counterparties.List")
        ann.watch(customers).execute("create")
        val customer = ann.watch(ann.inFront("Catalog.Counterparties.Item"))
        customer.type("Description", "Mate")
        customer.execute("close")
        val dialog = ann.view("a question") { it.dialog != null }.dialog!!
        ann.core.answerDialog(dialog.id, dialog.buttons.last().id)
        ann.view("answered") { it.dialog == null }
        ann.core.activate(customers)
        ann.view("customers in front") { it.active == customers }
        ann.core.showMenu()
        ann.view("menu") { it.active == 0u }
        ann.core.signOut()
        ann.view("asked who it is") { it.screen is ScreenView.SignIn }
    }

    @Test
    fun `F19 a stopped client keeps what was typed, and the draft can be taken or discarded`() {
        val store = MemoryStore()
        phone(store = store).run {
            signIn()
            // Forms of the device: a draft of the main server's waits for it.
            core.setMode(ModeView.POOR_CONNECTION)
            view("poor connection") { it.status.effectiveMode == ModeView.POOR_CONNECTION }
            repeat(2) { at ->
                watch(open("Catalog.Counterparties.List")).execute("create")
                watch(inFront("Catalog.Counterparties.Item")).type("Description", "Mate $at")
            }
            core.suspendWork()
            close()
            phones -= this
        }
        val again = phone(store = store)
        again.core.resumeWork()
        val drafts = again.view("drafts") { it.drafts.size == 2 }.drafts
        again.core.discardDraft(drafts.last().id)
        again.view("one draft") { it.drafts.size == 1 }
        again.core.takeDraft(drafts.first().id)
        val form = again.watch(again.inFront("Catalog.Counterparties.Item"))
        assertTrue(form.view("the text") { it.modified }.element("Description").text.startsWith("Mate"))
    }

    @Test
    fun `a first download that broke goes on when asked`() {
        val ann = phone()
        ann.view("asked who it is") { it.screen is ScreenView.SignIn }
        link.delayMs = 150
        ann.core.signIn("ann", "demo")
        ann.view("downloading") { it.screen is ScreenView.Download }
        link.cut()
        ann.view("stopped") { (it.screen as? ScreenView.Download)?.v1?.error.orEmpty().isNotEmpty() }
        link.restore()
        ann.core.retryDownload()
        ann.view("the menu") { it.screen is ScreenView.Work }
    }

    @Test
    fun `a secret store that throws is told about and does not bring the client down`() {
        for (fault in listOf(PlatformFailure.Secrets("locked"), IllegalStateException("the key store is locked"))) {
            var locked = false
            val ann = phone(fault.javaClass.simpleName, object : MemoryStore() {
                override fun setSecret(name: String, value: String?) = if (locked) throw fault else super.setSecret(name, value)
            })
            ann.view("asked who it is") { it.screen is ScreenView.SignIn }
            locked = true
            ann.core.signIn("ann", "demo")
            ann.view("what failed") { view -> view.toString().contains("locked") }
        }
    }

    @Test
    fun `an observer that throws is reported and the others go on`() {
        val ann = phone()
        ann.signIn()
        val goods = ann.open("Catalog.Goods.List")
        ann.core.watch(goods) { error(DEFECT) }.use {
            Phone.await({ "the fault" }) { while (ann.faults.isEmpty()) kotlinx.coroutines.yield() }
        }
        assertEquals(DEFECT, ann.faults.first().message)
        assertFalse(ann.watch(goods).view("goods") { it.elements.isNotEmpty() }.modified)
    }

    @Test
    fun `a folder that can't be used is told, and an ended client gives no views`() {
        val file = folders.newFile("not-a-folder")
        val refused = runCatching { runBlocking { Core.start(ClientOptions(file.path, link.url, "phone", "en"), Platform(MemoryStore())) } }
        assertTrue(refused.toString(), refused.exceptionOrNull() is FailedToStart.Start)

        val ann = phone()
        ann.view("asked who it is") { it.screen is ScreenView.SignIn }
        assertNull(runBlocking { ann.core.formView(77u) })
    }

    companion object {
        private const val DEFECT = "a defect of the shell"
        private lateinit var main: MainServer

        @BeforeClass
        @JvmStatic
        fun start() {
            main = MainServer.start()
        }

        @AfterClass
        @JvmStatic
        fun stop() = main.close()
    }
}
