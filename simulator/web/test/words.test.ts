/// <reference types="vite/client" />
import { describe, expect, it } from "vitest";
import { languages, word, words } from "../src/words";

/** Words that are the same in another language on purpose, as `language key`. */
const sameOnPurpose: string[] = [];

const sources = Object.entries(import.meta.glob<string>("../src/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }))
  .filter(([path]) => !path.endsWith("/words.ts"));

/** Files that draw the phone; the desk around it is the developer's and English. */
const ofThePhone = sources.filter(([path]) => path.endsWith(".tsx") && !/(desk|main|workshop)\.tsx$/.test(path));

const keys = Object.keys(words.en) as (keyof typeof words.en)[];

describe("words of the page", () => {
  it("are there in every language, and none was left in English", () => {
    for (const language of languages) {
      expect(Object.keys(words[language]).sort(), language).toEqual([...keys].sort());
      if (language === "en") continue;
      const same = keys.filter((key) => (words[language][key] as string) === words.en[key] && !sameOnPurpose.includes(`${language} ${key}`));
      expect(same, language).toEqual([]);
    }
  });

  it("are all used", () => {
    const text = sources.map(([, source]) => source).join("\n");
    const unused = keys.filter((key) => !text.includes(`"${key}"`) && !new RegExp(`\\b${key}:`).test(text));
    expect(unused).toEqual([]);
  });

  it("are the only words that the phone's own frame says", () => {
    for (const [name, source] of ofThePhone) {
      const said = [...source.matchAll(/>\s*([A-Za-z][a-z]+[^<>{}=;&]*)</g), ...source.matchAll(/(?:title|aria-label|placeholder)="([A-Za-z][^"]+)"/g)];
      expect(said.map((found) => found[1]), name).toEqual([]);
    }
  });

  it("are English where the language has none", () => {
    expect(word("de", "close")).toBe("Close");
    expect(word("ru-RU", "close")).toBe("Закрыть");
  });
});
