package dev.twinshore.testing

import java.io.Closeable
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketException
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.thread
import kotlin.concurrent.withLock

/**
 * The way between a client and the main server: real connections that pass, wait or break.
 *
 * The client has this link's address and knows nothing of it.
 */
class Link(private val port: Int) : Closeable {
    private val entrance = ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())
    private val open = CopyOnWriteArrayList<Socket>()

    @Volatile
    private var state = State.Good

    /** How long each answer waits on a slow link. */
    @Volatile
    var delayMs = 0L

    private val gate = ReentrantLock()
    private val opened = gate.newCondition()
    private var held = false

    val url: String get() = "http://127.0.0.1:${entrance.localPort}"

    private enum class State { Good, Lost }

    init {
        thread(isDaemon = true, name = "link") {
            while (!entrance.isClosed) {
                val near = try {
                    entrance.accept()
                } catch (_: SocketException) {
                    break
                }
                if (state == State.Lost) reset(near) else pass(near)
            }
        }
    }

    /** Open connections are reset and new ones refused. */
    fun cut() {
        state = State.Lost
        open.forEach(::reset)
        open.clear()
    }

    fun restore() {
        delayMs = 0
        state = State.Good
    }

    /** Answers wait from now on, however long, until they are let through. */
    fun hold() = gate.withLock { held = true }

    fun letThrough() = gate.withLock {
        held = false
        opened.signalAll()
    }

    override fun close() {
        entrance.close()
        cut()
        letThrough()
    }

    private fun pass(near: Socket) {
        val far = try {
            Socket(InetAddress.getLoopbackAddress(), port)
        } catch (_: IOException) {
            return reset(near)
        }
        open += listOf(near, far)
        pump(near.getInputStream(), far.getOutputStream(), delayed = false) { end(near, far) }
        pump(far.getInputStream(), near.getOutputStream(), delayed = true) { end(near, far) }
    }

    private fun end(near: Socket, far: Socket) {
        open -= setOf(near, far)
        near.close()
        far.close()
    }

    private fun pump(from: InputStream, to: OutputStream, delayed: Boolean, ended: () -> Unit) {
        thread(isDaemon = true, name = "link pump") {
            val buffer = ByteArray(BUFFER_BYTES)
            try {
                while (true) {
                    val read = from.read(buffer)
                    if (read < 0) break
                    // This is the slowness of the link itself, not a wait for something.
                    if (delayed && delayMs > 0) Thread.sleep(delayMs)
                    if (delayed) gate.withLock { while (held) opened.await() }
                    to.write(buffer, 0, read)
                    to.flush()
                }
            } catch (_: IOException) {
                // The other side ended; so does this one.
            }
            ended()
        }
    }

    private fun reset(socket: Socket) {
        try {
            socket.setSoLinger(true, 0)
            socket.close()
        } catch (_: IOException) {
            // It was closed already.
        }
    }

    private companion object {
        const val BACKLOG = 64
        const val BUFFER_BYTES = 64 * 1024
    }
}
