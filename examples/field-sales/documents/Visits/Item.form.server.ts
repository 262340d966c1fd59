export function onCreateAtServer(form: any): void {
  readEarlier(form);
}

/** The last visits to the same customer, as this server knows them. */
export function readEarlier(form: any): void {
  const visits = query(
    "SELECT Date, Result, Note FROM Document.Visits WHERE Counterparty = :customer ORDER BY Date DESC LIMIT 10",
    { customer: form.Counterparty },
  );
  form.Earlier = spreadsheet(
    ["Date", "Result", "Note"],
    visits.map((visit: any) => [visit.Date.date(), visit.Result ? String(visit.Result) : "", visit.Note]),
  );
}
