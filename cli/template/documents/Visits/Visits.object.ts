/** A posted visit has a result. */
export function posting(visit: Item<"Document.Visits">): void {
  if (!visit.Result) throw new Error(session.language === "ru" ? "Укажите итог визита." : "Say how the visit ended.");
}
