export async function counterpartyChanged(form: any): Promise<void> {
  await form.server.readEarlier();
}

/**
 * A spreadsheet document can't be copied to the new form, so everything else is, and the document is made anew by the server
 * that the new form has. The standard filling is turned off: it would refuse the spreadsheet.
 */
export async function whenReopening(form: any, previous: any, event: any): Promise<void> {
  event.standardProcessing = false;
  await form.fillWhenReopening(previous, { except: ["Earlier"] });
  await form.server.readEarlier();
}
