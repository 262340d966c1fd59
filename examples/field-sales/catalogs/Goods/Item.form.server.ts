export function inStock(form: any): any {
  const [row] = AccumulationRegisters.Stock.balance({ filter: { Goods: form.key } });
  return row ? row.Quantity : decimal(0);
}

export function headOffice(form: any): any {
  return Calls.askHeadOffice(form.key);
}
