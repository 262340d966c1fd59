/** Things to choose from, made once. */
export function onCreateAtServer(): void {
  if (Catalogs.Things.find({ Description: "Lamp" })) return;
  const group = Catalogs.Things.create({ Description: "Furniture", IsGroup: true });
  group.write();
  const all = [["Lamp", "Red", 3], ["Lantern", "Red", 2], ["Chair", "Green", 9], ["Table", "Blue", 12]];
  for (const [Description, colour, Size] of all) {
    const thing = Catalogs.Things.create({ Description, Colour: Enums.Colour[colour], Size });
    if (Description === "Table") thing.Parent = group.ref;
    thing.write();
  }
}

export function fill(form: any): void {
  form.Name = "Everything";
  form.Amount = decimal("12.5");
  form.Said = "filled at the server";
  form.Closed = "not to be typed";
  form.Shares = pieChart([{ label: "Red", value: 2 }, { label: "Green", value: 1 }]);
  form.Heights = barChart([{ label: "Lamp", value: 3 }, { label: "Table", value: 12 }]);
  form.Sheet = spreadsheet(["Thing", "Size"], [["Lamp", { text: "3", end: true }], [{ text: "Together", bold: true }, { text: "15", bold: true, end: true }]]);
}
