/** The main server has the history; everything typed comes along by itself. */
export function whenReopening(form: any, previous: any, event: any): void {
  if (form.usedServer === "main" && previous.usedServer === "standalone") message("The history is here now.");
}

/** The phone's dialler takes the number; the person starts the call. */
export async function call(form: any): Promise<void> {
  if (!form.Phone) return message(session.language === "ru" ? "Телефон не указан." : "There is no phone number.");
  await Device.dial(form.Phone);
}
