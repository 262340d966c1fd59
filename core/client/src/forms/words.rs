//! Texts of the platform's own commands and hints, in English and Russian.

const WORDS: [(&str, &str, &str); 30] = [
    ("new", "new", "новый"),
    ("needs-connection", "Needs connection", "Нужна связь"),
    ("write", "Save", "Записать"),
    ("writeAndClose", "Save and close", "Записать и закрыть"),
    ("post", "Post", "Провести"),
    ("unpost", "Unpost", "Отменить проведение"),
    ("postAndClose", "Post and close", "Провести и закрыть"),
    ("close", "Close", "Закрыть"),
    ("reread", "Reread", "Перечитать"),
    ("create", "New", "Создать"),
    ("createGroup", "New group", "Создать группу"),
    ("copy", "Copy", "Скопировать"),
    ("markDeletion", "Mark for deletion", "Пометить на удаление"),
    ("refresh", "Refresh", "Обновить"),
    ("openOffline", "Open offline", "Открыть автономно"),
    ("openFromMainServer", "Open from main server", "Открыть с основного сервера"),
    ("save", "Save", "Записать"),
    ("discard", "Discard", "Не сохранять"),
    ("cancel", "Cancel", "Отмена"),
    ("keep-draft", "Keep as draft", "Оставить черновик"),
    (
        "unsaved",
        "This form has unsaved changes. What shall become of them?",
        "В форме есть несохранённые изменения. Что с ними сделать?",
    ),
    ("select-row", "Select a row first.", "Сначала выберите строку."),
    ("saved", "Saved.", "Записано."),
    ("kept-draft", "Kept as a draft; you find it in the menu.", "Сохранено как черновик; он в меню."),
    ("kept-again", "There is room again: what you typed is kept.", "Место снова есть: введённое сохранено."),
    (
        "first-sign-in",
        "The first sign-in on this device needs a connection with the main server.",
        "Первый вход возможен только со связью с основным сервером.",
    ),
    (
        "strange-answer",
        "The main server was not reached: something else answered in its place. If this Wi-Fi has a sign-in page of its own, open it in a browser first.",
        "Основной сервер не отвечает: вместо него ответил кто-то другой. Если у этой сети Wi-Fi есть своя страница входа, сначала откройте её в браузере.",
    ),
    (
        "no-connection",
        "No connection with the main server. You can go on with everything that is on this device.",
        "Нет связи с основным сервером. Можно работать со всем, что есть на устройстве.",
    ),
    (
        "offline-mode",
        "You work offline. Switch to Normal to use the main server.",
        "Вы работаете автономно. Для основного сервера включите обычный режим.",
    ),
    (
        "form-unavailable",
        "This form is from the main server, which can't be reached. Your text is kept.",
        "Форма с основного сервера, а он недоступен. Ваш текст сохранён.",
    ),
];

/// A text; the key itself if there is none.
pub fn say<'k>(language: &str, key: &'k str) -> &'k str {
    match WORDS.iter().find(|(k, _, _)| *k == key) {
        Some((_, english, russian)) => {
            if language.starts_with("ru") {
                russian
            } else {
                english
            }
        }
        None => key,
    }
}
