package dev.twinshore.shell

import android.graphics.BitmapFactory
import androidx.activity.ComponentActivity
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.test.junit4.createAndroidComposeRule
import dev.twinshore.Biometrics
import dev.twinshore.ClientOptions
import dev.twinshore.DeviceAnswer
import dev.twinshore.DeviceFunctions
import dev.twinshore.DeviceRequest
import dev.twinshore.SecretStore
import dev.twinshore.core.Core
import dev.twinshore.core.LinkFacts
import dev.twinshore.core.Platform
import dev.twinshore.testing.Link
import dev.twinshore.testing.MainServer
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.rules.ExternalResource
import org.junit.runner.Description
import org.junit.runner.RunWith
import org.junit.runners.model.Statement
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import java.io.File
import java.nio.file.Files
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList

/** Secrets that last as long as the test. */
class MemoryStore : SecretStore {
    private val secrets = ConcurrentHashMap<String, String>()

    override fun secret(name: String): String? = secrets[name]

    override fun setSecret(name: String, value: String?) {
        if (value == null) secrets.remove(name) else secrets[name] = value
    }

    override fun utcOffsetS(): Int = 0
}

/** A device that keeps what it was asked for and answers what the test wants. */
class TestDevice(private val answer: (DeviceRequest) -> DeviceAnswer = { DeviceAnswer.Done }) : DeviceFunctions {
    val asked = CopyOnWriteArrayList<DeviceRequest>()

    override fun useDevice(request: DeviceRequest): DeviceAnswer {
        asked += request
        return answer(request)
    }
}

/** A reader that knows the finger. */
object KnownFinger : Biometrics {
    override fun areThere(): Boolean = true

    override fun confirm(reason: String): Boolean = true
}

/** The process of an app: the core and what is drawn of it. Ended and started again over the same folder it is the same phone. */
class AppProcess(url: String, folder: File, platform: Platform) : AutoCloseable {
    val faults = CopyOnWriteArrayList<Throwable>()
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    val core: Core = runBlocking { Core.start(ClientOptions(folder.path, url, "phone", "en"), platform) { faults += it } }
    val state = AppState(core, scope)

    /** An element of the form in front, as the core has told of it. */
    internal fun element(name: String): ElementState {
        val form = checkNotNull(state.form(checkNotNull(state.view).active)) { "no form is in front" }
        fun under(id: UInt?): List<ElementState> = form.childrenOf(id).flatMap { listOf(it) + under(it.id) }
        return under(null).first { it.frame.name == name }
    }

    override fun close() {
        state.close()
        scope.cancel()
        core.close()
    }
}

object JvmDevice : Device {
    val shared = CopyOnWriteArrayList<Pair<String, String>>()

    override fun picture(bytes: ByteArray): ImageBitmap? = BitmapFactory.decodeByteArray(bytes, 0, bytes.size)?.asImageBitmap()

    override fun share(name: String, text: String) {
        shared += name to text
    }
}

/** What happens in a [World], on a phone unless a test says otherwise. */
@RunWith(RobolectricTestRunner::class)
@Config(qualifiers = "w412dp-h860dp-xhdpi")
abstract class ShellTest(server: () -> MainServer = { MainServer.demo }) {
    @get:Rule
    val world = World(server)

    protected val hands get() = world.hands
}

/** A phone on a link of its own to a real main server, and the hands that hold it. After the test nothing was thrown into the core. */
class World(private val server: () -> MainServer) : ExternalResource() {
    val screen = createAndroidComposeRule<ComponentActivity>()
    private val folders = mutableListOf<File>()
    val folder: File = newFolder()
    private val store = MemoryStore()
    private val processes = mutableListOf<AppProcess>()
    private val links = mutableListOf<Link>()

    /** The phone's own way to the main server; another person's phone has another. */
    val link by lazy { newLink() }
    val hands by lazy { Hands(screen) }
    val app: AppProcess get() = processes.last()

    /** Starts the app; a second time it is another process on the same phone. */
    fun start(device: DeviceFunctions = TestDevice(), biometrics: Biometrics? = null, on: File = folder): AppProcess =
        AppProcess(link.url, on, Platform(store, biometrics, device)).also { processes += it }

    fun signedIn(
        dark: Boolean = false,
        fontScale: Float = 1f,
        device: DeviceFunctions = TestDevice(),
        biometrics: Biometrics? = null,
        password: String = "demo",
    ): AppProcess {
        val app = start(device, biometrics)
        hands.show(app, dark, fontScale)
        hands.waitForTag("user")
        app.core.signIn("ann", password)
        hands.waitForTag("menu")
        return app
    }

    /** Another person's phone at the same main server. */
    fun other(user: String, password: String = "demo"): AppProcess {
        val app = AppProcess(newLink().url, newFolder(), Platform(MemoryStore())).also { processes.add(0, it) }
        hands.show(app)
        hands.waitForTag("user")
        app.core.signIn(user, password)
        hands.waitForTag("menu")
        return app
    }

    private fun newFolder(): File = Files.createTempDirectory("twinshore-phone").toFile().also { folders += it }

    private fun newLink() = Link(server().port).also { links += it }

    /** What a process leaves behind that is killed now: its files as they are at this moment. */
    fun filesNow(): File = newFolder().also { folder.copyRecursively(it, overwrite = true) }

    fun cut() {
        link.cut()
        processes.forEach { it.core.linkChanged(LinkFacts(connected = false, metered = false, captivePortal = false)) }
    }

    fun restore() {
        link.restore()
        processes.forEach { it.core.linkChanged(LinkFacts(connected = true, metered = false, captivePortal = false)) }
    }

    override fun apply(base: Statement, description: Description): Statement = super.apply(screen.apply(base, description), description)

    override fun after() {
        val faults = processes.flatMap { it.faults }
        processes.forEach { it.close() }
        links.forEach { it.close() }
        folders.forEach { it.deleteRecursively() }
        assertEquals(emptyList<Throwable>(), faults)
    }
}
