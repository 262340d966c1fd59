/** What to know of a customer before selling. */
export function hint(form: any): string {
  const [row] = query(
    "SELECT COUNT(*) AS Orders, SUM(Total) AS Sum FROM Document.Orders WHERE Counterparty = :customer AND Posted = TRUE",
    { customer: form.Counterparty },
  );
  return row.Orders.isZero() ? "First order of this customer" : `${row.Orders} orders before, ${row.Sum} in all`;
}

export function phone(form: any): string {
  return Catalogs.Counterparties.get(form.Counterparty)?.Phone ?? "";
}
