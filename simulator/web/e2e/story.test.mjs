// The story of a lost connection, clicked and typed as a person does it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openDesk } from "./harness.mjs";

let desk, ann, bob;

before(async () => {
  desk = await openDesk();
  ann = desk.phone("ann");
  bob = desk.phone("bob");
});

after(async () => {
  await desk?.close();
});

test("a wrong password is told and nothing is lost", async () => {
  await ann.signIn("guess");
  await ann.says("The name or the password is wrong.");
});

test("an empty phone downloads and shows its menu", async () => {
  for (const phone of [ann, bob]) {
    await phone.signIn();
    await phone.at.locator(".menu").waitFor();
  }
  await desk.picture("menu");
});

test("R2: goods come from the device, counterparties from the main server, and forms say so", async () => {
  await ann.open("Catalog.Goods.List");
  assert.match(await ann.at.locator("[data-test=server]").innerText(), /this device/);
  await ann.open("Catalog.Counterparties.List");
  assert.match(await ann.at.locator("[data-test=server]").innerText(), /main server/);
});

test("F2: an order of the main server becomes unavailable with its text visible, and the menu greys", async () => {
  await bob.open("Document.Orders.List");
  await ann.open("Document.Orders.List");
  await ann.command("create");
  await ann.form("Document.Orders.Item", "main");
  await ann.choose("Counterparty", "Harb");
  await ann.field("Comment").fill("call first");
  await ann.field("Discount").fill("5");
  await ann.at.locator("[data-page=lines]").click();
  for (const [row, goods, quantity] of [[0, "Green", "2"], [1, "Espr", "3"]]) {
    await ann.at.locator("[data-test=add-row]").click();
    const line = ann.at.locator(`[data-row="${row}"]`);
    await line.locator("[data-column=Goods] input").fill(goods);
    await ann.at.locator(".suggestions button").first().click();
    await line.locator("[data-column=Quantity] input").fill(quantity);
  }
  await ann.at.locator('[data-row="1"] [data-column=Sum]').getByText("43.50").waitFor();
  await ann.at.locator("[data-page=header]").click();
  await ann.link("Lost");
  await ann.at.locator(".form.unavailable").waitFor();
  assert.equal(await ann.field("Comment").inputValue(), "call first");
  assert.equal(await ann.field("Comment").getAttribute("readonly"), "");
  await ann.says("No connection with the main server.");
  await desk.picture("lost");
});

test("F9, F10: opened offline, everything typed is there and what can't come is named", async () => {
  await ann.command("openOffline");
  await ann.form("Document.Orders.Item", "standalone");
  await ann.says("Left behind, it does not exist here:");
  await ann.says("Discount %");
  assert.equal(await ann.field("Comment").inputValue(), "call first");
  assert.equal(await ann.field("Counterparty").inputValue(), "Harbour Café");
  await desk.picture("offline");
  await ann.at.locator("[data-page=lines]").click();
  await ann.at.locator('[data-row="1"]').waitFor();
  assert.equal(await ann.at.locator("[data-row]").count(), 2);
  await ann.command("write");
  await ann.says("Saved.");
});

test("M7: what is not on the device is greyed in the menu", async () => {
  await ann.menu();
  for (const item of ["Report.Sales.Report", "Catalog.Contracts.List"])
    assert.ok(await ann.at.locator(`[data-item="${item}"]`).isDisabled(), item);
  for (const item of ["Catalog.Goods.List", "Document.Orders.List"])
    assert.ok(await ann.at.locator(`[data-item="${item}"]`).isEnabled(), item);
});

test("F19: after kill -9 the saved order is there, and so is another form's unsaved text", async () => {
  await ann.open("Catalog.Counterparties.List");
  await ann.at.locator("[data-test=row]").first().click();
  await ann.form("Catalog.Counterparties.Item", "standalone");
  await ann.field("Phone").fill("+1 555 9999");
  await ann.at.locator(".form-head .dot").waitFor();
  await ann.at.getByText("Kill the app").click();
  await ann.at.getByText("Start the app").click();
  await ann.at.locator(".drafts").waitFor();
  await desk.page.reload();
  await ann.at.locator(".drafts button.primary").first().click();
  await ann.form("Catalog.Counterparties.Item", "standalone");
  await ann.holds("Phone", "+1 555 9999");
  await ann.open("Document.Orders.List");
  await ann.at.locator("[data-test=row]").filter({ hasText: "Harbour Café" }).first().waitFor();
});

test("X8: the order reaches main once and bob's list shows it without a touch", async () => {
  await ann.link("Good");
  const order = bob.at.locator("[data-test=row]").filter({ hasText: /^00\d-/ });
  await order.first().waitFor();
  assert.equal(await order.count(), 1);
  await ann.at.locator(".mode.normal.available").waitFor();
  await desk.picture("back");
});

test("F7: a local form reopens from the main server, with more attributes and the text that was typed", async () => {
  await ann.menu();
  await ann.at.locator(".menu-item").filter({ hasText: "(Counterparty)" }).first().click();
  await ann.form("Catalog.Counterparties.Item", "standalone");
  await ann.command("openFromMainServer");
  await ann.form("Catalog.Counterparties.Item", "main");
  await ann.holds("Phone", "+1 555 9999");
  assert.match(await ann.field("History").inputValue(), /Customer since/);
  await ann.command("writeAndClose");
});

test("M1: on a poor connection what is on the device opens there, and the rest from main", async () => {
  await ann.mode("poorConnection");
  await ann.at.locator(".mode.poorConnection").waitFor();
  await ann.menu();
  await ann.open("Catalog.Goods.List");
  await ann.open("Catalog.Contracts.List");
  assert.match(await ann.at.locator("[data-test=server]").innerText(), /main server/);
  await ann.command("close");
  await ann.mode("normal");
});

test("F7: an order that nobody typed into reopens itself when the link is lost, and carries by hand what only main knows", async () => {
  await ann.open("Document.Orders.List");
  await ann.at.locator("[data-test=row]").filter({ hasText: "North Pier Grill" }).first().click();
  await ann.form("Document.Orders.Item", "main");
  const hint = await ann.shows("Hint", /orders before/);
  await ann.link("Lost");
  await ann.form("Document.Orders.Item", "standalone");
  await ann.shows("Hint", hint);
  await ann.link("Good");
  await ann.at.locator(".mode.normal.available").waitFor();
});

test("F9: a form takes filling into its own hands: what can't be copied is made anew, the text comes along", async () => {
  await ann.open("Document.Visits.List");
  await ann.at.locator("[data-test=row]").first().click();
  await ann.form("Document.Visits.Item", "standalone");
  await ann.field("Note").fill("bring samples");
  await ann.command("openFromMainServer");
  await ann.form("Document.Visits.Item", "main");
  await ann.holds("Note", "bring samples");
  await ann.at.locator("[data-element=Earlier] td").first().waitFor();
  await desk.picture("filled-by-hand");
  await ann.command("writeAndClose");
});

test("R6: code of the device asks the main server; without a connection the person is told what is missing and what to do", async () => {
  await ann.open("Catalog.Goods.List");
  await ann.search("Halva");
  await ann.at.locator("[data-test=row]").filter({ hasText: "Halva" }).first().click();
  await ann.form("Catalog.Goods.Item", "standalone");
  await ann.command("headOffice");
  await ann.says("Halva, 300 g: 3.6");
  await ann.link("Lost");
  await ann.at.locator(".mode.lost").first().waitFor();
  await ann.command("headOffice");
  await ann.says("no connection with the main server");
  await ann.says("try again when the connection is back");
  await desk.picture("main-server-is-missing");
  await ann.at.locator(".message.error button").click();
  await ann.link("Good");
  await ann.at.locator(".mode.normal.available").waitFor();
  await ann.command("openFromMainServer");
  await ann.form("Catalog.Goods.Item", "main");
  await ann.at.locator("[data-element=Picture] img").waitFor();
  await desk.picture("more-on-the-main-server");
});

test("F10c: a form with a spreadsheet and a chart is not reopened, and says why", async () => {
  await ann.open("CommonForm.Dashboard.Form");
  await ann.form("CommonForm.Dashboard.Form", "main");
  await ann.field("Note").fill("buy milk");
  await ann.link("Lost");
  await ann.at.locator(".form.unavailable").waitFor();
  await ann.command("openOffline");
  await ann.says("can't be copied");
  await ann.form("CommonForm.Dashboard.Form", "main");
  assert.equal(await ann.field("Note").inputValue(), "buy milk");
  await desk.picture("can-not-be-reopened");
  await ann.link("Good");
  await ann.at.locator(".form.available").waitFor();
});

test("section 8: a pop-up menu is worked with by touch and by keys, and gives the focus back", async () => {
  await ann.open("Document.Orders.List");
  await ann.at.locator("[data-test=row]").filter({ hasText: "North Pier Grill" }).first().click();
  await ann.form("Document.Orders.Item", "main");
  const button = ann.at.locator("[data-popup=more]");
  const menu = ann.at.locator(".popup-menu");
  const focused = () => desk.page.evaluate(() => document.activeElement?.textContent);
  await button.focus();
  await desk.page.keyboard.press("ArrowDown");
  await menu.waitFor();
  assert.equal(await focused(), "Current price");
  await desk.page.keyboard.press("ArrowUp");
  assert.equal(await focused(), "Reread", "the last one comes before the first");
  await desk.page.keyboard.press("p");
  assert.equal(await focused(), "Print form");
  await desk.picture("popup");
  await desk.page.keyboard.press("Escape");
  assert.equal(await menu.count(), 0);
  assert.equal(await desk.page.evaluate(() => document.activeElement?.dataset.popup), "more");
  await button.click();
  await ann.at.locator(".form-head h2").click();
  await menu.waitFor({ state: "detached" });
  await button.click();
  const [screen, box] = [await ann.at.locator(".screen").boundingBox(), await menu.boundingBox()];
  assert.ok(box.x >= screen.x && box.x + box.width <= screen.x + screen.width, "the whole menu is on the phone's screen");
  await ann.command("printOrder");
  await ann.form("Document.Orders.Print", "main");
  await ann.at.locator("[data-element=Sheet] td").first().waitFor();
  await ann.command("close");
});

test("F5: in a pop-up, what needs the main server is greyed without it, and can be read", async () => {
  await ann.mode("poorConnection");
  await ann.at.locator(".mode.poorConnection").waitFor();
  await ann.open("Document.Orders.List");
  await ann.at.locator("[data-test=row]").filter({ hasText: "North Pier Grill" }).first().click();
  await ann.form("Document.Orders.Item", "standalone");
  await ann.link("Lost");
  await ann.at.locator(".mode.lost").first().waitFor();
  await ann.at.locator("[data-popup=more]").click();
  const price = ann.at.locator("[data-command=askPrice]");
  await price.and(ann.at.locator("[aria-disabled=true]")).waitFor();
  assert.match(await price.innerText(), /Needs connection/);
  assert.equal(await ann.at.locator("[data-command=printOrder]").getAttribute("aria-disabled"), "false");
  await desk.picture("popup-lost");
  await ann.command("printOrder");
  await ann.form("Document.Orders.Print", "standalone");
  await ann.link("Good");
  await ann.mode("normal");
  await ann.at.locator(".mode.normal.available").waitFor();
});

test("section 8: a period is chosen by its name or typed, and makes the report anew", async () => {
  await ann.open("Report.Sales.Report");
  const choice = ann.at.locator("[data-element=period] [data-test=period]");
  await choice.selectOption("lastYear");
  await ann.at.locator("[data-element=From] input").and(ann.at.locator("input")).waitFor();
  await desk.page.waitForFunction(() => /-01-01$/.test(document.querySelector("[data-phone=ann] [data-element=From] input")?.value ?? ""));
  assert.match(await ann.field("To").inputValue(), /-12-31$/);
  await choice.selectOption("any");
  await ann.holds("From", "");
  await ann.at.locator("[data-element=Result] td").first().waitFor();
  await ann.field("From").fill("2026-12-31");
  await ann.field("To").fill("2026-12-01");
  await ann.says("The period ends before it starts");
  await desk.picture("period");
});

test("M4: on a slow link the choice is offered, once, and nothing switches by itself", async () => {
  await ann.link("Slow");
  await ann.open("Catalog.Contracts.List");
  await ann.at.locator("[data-test=row]").first().click();
  await ann.form("Catalog.Contracts.Item", "main");
  const offer = ann.at.locator(".offer");
  await offer.waitFor();
  await ann.at.locator(".mode.normal.available").waitFor();
  await desk.picture("slow");
  await offer.getByText("Keep").click();
  await offer.waitFor({ state: "detached" });
  await ann.open("Report.Sales.Report");
  await ann.form("Report.Sales.Report", "main");
  assert.equal(await offer.count(), 0);
  await ann.link("Good");
});

test("no script of the page failed", () => {
  assert.deepEqual(desk.problems, []);
});
