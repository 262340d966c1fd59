import { defaults, expect, scenario } from "@twinshore/testing";

defaults({
  users: { ann: ["Seller"] },
  prepare: async ({ main }) => {
    await main.create("Catalog.Customers", { Description: "Harbour Café", Phone: "+1 555 0200", History: "Pays on time" });
  },
});

scenario("a visit without a connection reaches the main server when it is back", async ({ phone, main }) => {
  const ann = await phone("ann");
  await ann.link("lost");
  const visit = await ann.openForm("Document.Visits.Item");
  await visit.set("Customer", "Harbour");
  await visit.set("Comment", "call first");
  await visit.execute("write");
  await ann.link("good");
  await ann.exchange();
  expect(await main.count("Document.Visits")).toBe(1);
});

scenario("text typed into a customer of the main server survives a lost connection", async ({ phone, main }) => {
  const ann = await phone("ann");
  const customer = await ann.openForm("Catalog.Customers.Item", { key: await main.find("Catalog.Customers", { Phone: "+1 555 0200" }) });
  expect(customer.usedServer).toBe("main");
  await customer.set("Phone", "+1 555 0300");
  await ann.link("lost");
  const local = await customer.execute("openOffline");
  expect(local?.usedServer).toBe("standalone");
  expect(local?.value("Phone")).toBe("+1 555 0300");
});
