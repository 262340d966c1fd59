export async function run(form: any): Promise<void> {
  if (!form.Keep || !form.Remove || form.Keep.equals(form.Remove)) return message("Choose two different counterparties.");
  const moved = await form.server.merge();
  message(`${moved} orders moved.`);
}
