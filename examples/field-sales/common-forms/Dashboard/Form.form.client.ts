export async function refreshAll(form: any): Promise<void> {
  await form.server.count();
}
