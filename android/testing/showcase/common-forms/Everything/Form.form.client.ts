export async function fill(form: any): Promise<void> {
  await form.server.fill();
}

export async function ask_(form: any): Promise<void> {
  form.Said = `answered ${await ask("Which one?", ["First", "Second", "None of them"])}`;
}

export function season(form: any): void {
  form.Said = `from ${form.From?.date() ?? "-"} to ${form.To?.date() ?? "-"}`;
}

export function less(form: any): void {
  form.element("answers").visible = false;
  form.element("tell2").enabled = false;
}

export function tell(): void {
  message("Told by code.");
}

export function fail(): void {
  throw new Error("It went wrong on purpose.");
}

export async function callMain(form: any): Promise<void> {
  form.Said = await MainServer.Slow.answer();
}

export async function photo(form: any): Promise<void> {
  const taken = await Device.takePhoto();
  form.Said = taken ? "a photo" : "no photo";
  if (taken) form.Photo = taken;
}

export async function scan(form: any): Promise<void> {
  form.Said = (await Device.scanBarcode()) ?? "nothing was read";
}

export async function locate(form: any): Promise<void> {
  try {
    const place = await Device.locate();
    form.Said = `${place.latitude} ${place.longitude}`;
  } catch (error: any) {
    form.Said = `${error.code} ${error.details.reason}: ${error.message}`;
  }
}

export async function dial(form: any): Promise<void> {
  await Device.dial(form.Phone || "112");
}

export async function share(form: any): Promise<void> {
  await Device.share(`From ${form.Name}`);
}

export async function notify(form: any): Promise<void> {
  await Device.notify("Reminder", `Call ${form.Phone}`);
}
