package dev.twinshore.app

import android.app.Activity
import android.app.Application
import android.net.ConnectivityManager
import android.os.Build
import android.os.Bundle
import dev.twinshore.ClientOptions
import dev.twinshore.SecretStore
import dev.twinshore.core.Core
import dev.twinshore.shell.AppState
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/** The process: the core runs as long as it does, whatever Activities come and go. */
open class TwinshoreApplication : Application() {
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main)
    private val started = CompletableDeferred<AppState>()
    private var links: LinkWatcher? = null

    /** The running app, once its files are open; fails with the reason if they can't be. */
    val running: Deferred<AppState> get() = started

    /** Where secrets are kept. */
    protected open val secrets: SecretStore by lazy { KeystoreSecrets(this) }

    protected open val mainServer: String get() = getString(R.string.main_server)

    override fun onCreate() {
        super.onCreate()
        registerActivityLifecycleCallbacks(Foreground { inFront -> whenRunning { if (inFront) resumeWork() else suspendWork() } })
        scope.launch {
            try {
                val core = Core.start(options(), secrets)
                links = LinkWatcher(getSystemService(ConnectivityManager::class.java), core::linkChanged)
                started.complete(AppState(core, scope))
            } catch (failed: dev.twinshore.FailedToStart) {
                started.completeExceptionally(failed)
            }
        }
        ExchangeJob.plan(this)
    }

    /** Android calls this in emulated processes only; a device just ends the process, and drafts bring back what was typed. */
    override fun onTerminate() {
        links?.close()
        scope.cancel()
        if (started.isCompleted && started.getCompletionExceptionOrNull() == null) started.getCompleted().run { close(); core.close() }
        super.onTerminate()
    }

    private fun whenRunning(act: Core.() -> Unit) {
        scope.launch { started.await().core.act() }
    }

    private fun options() = ClientOptions(
        directory = filesDir.resolve("client").apply { mkdirs() }.path,
        mainServer = mainServer,
        deviceName = "${Build.MANUFACTURER} ${Build.MODEL}",
        language = resources.configuration.locales[0].language,
    )
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
