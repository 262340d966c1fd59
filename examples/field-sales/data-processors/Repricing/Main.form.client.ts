export async function run(form: any): Promise<void> {
  const answer = await ask(`Change prices by ${form.Percent} %?`, ["Change", "Cancel"]);
  if (answer === "Change") message(`${await form.server.reprice()} prices changed.`);
}
