export async function balance(form: any): Promise<void> {
  const quantity = await form.server.inStock();
  message(`${form.Description}: ${quantity}`);
}

/** The form's own server asks: on the device it asks the main server, which may be out of reach. */
export async function headOffice(form: any): Promise<void> {
  message(`${form.Description}: ${await form.server.headOffice()}`);
}
