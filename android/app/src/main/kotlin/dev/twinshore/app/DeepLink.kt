package dev.twinshore.app

import android.net.Uri

/** What a link or a code that is opened with the app wants of it. */
sealed interface DeepLink {
    /** `twinshore://open/Document.Orders.List`: a menu item; the core says whether the person may open it. */
    data class Open(val item: String) : DeepLink

    /** `twinshore://server?address=http://…`: another main server; development builds only. */
    data class Server(val address: String) : DeepLink

    companion object {
        private const val SCHEME = "twinshore"
        private const val MOST_CHARACTERS = 300

        /** None for what is no link of ours: it may come from anybody. */
        fun of(link: Uri, development: Boolean): DeepLink? {
            if (link.scheme != SCHEME || link.toString().length > MOST_CHARACTERS) return null
            return when (link.host) {
                "open" -> link.lastPathSegment?.takeIf { name -> name.all { it.isLetterOrDigit() || it == '.' || it == '_' } }?.let(::Open)
                "server" -> serverIn(link).takeIf { development }
                else -> null
            }
        }

        private fun serverIn(link: Uri): Server? {
            val address = link.getQueryParameter("address") ?: return null
            val server = Uri.parse(address)
            return Server(address.trimEnd('/')).takeIf { server.scheme in setOf("http", "https") && !server.host.isNullOrEmpty() }
        }
    }
}
