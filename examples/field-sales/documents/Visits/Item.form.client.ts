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

function noted(form: any, text: string): void {
  form.Note = form.Note ? `${form.Note}\n${text}` : text;
}

/** Where the seller is. Who does not allow it is told by the platform. */
export async function here(form: any): Promise<void> {
  const place = await Device.locate();
  if (place) noted(form, `${place.latitude}, ${place.longitude}`);
}

export async function photo(form: any): Promise<void> {
  const taken = await Device.takePhoto();
  if (taken) form.Photo = taken;
}

export async function scan(form: any): Promise<void> {
  const code = await Device.scanBarcode();
  if (code) noted(form, code);
}

export async function remind(form: any): Promise<void> {
  await Device.notify(form.title, form.Note);
}
