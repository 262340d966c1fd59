export function posting(document: any): void {
  //#if !MobileApplicationServer
  if (document.Note === "refuse me") throw new Error("The main server does not post this paper.");
  //#endif
}
