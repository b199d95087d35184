// What the tests of the admin center share: a browser, a way in, clicks that are counted, and axe.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.BROWSER_MODULES, "package.json"));
const { chromium } = require("playwright-core");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const { ZETEL_URL: BASE, ADMIN_NAME, ADMIN_PASSWORD, SCREENSHOTS } = process.env;

// Without these Chromium asks hosts of its maker at every start.
const FLAGS =
  "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

let browser;
let cookies;

export async function start() {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS.split(" ") });
  fs.mkdirSync(SCREENSHOTS, { recursive: true });
  const page = await signedOut();
  await signIn(page);
  cookies = await page.context().cookies();
  await page.context().close();
}

export async function stop() {
  await browser?.close();
}

/** A page of somebody who is not signed in. What the page complains of is kept in `page.complaints`. */
export async function signedOut(options = {}) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: "en-US",
    reducedMotion: "reduce",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) page.complaints.push(message.text());
  });
  return page;
}

/** A page of the administrator. */
export async function open(address, options = {}) {
  const page = await signedOut(options);
  await page.context().addCookies(cookies);
  await page.goto(BASE + address);
  return page;
}

// Enterprise Mobility + Security E3, which most people of the demonstration have.
const PRODUCT_OF_MOST = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e";

/** One of the people who have it, by a place in the list, so that tests do not share them. */
export async function someone(place) {
  const page = await open(`/admin/users?product=${PRODUCT_OF_MOST}`);
  const row = page.locator("tbody tr").nth(place);
  const name = await row.locator("th a").textContent();
  const userName = await row.locator("th small").textContent();
  await page.context().close();
  return { name, userName, list: `/admin/users?q=${encodeURIComponent(userName)}` };
}

export async function signIn(page, name = ADMIN_NAME, password = ADMIN_PASSWORD) {
  await page.goto(`${BASE}/admin/users`);
  await page.fill("#username", name);
  await page.fill("#password", password);
  await page.click('button[type="submit"]:not([name="cancel"])');
  await page.waitForURL(/\/admin\/users/, { timeout: 60_000 });
}

/** Clicks, counted. */
export function counted(page) {
  let clicks = 0;
  return {
    get clicks() {
      return clicks;
    },
    async click(target) {
      clicks += 1;
      await (typeof target === "string" ? page.locator(target).first() : target).click();
    },
  };
}

/** What axe finds on a page as it is now. */
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
}

export async function picture(page, name) {
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: false });
}
