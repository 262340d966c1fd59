export async function make(form: any): Promise<void> {
  await form.server.build();
}
