/** The main server has the history; everything typed comes along by itself. */
export function whenReopening(form: any, previous: any, event: any): void {
  if (form.usedServer === "main" && previous.usedServer === "standalone") message("The history is here now.");
}
