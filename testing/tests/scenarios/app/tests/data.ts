import type { Given } from "@twinshore/testing";

/** What every scenario of the shop wants. */
export async function shop({ main }: Given): Promise<void> {
  await main.create("Catalog.Goods", { Description: "Green tea", Price: "4.20" });
  await main.create("Catalog.Goods", { Description: "Coffee", Price: 7 });
  await main.create("Catalog.Counterparties", { Description: "Harbour Cafe", History: "Since 1999" });
}
