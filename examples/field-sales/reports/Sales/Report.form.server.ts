export function onCreateAtServer(form: any): void {
  const { start, end } = standardPeriod("thisYear");
  form.From = start;
  form.To = end;
}

export function build(form: any): void {
  const rows = query(
    `SELECT Counterparty, COUNT(*) AS Orders, SUM(Total) AS Sum FROM Document.Orders
     WHERE Posted = TRUE AND Date >= :from AND Date < :to GROUP BY Counterparty ORDER BY Sum DESC LIMIT 20`,
    { from: form.From ?? dateTime("0001-01-01"), to: (form.To ?? dateTime("9999-12-30")).addDays(1) },
  );
  form.Result = spreadsheet(
    ["Customer", "Orders", "Sum"],
    rows.map((row: any) => [String(row.Counterparty), { text: String(row.Orders), end: true }, { text: String(row.Sum), end: true }]),
  );
  form.Shares = pieChart(rows.slice(0, 6).map((row: any) => ({ label: String(row.Counterparty), value: row.Sum })));
}
