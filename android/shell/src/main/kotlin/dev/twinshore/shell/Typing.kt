package dev.twinshore.shell

import androidx.compose.foundation.text.input.InputTransformation
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.Stable
import androidx.compose.runtime.State
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.snapshotFlow
import dev.twinshore.ElementView

/**
 * Text being typed into one field. The field shows what was typed last until the core has seen that very text; and while it has the
 * focus, until the core's text is another than its answer to what was typed: "2" must not become "2.000" under the person's fingers.
 */
@Stable
internal class Typing(private var known: String) {
    val field = TextFieldState(known)

    private var version = 0uL
    private var answer: String? = null

    /** Lets the field show what the core has now, unless the person's own text stays. */
    fun settle(text: String, seen: ULong, focused: Boolean) {
        if (version > seen) return
        if (focused && version != 0uL) {
            if (answer == text) return
            if (answer == null) return run { answer = text }
            answer = text
        }
        known = text
        if (!field.text.contentEquals(text)) field.setTextAndPlaceCursorAtEnd(text)
    }

    /** Tells of a text that the core does not know yet, with the version to send it under. */
    fun type(text: String, send: (ULong) -> Unit) {
        if (text == known) return
        known = text
        answer = null
        version = InputVersion.next()
        send(version)
    }

    /** What stands there now is the core's. */
    fun forget() {
        version = 0uL
    }
}

/** Follows the core's text for the field, so that the field itself need not be composed anew with it. */
@Composable
internal fun Settling(typing: Typing, focused: State<Boolean>, now: () -> ElementView) {
    val view = now()
    val inside = focused.value
    SideEffect { typing.settle(view.text, view.inputVersion, inside) }
}

/** Sends each text, with its version, while it is being put into the field, not a frame later: it is not lost whatever comes next. */
@Composable
internal fun rememberSending(typing: Typing, send: (String, ULong) -> Unit): InputTransformation {
    val current by rememberUpdatedState(send)
    val tell = remember(typing) { { text: String -> typing.type(text) { version -> current(text, version) } } }
    // Undoing, as keyboards can, passes over the transformation.
    LaunchedEffect(tell) { snapshotFlow { "${typing.field.text}" }.collect(tell) }
    return remember(tell) { InputTransformation { tell("${asCharSequence()}") } }
}
