package dev.twinshore.app

import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import dev.twinshore.core.LinkFacts

/** Tells what Android knows of the network, each time it is something else. The core then asks the main server itself (M2). */
class LinkWatcher(private val connectivity: ConnectivityManager, private val tell: (LinkFacts) -> Unit) : AutoCloseable {
    private var told: LinkFacts? = null

    private val callback = object : ConnectivityManager.NetworkCallback() {
        override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) = heard(factsOf(capabilities))

        override fun onLost(network: Network) = heard(NOTHING)
    }

    init {
        connectivity.registerDefaultNetworkCallback(callback)
        if (connectivity.activeNetwork == null) heard(NOTHING)
    }

    override fun close() = connectivity.unregisterNetworkCallback(callback)

    @Synchronized
    private fun heard(facts: LinkFacts) {
        if (facts == told) return
        told = facts
        tell(facts)
    }

    companion object {
        private val NOTHING = LinkFacts(connected = false, metered = false, captivePortal = false)

        fun factsOf(capabilities: NetworkCapabilities) = LinkFacts(
            connected = capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET),
            metered = !capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED),
            captivePortal = capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_CAPTIVE_PORTAL),
        )
    }
}
