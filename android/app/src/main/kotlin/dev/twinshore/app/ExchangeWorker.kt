package dev.twinshore.app

import android.content.Context
import androidx.work.BackoffPolicy
import androidx.work.Constraints
import androidx.work.CoroutineWorker
import androidx.work.ExistingPeriodicWorkPolicy
import androidx.work.ExistingWorkPolicy
import androidx.work.NetworkType
import androidx.work.OneTimeWorkRequestBuilder
import androidx.work.PeriodicWorkRequestBuilder
import androidx.work.WorkManager
import androidx.work.WorkerParameters
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.minutes

/**
 * Exchanges while nobody looks, when there is a network. The system chooses the moment; the core says what there is to do. If the system
 * stops it, the core goes on next time where it stopped.
 */
class ExchangeWorker(context: Context, parameters: WorkerParameters) : CoroutineWorker(context, parameters) {
    override suspend fun doWork(): Result {
        val app = applicationContext as TwinshoreApplication
        val core = app.running.filterNotNull().first().getOrNull()?.core ?: return Result.failure()
        val before = core.view.value?.status?.exchange
        core.exchangeNow()
        withTimeoutOrNull(LONGEST) {
            core.view.filterNotNull().first { view -> view.status.exchange.let { !it.running && it != before } }
        }
        val left = core.view.value?.status?.exchange?.pending ?: 0uL
        // What could not be sent is tried again, later each time.
        return if (SOON in tags && left > 0uL) Result.retry() else Result.success()
    }

    companion object {
        /** Now and then. */
        const val NOW_AND_THEN = "exchange"

        /** Once, as soon as there is a network. */
        const val SOON = "exchange-soon"
        private val LONGEST = 5.minutes
        private const val PERIOD_MINUTES = 15L
        private const val BACKOFF_MINUTES = 1L

        fun plan(context: Context) {
            val constraints = network().setRequiresBatteryNotLow(true).build()
            val work = PeriodicWorkRequestBuilder<ExchangeWorker>(PERIOD_MINUTES, TimeUnit.MINUTES).setConstraints(constraints).build()
            WorkManager.getInstance(context).enqueueUniquePeriodicWork(NOW_AND_THEN, ExistingPeriodicWorkPolicy.KEEP, work)
        }

        /** The person left the app and something waits to be sent. */
        fun planSoon(context: Context) {
            val work = OneTimeWorkRequestBuilder<ExchangeWorker>().setConstraints(network().build()).addTag(SOON)
                .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, BACKOFF_MINUTES, TimeUnit.MINUTES).build()
            WorkManager.getInstance(context).enqueueUniqueWork(SOON, ExistingWorkPolicy.REPLACE, work)
        }

        private fun network() = Constraints.Builder().setRequiredNetworkType(NetworkType.CONNECTED)
    }
}
