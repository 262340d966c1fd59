package dev.twinshore.app

import android.graphics.Bitmap
import dev.twinshore.testing.MainServer
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.BeforeClass
import org.junit.Test
import org.robolectric.annotation.Config
import java.io.File

/** What `scripts/brand-android` makes of a configuration: resources that Android's own tool takes, and an app that starts with it. */
@Config(application = BrandTest.Branded::class)
class BrandTest : AppTest() {
    @Test
    fun `A1 the first start of an app that brings its configuration along downloads data only`() {
        val before = MainServer.demo.asked("/api/device-bundle")
        hands.waitForTag("user")
        assertTrue(rule.activity.filesDir.resolve("client/packed-bundle.zst").exists())
        hands.type("user", "ann")
        hands.type("password", "demo")
        hands.tapText("Sign in")
        hands.waitForTag("menu")
        hands.open("Catalog.Goods.List")
        hands.waitForText("Coffee")
        assertEquals("the configuration was here already", before, MainServer.demo.asked("/api/device-bundle"))
    }

    @Test
    fun `a name, an address, a colour and an icon lie over the app's own`() {
        val brand = brand("named", "--name", NAME, "--server", "https://main.example.com", "--colour", "#AA3300", "--icon", icon().path)
        val told = linked(brand)
        assertEquals("\"$NAME\"", told.valueOf("string/app_name"))
        assertEquals("\"https://main.example.com\"", told.valueOf("string/main_server"))
        assertEquals("#ffaa3300", told.valueOf("color/brand"))
        assertTrue(told.contains("drawable/brand_icon"))
        assertTrue("the icon is the given one", run("unzip", "-l", APK.path).contains("brand_icon"))
        linked(made)
        assertTrue("the configuration is in the app", run("unzip", "-l", APK.path).contains("assets/packed-bundle.zst"))
        val plain = linked(brand("plain"))
        assertEquals("\"Twinshore\"", plain.valueOf("string/app_name"))
        assertEquals("#00000000", plain.valueOf("color/brand"))
    }

    @Test
    fun `what can't be branded is told, and the brand that was there stays`() {
        val brand = brand("kept", "--name", "Acme")
        val wrong = listOf(
            listOf("--configuration", "/nowhere") to "no configuration",
            listOf("--icon", root.resolve("README.md").path) to "--icon is a PNG",
            listOf("--server", "main.example.com") to "--server is an address",
            listOf("--colour", "red") to "--colour is written like",
            listOf("--colour") to "wants a value",
            listOf("--rebrand", "x") to "usage",
        )
        for ((arguments, said) in wrong) {
            val (code, told) = script(listOf("--into", brand.path) + arguments)
            assertTrue("$arguments: $told", code != 0 && told.contains(said))
        }
        assertTrue(brand.resolve("res/values/brand.xml").readText().contains("Acme"))
    }

    /** What the resources say, as the tool tells it: the value on the line after the resource's. */
    private fun String.valueOf(resource: String): String {
        val lines = lines()
        val at = lines.indexOfFirst { it.trim().endsWith(" $resource") }
        return lines[at + 1].substringAfter("() ").trim()
    }

    /** The app's resources with the brand over them; what is in them. */
    private fun linked(brand: File): String {
        val flat = out.resolve("flat.zip")
        run("aapt2", "compile", "--dir", brand.resolve("res").path, "-o", flat.path)
        val own = libraries.resolve("flat").listFiles()!!.sorted().filter { it.name != "app.zip" } + libraries.resolve("flat/app.zip")
        val overlays = (own + flat).flatMap { listOf("-R", it.path) }
        APK.delete()
        val android = libraries.resolve("org.robolectric.android-all.jar").path
        run("aapt2", "link", "-o", APK.path, "-I", android, "--manifest", libraries.resolve("AndroidManifest.xml").path, "--auto-add-overlay", "-A", brand.resolve("assets").path, *overlays.toTypedArray())
        return run("aapt2", "dump", "resources", APK.path)
    }

    private fun icon(): File = out.resolve("icon.png").also { file ->
        val picture = Bitmap.createBitmap(ICON, ICON, Bitmap.Config.ARGB_8888)
        file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
    }

    /** An app with what the script made of the demo. */
    class Branded : TestApplication() {
        override fun brought() = made.resolve("assets/packed-bundle.zst").inputStream()
    }

    companion object {
        private const val NAME = "@Müller's & \\ <Söhne> \"GmbH\""
        private const val ICON = 432
        private val root = MainServer.root
        private val libraries = root.resolve("android/libraries/target")
        private val out = root.resolve("android/app/target/brand")
        private val APK = out.resolve("branded.apk")

        /** The demo's brand. */
        private val made = out.resolve("demo")

        @BeforeClass
        @JvmStatic
        fun bring() {
            out.mkdirs()
            script(listOf("--into", made.path, "--configuration", "examples/field-sales")).let { (code, said) -> assertEquals(said, 0, code) }
            TestApplication.address = "http://127.0.0.1:${MainServer.demo.port}"
        }

        private fun brand(name: String, vararg arguments: String): File = out.resolve(name).also { into ->
            script(listOf("--into", into.path) + arguments).let { (code, said) -> assertEquals(said, 0, code) }
        }

        private fun script(arguments: List<String>): Pair<Int, String> = ended("scripts/brand-android", *arguments.toTypedArray())

        private fun run(vararg command: String): String = ended(*command).second

        private fun ended(vararg command: String): Pair<Int, String> {
            val process = ProcessBuilder(*command).directory(root).redirectErrorStream(true).start()
            val said = process.inputStream.bufferedReader().readText()
            return process.waitFor() to said
        }
    }
}
