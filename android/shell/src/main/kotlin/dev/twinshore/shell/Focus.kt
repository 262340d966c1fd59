package dev.twinshore.shell

import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.Stable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester

/**
 * The element that the person was in when the form was drawn anew: after a reopening (F13), after the menu, after a turn of the
 * device. It is scrolled to and gets the focus once.
 */
@Stable
internal class StartFocus(private var wanted: UInt?) {
    fun isFor(element: UInt): Boolean = wanted == element

    fun isUnder(element: ElementState, form: FormState): Boolean {
        val there = wanted ?: return false
        return element.id == there || form.childrenOf(element.id).any { isUnder(it, form) }
    }

    fun taken() {
        wanted = null
    }
}

/** The field gets the focus if the person was in it. */
@Composable
internal fun Modifier.startFocus(element: UInt, place: Place, drawing: Drawing): Modifier {
    if (place !is Place.Field) return this
    val requester = remember { FocusRequester() }
    LaunchedEffect(drawing.focus) {
        if (drawing.focus.isFor(element)) {
            drawing.focus.taken()
            requester.requestFocus()
        }
    }
    return focusRequester(requester)
}

/** Scrolls to what the person was in. */
@Composable
internal fun ScrollToFocus(elements: List<ElementState>, drawing: Drawing, state: LazyListState) {
    LaunchedEffect(drawing.focus) {
        var at = 0
        for (element in elements) {
            if (drawing.focus.isUnder(element, drawing.form)) return@LaunchedEffect state.scrollToItem(at)
            at += itemsOf(element)
        }
    }
}
