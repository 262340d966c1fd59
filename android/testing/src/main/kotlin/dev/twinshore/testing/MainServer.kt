package dev.twinshore.testing

import java.io.Closeable
import java.io.File
import java.nio.file.Files
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/**
 * A real main server over the demo's configuration and data, as a process of its own on a free port.
 *
 * It is ready when it says where it listens, and it ends with [close] or with this JVM, whichever comes first.
 */
class MainServer private constructor(private val process: Process, val port: Int, val folder: File, private val configuration: String) : Closeable {
    override fun close() {
        process.destroy()
        if (!process.waitFor(END_S, TimeUnit.SECONDS)) process.destroyForcibly().waitFor()
        folder.deleteRecursively()
    }

    /** Adds a person, as an operator does. */
    fun addUser(name: String, password: String, language: String, vararg roles: String) {
        val role = roles.flatMap { listOf("--role", it) }
        run(listOf("user", "add", configuration, name, "--database", database(folder), "--password", password, "--language", language) + role)
    }

    /** A link that signs a person in once, as an operator gives it out; phones reach this server at [address]. */
    fun invite(name: String, address: String): Invitation {
        val said = run(listOf("user", "invite", configuration, name, "--database", database(folder), "--server", address)).lines()
        return Invitation(said.first { it.startsWith("twinshore://") }, said.filter { line -> line.any { it in BLOCKS } })
    }

    /** The link, and the code of it as it stands in a terminal: a character is two squares, one above the other. */
    class Invitation(val link: String, private val drawn: List<String>) {
        val width: Int get() = drawn.first().length
        val height: Int get() = drawn.size * 2

        /** Whether a square is drawn in the colour of the letters. */
        fun isDrawn(x: Int, y: Int): Boolean = drawn[y / 2][x] in (if (y % 2 == 0) UPPER else LOWER)
    }

    /** Writes what devices download of the configuration, as a branded app brings it along. */
    fun pack(file: File) {
        run(listOf("pack", configuration, file.path))
    }

    /** How often devices asked for something so far. */
    fun asked(path: String): Int = folder.resolve("serve.log").readText().split("path=\"$path").size - 1

    companion object {
        /** What does not happen within this time does not happen. */
        private const val READY_S = 120L
        private const val END_S = 10L
        private const val UPPER = "█▀"
        private const val LOWER = "█▄"
        private const val BLOCKS = "█▀▄"
        private const val DEMO = "examples/field-sales"
        private const val SHOWCASE = "android/testing/showcase"
        private val COUNTRIES = listOf("DE", "EE", "FI", "NO", "PT")

        val root: File = File(System.getProperty("twinshore.root") ?: error("start the tests by scripts/kotlin")).canonicalFile
        private val command: File = File(System.getProperty("twinshore.bin") ?: error("start the tests by scripts/kotlin")).canonicalFile

        /** With the demo's data: users ann (Seller) and bob (Seller, Manager), password `demo`. One for all tests of a JVM. */
        val demo: MainServer by lazy { start() }

        /** With every kind of element and every type of attribute; users ann and bob, password `demo-1`. One for all tests of a JVM. */
        val showcase: MainServer by lazy { serveShowcase(folder()) }
        const val SHOWCASE_PASSWORD = "demo-1"

        /** The same with [PLACES] places, which stay on the main server: `Place 000001` and so on. One for all tests of a JVM. */
        val places: MainServer by lazy {
            val folder = folder()
            val table = folder.resolve("places.csv")
            table.bufferedWriter().use { rows ->
                rows.appendLine("Description,Country")
                for (at in 1..PLACES) rows.appendLine("${placeName(at)},${COUNTRIES[at % COUNTRIES.size]}")
            }
            run(listOf("import", "csv", SHOWCASE, table.path, "--object", "Catalog.Places", "--database", database(folder)))
            serveShowcase(folder)
        }
        const val PLACES = 140_000

        fun placeName(at: Int): String = "Place %06d".format(at)

        /** Starts one with the demo's data. */
        fun start(): MainServer = folder().let { folder ->
            fill(folder)
            serve(DEMO, folder)
        }

        private fun serveShowcase(folder: File): MainServer = serve(SHOWCASE, folder).apply {
            for (name in listOf("ann", "bob")) addUser(name, SHOWCASE_PASSWORD, "en", "Tester")
        }

        private fun folder(): File = Files.createTempDirectory("twinshore-main").toFile()

        private fun serve(configuration: String, folder: File): MainServer {
            val process = program(listOf("serve", configuration, "--database", database(folder), "--port", "0"))
                .redirectError(folder.resolve("serve.log"))
                .start()
            Runtime.getRuntime().addShutdownHook(
                Thread {
                    process.destroyForcibly()
                    folder.deleteRecursively()
                },
            )
            return try {
                val said = waitFor(process, Regex("listening on http://[^ ]*:(\\d+)"), folder.resolve("serve.log"))
                MainServer(process, said.groupValues[1].toInt(), folder, configuration)
            } catch (failed: IllegalStateException) {
                process.destroyForcibly()
                throw failed
            }
        }

        private fun database(folder: File): String = folder.resolve("main.db").path

        /** Lets the demo make its data: users, goods, customers, orders. */
        private fun fill(folder: File) {
            val log = folder.resolve("demo.log")
            val demo = program(listOf("demo", "--directory", folder.path, "--port", "0")).redirectError(log).start()
            try {
                waitFor(demo, Regex("simulator on"), log)
            } finally {
                val phones = demo.descendants().toList()
                demo.destroy()
                phones.forEach { it.destroy() }
                demo.waitFor()
            }
        }

        /** Reads what a process says until it says what is waited for. */
        private fun waitFor(process: Process, what: Regex, log: File): MatchResult {
            val ready = CountDownLatch(1)
            thread(isDaemon = true, name = "process watch") {
                if (!ready.await(READY_S, TimeUnit.SECONDS)) process.destroyForcibly()
            }
            val lines = process.inputStream.bufferedReader()
            while (true) {
                val line = lines.readLine() ?: error("twinshore ended: ${log.readText()}")
                val found = what.find(line) ?: continue
                ready.countDown()
                // Whatever it says later must not fill the pipe; that ends when the process does.
                thread(isDaemon = true, name = "process output") { runCatching { lines.forEachLine { } } }
                return found
            }
        }

        private fun program(arguments: List<String>): ProcessBuilder {
            check(command.canExecute()) { "$command is missing: run `cargo build --package twinshore`" }
            return ProcessBuilder(listOf(command.path) + arguments).directory(root).apply { environment()["NO_COLOR"] = "1" }
        }

        private fun run(arguments: List<String>): String {
            val process = program(arguments).redirectErrorStream(true).start()
            val said = process.inputStream.bufferedReader().readText()
            check(process.waitFor() == 0) { "twinshore ${arguments.joinToString(" ")}: $said" }
            return said
        }
    }
}
