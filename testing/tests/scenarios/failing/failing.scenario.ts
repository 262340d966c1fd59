import { defaults, expect, scenario, until } from "@twinshore/testing";

defaults({ configuration: "../app", users: { ann: ["Seller"] } });

scenario("an expectation that does not hold", async ({ phone, main }) => {
  const ann = await phone("ann");
  const price: number = 4;
  expect({ price }).toEqual({ price: 5 });
  await main.count("Catalog.Goods");
});

scenario("a verb that can't be done", async ({ phone }) => {
  const ann = await phone("ann");
  const form = await ann.openForm("Document.Orders.Item");
  await form.set("Coment", "x");
});

scenario("an endless loop", () => {
  for (;;);
}, { limitSeconds: 2 });

scenario("a wait without end", async () => {
  await new Promise(() => {});
}, { limitSeconds: 1 });

scenario("a verb that is not awaited", async ({ main }: any) => {
  main.count("Catalog.Goods");
});

scenario("a condition that never holds", async ({ main }) => {
  await until(async () => (await main.count("Catalog.Goods")) > 5, "six goods");
}, { limitSeconds: 1 });

scenario("a user with a role that is not there", async () => {}, { users: { eve: ["Admiral"] } });

scenario("a configuration with an error", async () => {}, { patch: { "catalogs/Goods/Goods.yaml": "catalog: [" } });

scenario("a property that is not there", async ({ phone }: any) => {
  const ann = await phone("ann");
  await until(() => ann.avilable);
});

scenario("an option that is not there", async ({ phone }: any) => {
  await phone("ann", { devise: "tablet" });
});

scenario("a figure that is not there", async ({ phone }: any) => {
  const ann = await phone("ann");
  await ann.link({ latency: 50 });
});
