// A demo of its own for each test file: main server, links and phones, with a browser that looks at them.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const pictures = join(root, "build/screenshots");
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The command that everything is started with. */
export const twinshore = join(root, "target/debug/twinshore");

/** Starts `twinshore demo` over an empty folder, or what `words` says, and opens the page. */
export async function openDesk(words = (folder) => ["demo", "--port", "0", "--directory", folder]) {
  const folder = mkdtempSync(join(tmpdir(), "twinshore-e2e-"));
  const demo = spawn(twinshore, words(folder), {
    cwd: root,
    env: { ...process.env, TWINSHORE_LOG: "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = await new Promise((found, failed) => {
    demo.once("exit", (code) => failed(new Error(`the demo ended with ${code}`)));
    createInterface({ input: demo.stdout }).on("line", (line) => {
      const match = /^simulator on (http:\S+)$/.exec(line);
      if (match) found(match[1]);
    });
  });
  const { existsSync } = await import("node:fs");
  const browser = await chromium.launch({
    executablePath: browsers.find((path) => existsSync(path)),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.setDefaultTimeout(30_000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(address);
  mkdirSync(pictures, { recursive: true });
  return {
    page,
    folder,
    problems,
    phone: (name) => new Phone(page, name),
    picture: (name) => page.screenshot({ path: join(pictures, `${name}.png`) }),
    close: async () => {
      await browser.close();
      demo.removeAllListeners("exit");
      await new Promise((done) => {
        demo.once("exit", done);
        demo.kill("SIGINT");
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A phone on the desk, with the verbs of a person. */
class Phone {
  constructor(page, name) {
    this.page = page;
    this.at = page.locator(`[data-phone=${name}]`);
  }

  async signIn(password = "demo") {
    await this.at.locator("input[name=password]").fill(password);
    await this.at.locator("button[type=submit]").click();
  }

  async menu() {
    await this.at.locator(".title-bar button").first().click();
    await this.at.locator(".menu").waitFor();
  }

  async open(form) {
    await this.menu();
    await this.at.locator(`[data-item="${form}"]`).click();
    await this.form(form);
  }

  /** Waits until a form is in front, on a server if one is named. */
  async form(name, server) {
    await this.at.locator(`[data-form="${name}"]${server ? `[data-server=${server}]` : ""}`).waitFor();
  }

  field(name) {
    return this.at.locator(`[data-element=${name}] input, [data-element=${name}] textarea`).first();
  }

  async choose(name, text) {
    await this.field(name).fill(text);
    await this.at.locator(".suggestions button").first().click();
    await this.at.locator(".suggestions").waitFor({ state: "detached" });
  }

  async command(name) {
    await this.at.locator(`[data-command=${name}]`).first().click();
  }

  async link(text) {
    await this.at.locator(".segments").getByText(text, { exact: true }).click();
  }

  async mode(name) {
    await this.at.locator("[data-test=mode]").click();
    await this.at.locator(`[data-mode=${name}]`).click();
  }

  /** Waits until a field holds a text. */
  async holds(name, text) {
    const handle = await this.field(name).elementHandle();
    await this.page.waitForFunction(([input, wanted]) => input.value === wanted, [handle, text]);
  }

  /** Waits until an element shows a text; gives the whole of it. */
  async shows(name, text) {
    const shown = this.at.locator(`[data-element=${name}]`).filter({ hasText: text }).first();
    await shown.waitFor();
    return shown.locator("span").last().innerText();
  }

  async search(text) {
    await this.at.locator("input[type=search]").first().fill(text);
  }

  async says(text) {
    await this.at.getByText(text).first().waitFor();
  }
}
