// What `twinshore types` writes, as the TypeScript compiler understands it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const twinshore = join(root, "target/debug/twinshore");
const compiler = join(root, "simulator/web/node_modules/typescript/bin/tsc");
const folders = [];

after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function run(...words) {
  const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { encoding: "utf8" });
  return { good: status === 0, told: stdout + stderr };
}

/** A copy of a configuration with its types; none for a new one. */
function configuration(example) {
  const folder = mkdtempSync(join(tmpdir(), "twinshore-types-"));
  folders.push(folder);
  const here = join(folder, "app");
  if (example) cpSync(join(root, "examples", example), here, { recursive: true, filter: (path) => !path.includes(".twinshore") });
  const written = example ? run(twinshore, "types", here) : run(twinshore, "new", here);
  assert.ok(written.good, written.told);
  return here;
}

/** What the compiler says of the three parts of a configuration. */
const check = (here) => ["server", "client", "scenarios"].map((part) => run(process.execPath, compiler, "-p", join(here, "types", part), "--noEmit").told).join("");

function change(file, from, to) {
  const text = readFileSync(file, "utf8");
  assert.ok(text.includes(from), `${file} has ${from}`);
  writeFileSync(file, text.replace(from, to));
}

for (const example of ["field-sales", undefined])
  test(`the modules of ${example ?? "a new configuration"} fit what is declared for them`, () => {
    assert.equal(check(configuration(example)), "");
  });

test("what the fixture does wrong on purpose is found, and nothing else", () => {
  const told = check(configuration("fixture")).trim().split("\n");
  const places = new Set(told.map((line) => line.replace(/^.*app\//, "").replace(/\(.*/, "")));
  assert.deepEqual([...places].sort(), ["catalogs/Goods/Item.form.server.ts", "modules/LM3/LM3.server.ts"]);
  assert.ok(told.some((line) => line.includes("'Inner' does not exist on type 'MainServerModules'")), "a module that may not be called from outside");
});

test("mistakes in names of objects, attributes, forms, functions and sides are found", () => {
  const here = configuration();
  const client = join(here, "catalogs/Customers/Item.form.client.ts");
  const server = join(here, "documents/Visits/Visits.object.ts");
  const given = readFileSync(client, "utf8");
  const mistakes = [
    [client, 'form: Form<"Catalog.Customers.Item">, event', 'form: Form<"Catalog.Custmers.Item">, event', "Custmers"],
    [client, "!form.modified", "!form.modifed", "modifed"],
    [client, "form.reopen()", "form.Phone.missing()", "missing"],
    [client, "form.reopen()", 'form.element("Phon")', "Phon"],
    [client, "form.reopen()", "void Catalogs.Customers", "Catalogs"],
    [server, "visit.Result", "visit.Outcome", "Outcome"],
    [server, "throw new Error", "void Device; throw new Error", "Device"],
  ];
  for (const [file, from, to, found] of mistakes) {
    const before = readFileSync(file, "utf8");
    change(file, from, to);
    assert.match(check(here), new RegExp(found), to);
    writeFileSync(file, before);
  }
  assert.equal(readFileSync(client, "utf8"), given);
});

test("a server is asked for exact numbers and gives them", () => {
  const here = configuration("field-sales");
  const file = join(here, "documents/Orders/Orders.object.ts");
  change(file, "export function beforeWrite(order: any)", 'export function beforeWrite(order: Item<"Document.Orders">)');
  const told = () => run(process.execPath, compiler, "-p", join(here, "types/server"), "--noEmit").told;
  assert.equal(told(), "");
  change(file, "order.Total = total;", "order.Total = total + 1;");
  assert.match(told(), /Orders\.object\.ts/);
});
