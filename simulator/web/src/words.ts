// Texts of the phone's own frame; everything else comes from the client in the person's language.

/** By language; a word that one lacks does not compile. */
export const words = {
  en: {
    open: "Open", back: "Menu", search: "Search", signIn: "Sign in", name: "Name", password: "Password", retry: "Try again",
    openOffline: "Open offline", openFromMain: "Open from main server", close: "Close", main: "main server", standalone: "this device",
    normal: "Normal", offline: "Offline", poorConnection: "Poor connection", mode: "Mode", keep: "Keep", pending: "to send",
    drafts: "Unsaved text", takeDraft: "Go on", discard: "Discard", attention: "Needs attention", forms: "Open forms",
    leftBehind: "Left behind, it does not exist here:", conflict: "Changed on the other server too:", take: "Take",
    addRow: "Add row", remove: "Remove", choose: "Choose", clear: "Clear", loading: "Loading…",
    empty: "Nothing here yet", up: "Up", top: "All", off: "The app is not running", signOut: "Sign out", exchange: "Exchange now",
    unavailable: "Unavailable", working: "Working…",
    pin: "PIN", newPin: "Choose a PIN", keepPin: "Keep the PIN", withoutPin: "Work without a PIN", unlock: "Unlock",
    clearFilter: "Show all again", likeChosen: "Only rows like the chosen one", finger: "Finger or face", otherUser: "Another user", cancel: "Cancel",
    updateWaits: "A new version of the app waits.", updateNow: "Update now",
    more: "More", standardPeriod: "Standard period",
    byLink: "I have a sign-in link", link: "Link", signInByLink: "Sign in by the link",
    notices: "Notices", camera: "Camera", scanner: "Reading a code", place: "Where the phone is", dialler: "Phone call", share: "For another app",
    refuse: "Don't allow", noDevice: "This phone has none", drawnPicture: "Take the drawn picture", pictureFile: "Or a picture file",
    noPicture: "This file is no picture. Choose another one.", codeText: "Text of the code", latitude: "Degrees north", longitude: "Degrees east",
    placeHarbour: "Tallinn harbour", placeTown: "London", placeSouth: "Sydney",
  },
  ru: {
    open: "Открыть", back: "Меню", search: "Поиск", signIn: "Войти", name: "Имя", password: "Пароль", retry: "Повторить",
    openOffline: "Открыть автономно", openFromMain: "Открыть с основного сервера", close: "Закрыть", main: "основной сервер",
    standalone: "это устройство", normal: "Обычный", offline: "Автономный", poorConnection: "Плохая связь", mode: "Режим",
    keep: "Оставить", pending: "к отправке", drafts: "Несохранённый текст", takeDraft: "Продолжить", discard: "Отбросить",
    attention: "Требует внимания", forms: "Открытые формы", leftBehind: "Не перенесено, здесь этого нет:",
    conflict: "Изменено и на другом сервере:", take: "Взять", addRow: "Добавить строку",
    remove: "Удалить", choose: "Выбрать", clear: "Очистить", loading: "Загрузка…", empty: "Пока ничего нет", up: "Вверх",
    top: "Все", off: "Приложение не запущено", signOut: "Выйти", exchange: "Обменяться сейчас",
    unavailable: "Недоступно", working: "Выполняется…",
    pin: "ПИН-код", newPin: "Задайте ПИН-код", keepPin: "Сохранить ПИН-код", withoutPin: "Работать без ПИН-кода",
    unlock: "Разблокировать", clearFilter: "Показать все", likeChosen: "Только строки как выбранная", finger: "Палец или лицо", otherUser: "Другой пользователь", cancel: "Отмена",
    updateWaits: "Есть новая версия приложения.", updateNow: "Обновить сейчас",
    more: "Ещё", standardPeriod: "Стандартный период",
    byLink: "У меня есть ссылка для входа", link: "Ссылка", signInByLink: "Войти по ссылке",
    notices: "Уведомления", camera: "Камера", scanner: "Чтение кода", place: "Где телефон", dialler: "Звонок", share: "Для другого приложения",
    refuse: "Не разрешать", noDevice: "На телефоне этого нет", drawnPicture: "Снять нарисованное", pictureFile: "Или файл картинки",
    noPicture: "Этот файл не картинка. Выберите другой.", codeText: "Текст кода", latitude: "Градусы северной широты", longitude: "Градусы восточной долготы",
    placeHarbour: "Таллинская гавань", placeTown: "Лондон", placeSouth: "Сидней",
  },
} as const;

export type Word = keyof (typeof words)["en"];

export const languages = Object.keys(words) as (keyof typeof words)[];

export function word(language: string, key: Word): string {
  return words[languages.find((own) => language.startsWith(own)) ?? "en"][key];
}
