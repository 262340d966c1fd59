export function filling(order: any, values: any): void {
  order.Employee = session.user;
}

export function beforeWrite(order: any): void {
  let total = decimal(0);
  for (const line of order.Lines) {
    line.Sum = line.Quantity.mul(line.Price).round(2);
    total = total.add(line.Sum);
  }
//#if !MobileApplicationServer
  total = total.sub(total.mul(order.Discount).div(100).round(2));
//#endif
  order.Total = total;
}

export function posting(order: any, movements: any): void {
  for (const line of order.Lines) {
    if (line.Quantity.isZero()) throw new Error(`${line.Goods}: the quantity is missing.`);
    movements.Stock.add({ Receipt: false, Goods: line.Goods, Quantity: line.Quantity });
//#if !MobileApplicationServer
    movements.Sales.add({ Counterparty: order.Counterparty, Goods: line.Goods, Quantity: line.Quantity, Sum: line.Sum });
//#endif
  }
}
