import { defaults, expect, scenario } from "@twinshore/testing";

defaults({ configuration: "../app", users: { ann: ["Seller"] } });

scenario("never played: it is mistyped", async ({ phone, main }) => {
  const ann = await phone("ann");
  const order = await ann.openForm("Document.Orders.Item");
  await order.sett("Comment", "x");
  expect(ann.avilable).toBe(true);
  await ann.link("losst");
  await main.count();
  ann.setMode("offline");
});
