// A phone whose keys are gone: the page says what happened, and begins anew after a question.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openDesk } from "./harness.mjs";

let desk, ann, folder;

before(async () => {
  desk = await openDesk();
  ann = desk.phone("ann");
  folder = join(desk.folder, "phones/ann");
  await ann.signIn();
  await ann.open("Document.Orders.List");
  await ann.command("create");
  await ann.form("Document.Orders.Item");
  await ann.field("Comment").fill("typed before the key was lost");
  await ann.holds("Comment", "typed before the key was lost");
});

after(async () => {
  await desk?.close();
});

/** Ends the app, takes keys out of its secrets, and starts it again. */
async function startWithout(lost) {
  await ann.at.getByRole("button", { name: "Kill the app" }).click();
  await ann.at.getByRole("button", { name: "Start the app" }).waitFor();
  const path = join(folder, "secrets.json");
  const secrets = Object.entries(JSON.parse(readFileSync(path, "utf8")));
  writeFileSync(path, JSON.stringify(Object.fromEntries(secrets.filter(([name]) => !lost(name)))));
  await ann.at.getByRole("button", { name: "Start the app" }).click();
}

test("an account whose key is gone begins anew after a question, and its typed text is still there", async () => {
  await startWithout((name) => name.startsWith("key.base-"));
  await ann.says("base.db on this device can't be opened");
  await ann.at.locator("[data-test=begin-anew]").click();
  await desk.picture("begin-anew-account");
  await ann.at.locator("[data-answer=leave]").click();
  assert.equal(readdirSync(folder).includes("set-aside"), false);
  await ann.at.locator("[data-test=begin-anew]").click();
  await ann.at.locator("[data-answer=begin-anew]").click();
  await ann.at.locator(".menu").waitFor();
  await ann.says("Order (new)");
  assert.equal(readdirSync(join(folder, "set-aside")).length, 1);
});

test("an app that lost all its keys says so in the person's language, and begins anew after a question", async () => {
  await startWithout(() => true);
  await ann.says("client.db on this device can't be opened");
  await ann.at.locator("select").selectOption("ru");
  await ann.says("ключа больше нет");
  await ann.at.locator("select").selectOption("en");
  await ann.says("client.db on this device can't be opened");
  await ann.at.locator("[data-test=start-again]").click();
  await desk.page.reload();
  await ann.at.locator("[data-test=begin-anew]").click();
  await desk.picture("begin-anew");
  await ann.at.locator("[data-answer=leave]").click();
  await ann.at.locator("[data-answer=leave]").waitFor({ state: "detached" });
  assert.equal(readdirSync(join(folder, "set-aside")).length, 1);
  await ann.at.locator("[data-test=begin-anew]").click();
  await ann.at.locator("[data-answer=begin-anew]").click();
  await ann.signIn();
  await ann.at.locator(".menu").waitFor();
  assert.equal(readdirSync(join(folder, "set-aside")).length, 3);
  await ann.open("Catalog.Goods.List");
});

test("no script of the page failed", () => {
  assert.deepEqual(desk.problems, []);
});
