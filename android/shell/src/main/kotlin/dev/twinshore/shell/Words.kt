package dev.twinshore.shell

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import dev.twinshore.ModeView

/** Texts of the app's own frame in one language; everything else comes from the core in the person's language. */
class Words(
    val add: String,
    val attention: String,
    val attentionNone: String,
    val back: String,
    val calls: String,
    val cancel: String,
    val changedThereToo: String,
    val choose: String,
    val chooseDate: String,
    val chooseTime: String,
    val clear: String,
    val close: String,
    val conflict: String,
    val connected: String,
    val couldNotStart: String,
    val diagnosis: String,
    val discard: String,
    val done: String,
    val down: String,
    val drafts: String,
    val draftsHint: String,
    val empty: String,
    val exchange: String,
    val exchangeNow: String,
    val exchangeRuns: String,
    val filter: String,
    val filterHint: String,
    val fingerOrFace: String,
    val goOn: String,
    val group: String,
    val hidePassword: String,
    val home: String,
    val keep: String,
    val keepPin: String,
    val language: String,
    val lastExchange: String,
    val leftBehind: String,
    val loading: String,
    val mainServer: String,
    val marked: String,
    val menu: String,
    val mode: String,
    val modeNormal: String,
    val modeNormalHint: String,
    val modeOffline: String,
    val modeOfflineHint: String,
    val modePoor: String,
    val modePoorHint: String,
    val modified: String,
    val more: String,
    val name: String,
    val never: String,
    val newPin: String,
    val noCamera: String,
    val noCode: String,
    val noConnection: String,
    val noPicture: String,
    val nothingOpen: String,
    val nothingToSend: String,
    val open: String,
    val openForms: String,
    val openFromMain: String,
    val openOffline: String,
    val otherUser: String,
    val password: String,
    val pin: String,
    val posted: String,
    val remove: String,
    val required: String,
    val row: String,
    val scanCode: String,
    val search: String,
    val showPassword: String,
    val signIn: String,
    val signInHint: String,
    val signOut: String,
    val slowLink: String,
    val sort: String,
    val takeTheirs: String,
    val thisDevice: String,
    val toEnd: String,
    val toSend: String,
    val toStart: String,
    val top: String,
    val tryAgain: String,
    val unavailable: String,
    val unlock: String,
    val up: String,
    val updateNow: String,
    val updateWaits: String,
    val withoutPin: String,
    val working: String,
) {
    fun of(mode: ModeView): String = when (mode) {
        ModeView.NORMAL -> modeNormal
        ModeView.OFFLINE -> modeOffline
        ModeView.POOR_CONNECTION -> modePoor
    }

    fun hintOf(mode: ModeView): String = when (mode) {
        ModeView.NORMAL -> modeNormalHint
        ModeView.OFFLINE -> modeOfflineHint
        ModeView.POOR_CONNECTION -> modePoorHint
    }

    companion object {
        fun of(language: String): Words = if (language.startsWith("ru")) russian else english

        private val english = Words(
            add = "Add row", attention = "Needs attention", attentionNone = "Nothing needs attention", back = "Back",
            calls = "Which server took each call", cancel = "Cancel", choose = "Choose", chooseDate = "Choose a date",
            chooseTime = "Choose a time", clear = "Clear", close = "Close", conflict = "On the other server:", connected = "Connected",
            discard = "Discard", done = "Done", down = "Move down", drafts = "Unsaved text",
            draftsHint = "Kept when the app was closed", empty = "Nothing here yet", exchange = "Exchange", exchangeNow = "Exchange now",
            exchangeRuns = "Exchanging…", goOn = "Go on", group = "Group", hidePassword = "Hide the password", keep = "Keep",
            language = "Language", lastExchange = "Last exchange", leftBehind = "Left behind, it does not exist here:",
            loading = "Loading…", mainServer = "Main server", menu = "Menu", mode = "Mode", modeNormal = "Normal",
            modeNormalHint = "Each thing works where it was made to; without a connection, on this device.", modeOffline = "Offline",
            modeOfflineHint = "Everything works on this device; nothing is sent or received.", modePoor = "Poor connection",
            modePoorHint = "What is on this device works here; the rest uses the connection.", modified = "Unsaved changes",
            more = "More", name = "Name", never = "never", noConnection = "No connection", nothingOpen = "Choose something in the menu",
            nothingToSend = "Everything is sent", open = "Open", openForms = "Open forms", openFromMain = "Open from main server",
            openOffline = "Open offline", password = "Password", posted = "Posted", remove = "Remove row",
            required = "required", row = "Row", search = "Search", showPassword = "Show the password", signIn = "Sign in",
            signInHint = "The first time needs a connection.", signOut = "Sign out", slowLink = "Slow connection", sort = "Sort",
            takeTheirs = "Take", thisDevice = "This device", toEnd = "To the end", toSend = "To send", toStart = "To the start", top = "All", tryAgain = "Try again",
            updateNow = "Update now", updateWaits = "A new version of the app waits.",
            unavailable = "Unavailable", up = "Move up", working = "Working…",
            fingerOrFace = "Finger or face", keepPin = "Keep the PIN", newPin = "Choose a PIN", otherUser = "Another user",
            scanCode = "Scan a sign-in code", couldNotStart = "The app could not start", marked = "Marked for deletion",
            noCode = "No code was found in the picture. Hold the phone so that the whole code is in it, sharp and without glare.",
            noPicture = "The picture could not be taken. If the phone has little room left, free some, and try again.",
            noCamera = "This phone has no camera that can scan. Sign in with your name and password, or open the link on this phone.",
            changedThereToo = "Changed on the other server too", diagnosis = "Send a diagnosis file", filter = "Filter",
            filterHint = "Choose a row by a long touch first.", home = "Home",
            pin = "PIN", unlock = "Unlock", withoutPin = "Work without a PIN",
        )

        private val russian = Words(
            add = "Добавить строку", attention = "Требует внимания", attentionNone = "Ничего не требует внимания", back = "Назад",
            calls = "Какой сервер ответил на вызов", cancel = "Отмена", choose = "Выбрать", chooseDate = "Выбрать дату",
            chooseTime = "Выбрать время", clear = "Очистить", close = "Закрыть", conflict = "На другом сервере:",
            connected = "Есть связь", discard = "Отбросить", done = "Готово", down = "Переместить вниз", drafts = "Несохранённый текст",
            draftsHint = "Сохранён при закрытии приложения", empty = "Пока ничего нет", exchange = "Обмен",
            exchangeNow = "Обменяться сейчас", exchangeRuns = "Идёт обмен…", goOn = "Продолжить", group = "Группа",
            hidePassword = "Скрыть пароль", keep = "Оставить", language = "Язык", lastExchange = "Последний обмен",
            leftBehind = "Не перенесено, здесь этого нет:", loading = "Загрузка…", mainServer = "Основной сервер", menu = "Меню",
            mode = "Режим", modeNormal = "Обычный",
            modeNormalHint = "Всё работает там, где задумано; без связи — на этом устройстве.", modeOffline = "Автономный",
            modeOfflineHint = "Всё работает на этом устройстве; ничего не отправляется и не принимается.", modePoor = "Плохая связь",
            modePoorHint = "Что есть на устройстве, работает здесь; остальное — через связь.", modified = "Есть несохранённое",
            more = "Ещё", name = "Имя", never = "никогда", noConnection = "Нет связи", nothingOpen = "Выберите что-нибудь в меню",
            nothingToSend = "Всё отправлено", open = "Открыть", openForms = "Открытые формы",
            openFromMain = "Открыть с основного сервера", openOffline = "Открыть автономно", password = "Пароль",
            posted = "Проведён", remove = "Удалить строку", required = "обязательно", row = "Строка",
            search = "Поиск", showPassword = "Показать пароль", signIn = "Войти",
            signInHint = "Первый вход требует связи.", signOut = "Выйти", slowLink = "Медленная связь", sort = "Сортировка",
            takeTheirs = "Взять", thisDevice = "Это устройство", toEnd = "В конец", toSend = "К отправке", toStart = "В начало", top = "Все", tryAgain = "Повторить",
            updateNow = "Обновить сейчас", updateWaits = "Есть новая версия приложения.",
            unavailable = "Недоступно", up = "Переместить вверх", working = "Выполняется…",
            fingerOrFace = "Палец или лицо", keepPin = "Сохранить ПИН-код", newPin = "Задайте ПИН-код", otherUser = "Другой пользователь",
            scanCode = "Сканировать код для входа", couldNotStart = "Приложение не запустилось", marked = "Пометка удаления",
            noCode = "На снимке не найден код. Держите телефон так, чтобы код был виден целиком, чётко и без бликов.",
            noPicture = "Снимок не получился. Если на телефоне мало места, освободите его и попробуйте ещё раз.",
            noCamera = "На этом телефоне нет камеры для сканирования. Войдите по имени и паролю или откройте ссылку на этом телефоне.",
            changedThereToo = "Изменено и на другом сервере", diagnosis = "Отправить файл диагностики", filter = "Отбор",
            filterHint = "Сначала выберите строку долгим нажатием.", home = "Начало",
            pin = "ПИН-код", unlock = "Разблокировать", withoutPin = "Работать без ПИН-кода",
        )
    }
}

internal val LocalWords = staticCompositionLocalOf { Words.of("en") }

internal val words: Words
    @Composable @ReadOnlyComposable
    get() = LocalWords.current
