export async function balance(form: any): Promise<void> {
  const quantity = await form.server.inStock();
  message(`${form.Description}: ${quantity}`);
}
