package dev.twinshore.app

import android.content.Context

/** Certificates of main servers are judged by the device: its own authorities, its owner's, and the network security configuration. */
object SystemCertificates {
    /** Hands the device over to the core, once for the process and before the first client starts. */
    fun use(context: Context) {
        System.loadLibrary("twinshore")
        judge(context.applicationContext)
    }

    @JvmStatic
    private external fun judge(context: Context)
}
