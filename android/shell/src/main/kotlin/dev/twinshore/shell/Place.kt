package dev.twinshore.shell

import androidx.compose.runtime.Immutable
import dev.twinshore.FormEvent

/** Where a value stands, and so where what the person does with it goes: a field of the form, or a cell of a table. */
@Immutable
internal sealed interface Place {
    /** Text being typed is kept under this name. */
    val name: String

    fun text(text: String, version: ULong): FormEvent

    fun check(on: Boolean): FormEvent

    fun choose(choice: String): FormEvent

    fun suggest(text: String): FormEvent

    fun openChoice(): FormEvent

    fun clear(): FormEvent

    fun takeTheirs(): FormEvent

    class Field(private val element: UInt) : Place {
        override val name = "$element"

        override fun text(text: String, version: ULong) = FormEvent.SetText(element, text, version)

        override fun check(on: Boolean) = FormEvent.SetChecked(element, on)

        override fun choose(choice: String) = FormEvent.Choose(element, choice)

        override fun suggest(text: String) = FormEvent.Suggest(element, text)

        override fun openChoice() = FormEvent.OpenChoice(element)

        override fun clear() = FormEvent.Clear(element)

        override fun takeTheirs() = FormEvent.TakeTheirs(element)
    }

    class Cell(private val element: UInt, private val row: String, private val column: String) : Place {
        override val name = "$element/$row/$column"

        override fun text(text: String, version: ULong) = FormEvent.SetCell(element, row, column, text, version)

        // The core reads words as it reads what is typed.
        override fun check(on: Boolean) = text(if (on) "true" else "false", InputVersion.next())

        override fun choose(choice: String) = FormEvent.ChooseCell(element, row, column, choice)

        override fun suggest(text: String) = FormEvent.SuggestCell(element, row, column, text)

        override fun openChoice() = FormEvent.OpenCellChoice(element, row, column)

        override fun clear() = text("", InputVersion.next())

        override fun takeTheirs() = FormEvent.TakeTheirsCell(element, row, column)
    }
}

/** Numbers what is typed. It grows also over restarts of the app, so that a late answer never overwrites what is being typed. */
internal object InputVersion {
    private var last = System.currentTimeMillis().toULong()

    fun next(): ULong = ++last
}
