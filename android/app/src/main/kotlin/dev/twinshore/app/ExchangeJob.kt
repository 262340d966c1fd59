package dev.twinshore.app

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.minutes

/** Exchanges while nobody looks, when there is a network. The system chooses the moment; the core says what there is to do. */
class ExchangeJob : JobService() {
    private var work: Job? = null

    override fun onStartJob(parameters: JobParameters): Boolean {
        val app = application as TwinshoreApplication
        work = app.scope.launch {
            val core = runCatching { app.running.await() }.getOrNull()?.core
            if (core != null) {
                val before = core.view.value?.status?.exchange
                core.exchangeNow()
                withTimeoutOrNull(LONGEST) {
                    core.view.filterNotNull().first { view -> view.status.exchange.let { !it.running && it != before } }
                }
            }
            jobFinished(parameters, false)
        }
        return true
    }

    /** The network is gone or time is up: the core goes on next time where it stopped. */
    override fun onStopJob(parameters: JobParameters): Boolean {
        work?.cancel()
        return true
    }

    companion object {
        const val ID = 1
        private val LONGEST = 5.minutes
        private val PERIOD = 15.minutes

        fun plan(context: Context) {
            val jobs = context.getSystemService(JobScheduler::class.java)
            if (jobs.getPendingJob(ID) != null) return
            jobs.schedule(
                JobInfo.Builder(ID, ComponentName(context, ExchangeJob::class.java))
                    .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                    .setPeriodic(PERIOD.inWholeMilliseconds)
                    .setPersisted(true)
                    .build(),
            )
        }
    }
}
