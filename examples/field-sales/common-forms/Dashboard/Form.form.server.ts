export function onCreateAtServer(form: any): void {
  count(form);
}

export function count(form: any): void {
  const results = query("SELECT Result, COUNT(*) AS Visits FROM Document.Visits GROUP BY Result");
  form.Results = pieChart(results.map((row: any) => ({ label: row.Result ? String(row.Result) : "—", value: row.Visits })));
  const orders = query("SELECT Number, Counterparty, Total FROM Document.Orders ORDER BY Date DESC LIMIT 10");
  form.Orders = spreadsheet(
    ["Number", "Customer", "Total"],
    orders.map((row: any) => [row.Number, String(row.Counterparty), { text: String(row.Total), end: true }]),
  );
}
