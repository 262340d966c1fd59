package dev.twinshore.app

import android.net.Uri
import dev.twinshore.serverOfLink

/** What a link or a code that is opened with the app wants of it. */
sealed interface DeepLink {
    /** `twinshore://open/Document.Orders.List`: a menu item; the core says whether the person may open it. */
    data class Open(val item: String) : DeepLink

    /** `twinshore://server?address=http://…`: another main server; development builds only. */
    data class Server(val address: String) : DeepLink

    /** `twinshore://sign-in?server=…&user=…&code=…`; [server] is none for what the core will not follow, and it says why. */
    data class SignIn(val link: String, val server: String?) : DeepLink

    companion object {
        private const val SCHEME = "twinshore"
        private const val MOST_CHARACTERS = 300

        /** None for what is no link of ours: it may come from anybody. */
        fun of(link: Uri, development: Boolean): DeepLink? {
            if (link.scheme != SCHEME) return null
            // How long such a link may be is the core's to say.
            if (link.host == "sign-in") return link.toString().let { SignIn(it, serverOfLink(it, development)) }
            if (link.toString().length > MOST_CHARACTERS) return null
            return when (link.host) {
                "open" -> link.lastPathSegment?.takeIf { name -> name.all { it.isLetterOrDigit() || it == '.' || it == '_' } }?.let(::Open)
                "server" -> serverIn(link).takeIf { development }
                else -> null
            }
        }

        /** What a scanned code wants: whatever is no link of ours is a sign-in that the core refuses with a reason. */
        fun scanned(text: String, development: Boolean): DeepLink = when (val link = of(Uri.parse(text), development)) {
            is Server, is SignIn -> link
            is Open, null -> SignIn(text, null)
        }

        private fun serverIn(link: Uri): Server? {
            val address = link.getQueryParameter("address") ?: return null
            val server = Uri.parse(address)
            return Server(address.trimEnd('/')).takeIf { server.scheme in setOf("http", "https") && !server.host.isNullOrEmpty() }
        }
    }
}
