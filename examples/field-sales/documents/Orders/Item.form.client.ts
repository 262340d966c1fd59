/** The person scans or types; what the form can't tell the new one by itself is carried by hand. */
let hints = 0;

export async function onOpen(form: any): Promise<void> {
  if (form.Counterparty) form.Hint = await form.server.hint();
}

export async function counterpartyChanged(form: any): Promise<void> {
  form.Hint = form.Counterparty ? await form.server.hint() : "";
  hints += 1;
}

export async function lineChanged(form: any, event: any): Promise<void> {
  const line = form.Lines[event.row];
  if (event.column === "Goods" && line.Goods) line.Price = await Totals.priceOf(line.Goods);
  recount(form);
}

export function recount(form: any): void {
  for (const line of form.Lines) line.Sum = line.Quantity.mul(line.Price).round(2);
  form.Total = form.Lines.sum("Sum");
}

/** Asks the main server whatever server the form has; says what is missing when it can't be asked. */
export async function askPrice(form: any): Promise<void> {
  const line = form.Lines[0];
  if (!line?.Goods) return message("Add a line first.");
  const price = await MainServer.Prices.current(line.Goods);
  message(`${line.Goods}: ${price}`);
}

/** What is printed or sent is what is saved. */
async function saved(form: any): Promise<boolean> {
  if (form.isNew || form.modified) await form.write();
  return !form.isNew;
}

export async function printOrder(form: any): Promise<void> {
  if (await saved(form)) await openForm("Document.Orders.Print", { parameters: { order: form.key }, server: form.usedServer });
}

export async function sendOrder(form: any): Promise<void> {
  const lines = Array.from(form.Lines, (line: any) => `${line.Goods} × ${line.Quantity} = ${line.Sum}`);
  await Device.share([form.title, ...lines, String(form.Total)].join("\n"));
}

export async function callCustomer(form: any): Promise<void> {
  const phone = form.Counterparty ? await form.server.phone() : "";
  if (phone) await Device.dial(phone);
  else message("No telephone number is known. Choose a customer who has one.");
}

/** An order that nobody has typed into goes over by itself; one that is being typed waits for the person. */
export function ifMainServerAvailabilityChanged(form: any, event: any): void {
  if (!event.available && form.usedServer === "main" && !form.modified && !form.isNew) form.reopen();
}

export function beforeReopening(form: any, event: any): void {
  event.data.hints = hints;
  event.data.hint = form.Hint;
}

export function whenReopening(form: any, previous: any, event: any): void {
  hints = event.data.hints.toNumber?.() ?? event.data.hints;
  form.Hint = event.data.hint;
}
