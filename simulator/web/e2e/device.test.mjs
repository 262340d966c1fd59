// Module code uses the phone: what whoever sits at the page gives is what a person with a real phone would give.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openDesk } from "./harness.mjs";

let desk, ann;
const device = (wish) => ann.at.locator(`[data-device=${wish}]`);
const gone = (wish) => device(wish).waitFor({ state: "detached" });

before(async () => {
  desk = await openDesk();
  ann = desk.phone("ann");
  await ann.signIn();
  await ann.open("Document.Visits.List");
  await ann.command("create");
  await ann.form("Document.Visits.Item");
});

after(async () => {
  await desk?.close();
});

test("a code is typed where a real phone would read it", async () => {
  await ann.command("scan");
  await device("barcode").locator("input").fill("4006381333931");
  await device("barcode").locator("button[type=submit]").click();
  await gone("barcode");
  await ann.holds("Note", "4006381333931");
});

test("a place is chosen or typed; who does not allow it keeps the form as it is and is told", async () => {
  await ann.field("Note").fill("");
  await ann.command("here");
  await device("place").locator("[data-device-choice=placeTown]").click();
  await ann.holds("Note", "51.5074, -0.1278");
  await ann.command("here");
  await device("place").locator("input[name=latitude]").fill("-33.5");
  await device("place").locator("input[name=longitude]").fill("151.25");
  await device("place").locator("button[type=submit]").click();
  await ann.holds("Note", "51.5074, -0.1278\n-33.5, 151.25");
  await ann.command("here");
  await device("place").locator("[data-answer=refused]").click();
  await ann.says("The app may not do that: the place.");
  await ann.holds("Note", "51.5074, -0.1278\n-33.5, 151.25");
});

test("a photo is drawn or a file, and comes into the form", async () => {
  await ann.command("photo");
  await device("photo").locator("[data-answer=cancelled]").click();
  await gone("photo");
  assert.equal(await ann.at.locator("[data-element=Photo] img").count(), 0);
  await ann.command("photo");
  await device("photo").locator("input[type=file]").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
  await device("photo").locator("[role=alert]").waitFor();
  await desk.picture("device-photo");
  await device("photo").locator("[data-device-choice=drawn]").click();
  await ann.at.locator("[data-element=Photo] img").waitFor();
  await desk.picture("device-photo-taken");
});

test("a notice, and a number in the dialler, are shown in the phone's frame", async () => {
  await ann.command("remind");
  await device("notice").getByText("51.5074").waitFor();
  await device("notice").locator("button").click();
  await gone("notice");
  await ann.open("Catalog.Counterparties.List");
  await ann.at.locator("[data-test=row]").filter({ hasText: "Harbour Café" }).click();
  await ann.form("Catalog.Counterparties.Item");
  await ann.command("call");
  await device("dial").getByText("+1 555 0200").waitFor();
  await device("dial").locator("[data-answer=cancelled]").click();
  await gone("dial");
});

test("a wish outlives a reload of the page", async () => {
  await ann.open("Document.Visits.List");
  await ann.menu();
  await ann.at.locator(".menu-item").filter({ hasText: "Visit (new)" }).first().click();
  await ann.command("scan");
  await device("barcode").waitFor();
  await desk.page.reload();
  await device("barcode").locator("[data-answer=absent]").click();
  await ann.says("This device can't do that: reading barcodes.");
});

test("no script of the page failed", () => {
  assert.deepEqual(desk.problems, []);
});
