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
            val core = runCatching { app.app() }.getOrNull()?.core
            if (core != null) {
                val before = core.view.value?.status?.exchange
                core.exchangeNow()
                withTimeoutOrNull(LONGEST) {
                    core.view.filterNotNull().first { view -> view.status.exchange.let { !it.running && it != before } }
                }
            }
            // What could not be sent is tried again, later each time.
            jobFinished(parameters, parameters.jobId == SOON && (core?.view?.value?.status?.exchange?.pending ?: 0uL) > 0uL)
        }
        return true
    }

    /** The network is gone or time is up: the core goes on next time where it stopped. */
    override fun onStopJob(parameters: JobParameters): Boolean {
        work?.cancel()
        return true
    }

    companion object {
        /** Now and then. */
        const val ID = 1

        /** Once, as soon as there is a network. */
        const val SOON = 2
        private val LONGEST = 5.minutes
        private val PERIOD = 15.minutes
        private val BACKOFF = 1.minutes

        fun plan(context: Context) {
            val jobs = context.getSystemService(JobScheduler::class.java)
            if (jobs.getPendingJob(ID) == null) jobs.schedule(job(context, ID).setPeriodic(PERIOD.inWholeMilliseconds).setRequiresBatteryNotLow(true).build())
        }

        /** The person left the app and something waits to be sent. */
        fun planSoon(context: Context) {
            context.getSystemService(JobScheduler::class.java)
                .schedule(job(context, SOON).setBackoffCriteria(BACKOFF.inWholeMilliseconds, JobInfo.BACKOFF_POLICY_EXPONENTIAL).build())
        }

        private fun job(context: Context, id: Int) = JobInfo.Builder(id, ComponentName(context, ExchangeJob::class.java))
            .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
            .setPersisted(true)
    }
}
