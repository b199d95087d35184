// Every page in both languages and themes: without a finding of axe, without a complaint of the browser, and narrow.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BASE, open, picture, start, stop, violations } from "./support.mjs";

before(start);
after(stop);

/** Pages by the name of their picture; addresses of one person, group and product are looked up. */
async function pages() {
  const page = await open("/admin/users");
  const first = (links) => page.locator(links).first().getAttribute("href");
  const person = await first("tbody th a");
  // A group with errors, and a product that users wait for.
  await page.goto(`${BASE}/admin/groups?q=visio`);
  const group = await first("tbody th a");
  await page.goto(BASE + group);
  const product = await first('a[href^="/admin/licenses/"]');
  await page.context().close();
  return {
    users: "/admin/users",
    "users-none": "/admin/users?q=nobodyatall",
    user: person,
    assignments: `${person}/licenses`,
    bulk: `/admin/users/bulk?user=${person.split("/").pop()}`,
    "bulk-nobody": "/admin/users/bulk",
    groups: "/admin/groups",
    "groups-none": "/admin/groups?q=nogroupatall",
    group,
    "group-assignments": `${group}/licenses`,
    licenses: "/admin/licenses",
    license: product,
    subscriptions: "/admin/subscriptions",
    settings: "/admin/settings",
    home: "/admin",
    devices: "/admin/devices",
    audit: "/admin/audit",
    restore: "/admin/restore",
    "not-found": "/admin/nothing",
  };
}

for (const language of ["en", "nl"]) {
  for (const theme of ["light", "dark"]) {
    test(`axe finds nothing: ${language}, ${theme}`, async () => {
      const page = await open("/admin/users", { bypassCSP: true, colorScheme: theme, locale: language });
      for (const [name, address] of Object.entries(await pages())) {
        await page.goto(BASE + address);
        assert.equal(await page.getAttribute("html", "lang"), language);
        assert.deepEqual(await violations(page), [], name);
        await picture(page, `${name}-${language}-${theme}`);
      }
      await page.goto(`${BASE}/admin/users`);
      await page.locator("tbody th a").first().click();
      await page.waitForSelector("dialog[open] h1");
      assert.deepEqual(await violations(page), [], "the sheet");
      await picture(page, `sheet-${language}-${theme}`);
    });
  }
}

test("nothing needs to be scrolled sideways at 320 pixels", async () => {
  const page = await open("/admin/users", { viewport: { width: 320, height: 640 }, locale: "nl" });
  for (const [name, address] of Object.entries(await pages())) {
    await page.goto(BASE + address);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await picture(page, `${name}-narrow`);
    assert.ok(width <= 320, `${name} is ${width} pixels wide`);
  }
});

test("forced colors leave everything visible", async () => {
  const page = await open("/admin/users", { forcedColors: "active" });
  await picture(page, "users-forced-colors");
  assert.ok(await page.isVisible('nav a[aria-current="page"]'));
});

test("language and theme are chosen once and stay", async () => {
  const page = await open("/admin/users");
  await page.click(".menu summary");
  await page.getByLabel("Nederlands").check();
  await page.getByLabel("Dark").check();
  await page.click('.menu button[type="submit"]');
  await page.waitForURL(/\/admin\/users/);
  assert.equal(await page.getAttribute("html", "lang"), "nl");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  assert.match(await page.textContent("h1"), /Gebruikers/);
});

test("a page says what may run in it, and nothing else runs", async () => {
  const page = await open("/admin/users");
  const answer = await page.request.get(`${BASE}/admin/users`);
  assert.match(answer.headers()["content-security-policy"], /default-src 'none'; script-src 'self'/);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.ran = true";
    document.body.append(script);
  });
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
});
