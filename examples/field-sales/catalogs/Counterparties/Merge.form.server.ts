/** Orders of the one become orders of the other, which is then marked for deletion. */
export async function merge(form: any): Promise<number> {
  return transaction(() => {
    const orders = query("SELECT Ref FROM Document.Orders WHERE Counterparty = :from", { from: form.Remove });
    for (const row of orders) {
      const order = Documents.Orders.get(row.Ref);
      if (!order) continue;
      order.Counterparty = form.Keep;
      order.write();
    }
    const removed = Catalogs.Counterparties.get(form.Remove);
    if (!removed) throw new Error("Somebody deleted it meanwhile.");
    removed.DeletionMark = true;
    removed.write();
    return orders.length;
  });
}
