package dev.twinshore.shell

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/** Line icons, drawn here so that the app carries only what it uses. Configurations name them. */
internal object Icons {
    val add = icon("M12 5v14M5 12h14")
    val alert = icon("M12 4l9 16H3zM12 10v4M12 17h.01")
    val back = icon("M20 12H5M11 6l-6 6 6 6", mirrored = true)
    val calendar = icon("M5 6h14v14H5zM5 10h14M9 3v4M15 3v4")
    val check = icon("M5 13l5 5L20 6")
    val chevron = icon("M9 5l7 7-7 7", mirrored = true)
    val clock = icon("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2")
    val close = icon("M6 6l12 12M18 6L6 18")
    val cloud = icon("M7 18h10a4 4 0 0 0 .6-8A6 6 0 0 0 6.2 9.6 4.3 4.3 0 0 0 7 18z")
    val cloudOff = icon("M7 18h10a4 4 0 0 0 .6-8A6 6 0 0 0 9 7.2M6.2 9.6A4.3 4.3 0 0 0 7 18M4 4l16 16")
    val collapse = icon("M6 15l6-6 6 6")
    val document = icon("M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5")
    val down = icon("M12 5v14M6 13l6 6 6-6")
    val draft = icon("M4 20h4L19 9l-4-4L4 16zM13 7l4 4")
    val expand = icon("M6 9l6 6 6-6")
    val eye = icon("M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z")
    val eyeOff = icon("M4 4l16 16M10 6.3A9 9 0 0 1 12 6c5.5 0 9 6 9 6a16 16 0 0 1-2.6 3.2M6.5 7.8A15 15 0 0 0 3 12s3.5 6 9 6a9 9 0 0 0 4-1")
    val folder = icon("M3 7h7l2 2h9v10H3z")
    val home = icon("M4 5h6v6H4zM14 5h6v6h-6zM4 15h6v5H4zM14 15h6v5h-6z")
    val info = icon("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01")
    val list = icon("M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01")
    val filter = icon("M4 6h16M7 12h10M10 18h4")
    val lock = icon("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3")
    val more = icon("M12 5.5h.01M12 12h.01M12 18.5h.01", width = 2.6f)
    val person = icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20a7 7 0 0 1 14 0")
    val phone = icon("M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2")
    val remove = icon("M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5")
    val search = icon("M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4")
    val share = icon("M12 15V4M8 8l4-4 4 4M5 12v8h14v-8")
    val signal = icon("M5 18v-3M10 18v-6M15 18V9M20 18V5")
    val signOut = icon("M10 4H5v16h5M15 8l4 4-4 4M19 12H9", mirrored = true)
    val sort = icon("M7 5v14M4 16l3 3 3-3M13 6h8M13 11h6M13 16h4")
    val sync = icon("M5 12a7 7 0 0 1 12-5l2 2M19 12a7 7 0 0 1-12 5l-2-2M19 5v4h-4M5 19v-4h4")
    val up = icon("M12 19V5M6 11l6-6 6 6")
    val upload = icon("M12 16V5M7 9l5-5 5 5M5 19h14")

    private val byName = mapOf(
        "box" to icon("M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8"),
        "calendar" to calendar,
        "cart" to icon("M4 5h2l2 10h9l2-7H7M9 20h.01M16 20h.01"),
        "chart" to icon("M12 3v9h9M20 15a9 9 0 1 1-11-11.5"),
        "document" to document,
        "folder" to folder,
        "list" to list,
        "map" to icon("M12 21s7-6 7-11a7 7 0 1 0-14 0c0 5 7 11 7 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"),
        "people" to icon("M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19a6 6 0 0 1 12 0M16 5.5a3 3 0 0 1 0 5.5M17.5 14a6 6 0 0 1 3.5 5"),
        "person" to person,
        "settings" to icon("M4 7h9M17 7h3M4 12h3M11 12h9M4 17h9M17 17h3M15 5v4M9 10v4M15 15v4"),
    )

    /** The icon a configuration names; a list for a name that is not known. */
    fun named(name: String): ImageVector = byName[name] ?: list

    private fun icon(path: String, mirrored: Boolean = false, width: Float = 1.8f): ImageVector =
        ImageVector.Builder(
            defaultWidth = SIZE.dp,
            defaultHeight = SIZE.dp,
            viewportWidth = SIZE,
            viewportHeight = SIZE,
            autoMirror = mirrored,
        ).addPath(
            pathData = addPathNodes(path),
            stroke = SolidColor(Color.Black),
            strokeLineWidth = width,
            strokeLineCap = StrokeCap.Round,
            strokeLineJoin = StrokeJoin.Round,
        ).build()

    private const val SIZE = 24f
}
