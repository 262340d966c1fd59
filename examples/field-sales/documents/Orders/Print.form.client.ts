export function onOpen(form: any): void {
  if (form.parameters.order) form.title = String(form.parameters.order);
}

/** The sheet can't be copied, and need not be: the new form's server has made it anew. */
export function whenReopening(form: any, previous: any, event: any): void {
  event.standardProcessing = false;
}
