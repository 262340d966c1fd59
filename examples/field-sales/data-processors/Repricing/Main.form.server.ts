export async function reprice(form: any): Promise<number> {
  const factor = decimal(100).add(form.Percent).div(100);
  return transaction(() => {
    const where = form.Group ? " AND Parent = :group" : "";
    const rows = query(`SELECT Ref FROM Catalog.Goods WHERE IsGroup = FALSE${where}`, { group: form.Group });
    for (const row of rows) {
      const goods = Catalogs.Goods.get(row.Ref);
      if (!goods) continue;
      goods.Price = goods.Price.mul(factor).round(2);
      goods.write();
    }
    return rows.length;
  });
}
