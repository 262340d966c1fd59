package dev.twinshore.app

import android.app.Activity
import android.app.Application
import android.content.Context
import android.content.res.Configuration
import android.net.ConnectivityManager
import android.os.Build
import android.os.Bundle
import android.util.Log
import dev.twinshore.ClientOptions
import dev.twinshore.FailedToStart
import dev.twinshore.ScreenView
import dev.twinshore.SecretStore
import dev.twinshore.core.Core
import dev.twinshore.core.Platform
import dev.twinshore.shell.AppState
import dev.twinshore.shell.Brand
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import java.io.File
import java.io.InputStream
import androidx.work.Configuration as WorkConfiguration

/** The process: the core runs as long as it does, whatever Activities come and go. */
open class TwinshoreApplication : Application(), WorkConfiguration.Provider {
    override val workManagerConfiguration get() = WorkConfiguration.Builder().setMinimumLoggingLevel(Log.WARN).build()

    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    val errands by lazy { Errands(this) }
    val phone by lazy { PhoneFunctions(this, errands) }
    val brand: Brand by lazy { BuildBrand.of(this) }
    private val language by lazy { AppLanguage(this) }
    private val chosen by lazy { getSharedPreferences("development", Context.MODE_PRIVATE) }
    private val state = MutableStateFlow<Result<AppState>?>(null)
    private var links: LinkWatcher? = null

    /** The running app, once its files are open; the reason if they can't be. */
    val running: StateFlow<Result<AppState>?> = state.asStateFlow()

    /** The language of what is said while there is no core to say it. */
    val spoken: String get() = language.current

    /** Where secrets are kept. */
    protected open val secrets: SecretStore by lazy { KeystoreSecrets(this) }

    /** Certificates are judged by the device. The core of a computer has its own way. */
    protected open fun useCertificates() = SystemCertificates.use(this)

    protected open val mainServer: String get() = chosen.getString(SERVER, null).takeIf { development } ?: getString(R.string.main_server)

    /** The address of the main server may be changed by a link or a code. */
    open val development: Boolean get() = resources.getBoolean(R.bool.development)

    /** The running app; fails with the reason if it could not start. */
    suspend fun app(): AppState = running.filterNotNull().first().getOrThrow()

    override fun onCreate() {
        super.onCreate()
        useCertificates()
        registerActivityLifecycleCallbacks(Foreground(::shown))
        scope.launch { start() }
        ExchangeWorker.plan(this)
    }

    /** Starts again after the app could not start: what was in the way may be gone. */
    fun startAgain() {
        if (running.value?.isFailure != true) return
        state.value = null
        scope.launch { start() }
    }

    private fun shown(inFront: Boolean) {
        // Whoever went to free room or to unlock the device comes back.
        if (inFront) startAgain()
        whenRunning { if (inFront) resumeWork() else leave() }
    }

    /** What a link wants; the core says whether the person may have it. */
    fun follow(link: DeepLink) {
        when (link) {
            is DeepLink.Open -> whenRunning { open(link.item) }
            is DeepLink.Server -> scope.launch { goTo(link.address) }
            is DeepLink.SignIn -> scope.launch { runCatching { signIn(link) } }
        }
    }

    /** The core follows the link, or says why not. A development build goes to the main server that it names, if nobody works. */
    private suspend fun signIn(link: DeepLink.SignIn) {
        val asked = app().core.atRest()
        if (development && link.server != null && link.server != mainServer && asked is ScreenView.SignIn) goTo(link.server)
        app().core.run {
            atRest()
            signInByLink(link.link)
        }
    }

    /** Waits until the app has found out who works; gives its screen. */
    private suspend fun Core.atRest(): ScreenView =
        view.filterNotNull().map { it.screen }.first { it !is ScreenView.Download && (it as? ScreenView.SignIn)?.busy != true }

    private suspend fun goTo(address: String) {
        chosen.edit().putString(SERVER, address).apply()
        end()
        start()
    }

    /** The person agreed to begin anew on this device. */
    fun beginAnew() {
        if (running.value?.isFailure != true) return
        state.value = null
        scope.launch { start(anew = true) }
    }

    /** The person chose the app's language in the system's settings. */
    override fun onConfigurationChanged(newConfig: Configuration) {
        super.onConfigurationChanged(newConfig)
        val now = newConfig.locales[0].language
        whenRunning { if (view.value?.status?.language?.startsWith(now) == false) setLanguage(now) }
    }

    /** Android calls this in emulated processes only; a device just ends the process, and drafts bring back what was typed. */
    override fun onTerminate() {
        links?.close()
        scope.cancel()
        state.value?.getOrNull()?.run { close(); core.close() }
        super.onTerminate()
    }

    private suspend fun start(anew: Boolean = false) {
        state.value = try {
            val platform = Platform(secrets, DeviceBiometrics(this, errands), phone)
            if (anew) Core.beginAnew(options(), platform)
            val core = Core.start(options(), platform)
            links = LinkWatcher(getSystemService(ConnectivityManager::class.java), core::linkChanged)
            scope.launch { core.view.collect { view -> view?.status?.language?.takeIf { it.isNotEmpty() }?.let(language::chosen) } }
            Result.success(AppState(core, scope))
        } catch (failed: FailedToStart) {
            Result.failure(failed)
        }
    }

    private suspend fun end() {
        links?.close()
        links = null
        val app = state.value?.getOrNull() ?: return
        state.value = null
        app.close()
        app.core.end()
        app.core.close()
    }

    /** The app leaves the screen; what waits is sent as soon as there is a network. */
    private fun Core.leave() {
        suspendWork()
        if ((view.value?.status?.exchange?.pending ?: 0uL) > 0uL) ExchangeWorker.planSoon(this@TwinshoreApplication)
    }

    private fun whenRunning(act: Core.() -> Unit) {
        scope.launch { runCatching { app() }.getOrNull()?.core?.act() }
    }

    private fun options() = ClientOptions(
        directory = filesDir.resolve("client").apply { mkdirs() }.also(::bringAlong).path,
        mainServer = mainServer,
        deviceName = "${Build.MANUFACTURER} ${Build.MODEL}",
        language = language.current,
        development = development,
    )

    /** The configuration that a branded build brings along. */
    protected open fun brought(): InputStream? = if (PACKED in assets.list("").orEmpty()) assets.open(PACKED) else null

    /** It lies where the core looks for it before it downloads one. */
    private fun bringAlong(folder: File) {
        brought()?.use { inside -> folder.resolve(PACKED).outputStream().use { inside.copyTo(it) } }
    }

    private companion object {
        const val SERVER = "server"
        const val PACKED = "packed-bundle.zst"
    }
}

/** Tells when the first Activity is shown and when the last one is gone. */
private class Foreground(private val tell: (Boolean) -> Unit) : Application.ActivityLifecycleCallbacks {
    private var shown = 0

    override fun onActivityStarted(activity: Activity) {
        shown += 1
        if (shown == 1) tell(true)
    }

    override fun onActivityStopped(activity: Activity) {
        shown -= 1
        // A turned device stops one Activity and starts the next: the app did not go away.
        if (shown == 0 && !activity.isChangingConfigurations) tell(false)
    }

    override fun onActivityCreated(activity: Activity, state: Bundle?) = Unit

    override fun onActivityResumed(activity: Activity) = Unit

    override fun onActivityPaused(activity: Activity) = Unit

    override fun onActivitySaveInstanceState(activity: Activity, state: Bundle) = Unit

    override fun onActivityDestroyed(activity: Activity) = Unit
}
