/** A customer that nobody has typed into goes over to the device by itself when the main server is lost. */
export function ifMainServerAvailabilityChanged(form: Form<"Catalog.Customers.Item">, event: AvailabilityEvent): void {
  if (!event.available && form.usedServer === "main" && !form.modified && !form.isNew) form.reopen();
}
