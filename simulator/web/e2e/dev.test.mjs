// `twinshore dev`: a file is saved, and the open phone has it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openDesk, twinshore } from "./harness.mjs";

let desk, ann, bob, app;
const form = "documents/Visits/Item.form.yaml";

/** Saves a file as an editor does. */
function save(file, from, to) {
  const text = readFileSync(join(app, file), "utf8");
  assert.ok(text.includes(from), text);
  writeFileSync(join(app, file), text.replace(from, to));
}

before(async () => {
  desk = await openDesk((folder) => {
    app = join(folder, "app");
    execFileSync(twinshore, ["new", app]);
    return ["dev", app, "--port", "0", "--server-port", "0"];
  });
  ann = desk.phone("ann");
  bob = desk.phone("bob");
});

after(async () => {
  await desk?.close();
});

test("a person signs in by the link that the page gives out, and it is good once", async () => {
  await desk.page.locator("[data-invite=ann]").click();
  const link = await desk.page.locator("[data-test=link]").getAttribute("href");
  await desk.picture("dev-invitation");
  for (const phone of [ann, bob]) {
    await phone.at.locator(".by-link summary").click();
    await phone.at.locator("input[name=link]").fill(link);
    await phone.at.locator("[data-test=by-link]").click();
    if (phone === ann) await phone.at.locator(".menu").waitFor();
  }
  await bob.says("This sign-in code was used already");
});

test("A6: a saved form comes to the open phone with what was typed; a mistake is told and changes nothing", async () => {
  await ann.open("Document.Visits.List");
  await ann.command("create");
  await ann.form("Document.Visits.Item");
  await ann.field("Comment").fill("call first");
  await ann.at.locator(".form-head .dot").waitFor();
  save(form, "- { field: Comment", "- { feld: Comment");
  await desk.page.locator("[data-test=mistakes]").filter({ hasText: "Item.form.yaml" }).waitFor();
  assert.equal(await ann.field("Comment").inputValue(), "call first");
  await desk.picture("dev-mistake");
  save(form, "- { feld: Comment", "- { label: Hint, title: Was somebody there? }\n  - { field: Comment");
  await ann.says("Was somebody there?");
  await ann.form("Document.Visits.Item");
  await ann.holds("Comment", "call first");
  await desk.page.locator("[data-test=workshop]").filter({ hasText: "published, open phones follow" }).waitFor();
  await desk.picture("dev-followed");
});

test("no script of the page failed", () => {
  assert.deepEqual(desk.problems, []);
});
