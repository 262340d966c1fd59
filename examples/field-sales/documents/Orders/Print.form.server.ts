/** The order as it goes to the customer, made by whichever server the form has. */
export function onCreateAtServer(form: any, parameters: any): void {
  const order = parameters.order ? Documents.Orders.get(parameters.order) : undefined;
  const lines = order ? Array.from(order.Lines, (line: any) => line) : [];
  const end = (value: any) => ({ text: String(value), end: true });
  const total = order ? [[{ text: String(order.Counterparty), bold: true }, "", "", { text: String(order.Total), bold: true, end: true }]] : [];
  form.Sheet = spreadsheet(
    ["Product", "Quantity", "Price", "Sum"],
    [...lines.map((line: any) => [String(line.Goods), end(line.Quantity), end(line.Price), end(line.Sum)]), ...total],
  );
}
