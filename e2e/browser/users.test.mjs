// The tasks of the admin center with users, each with its number of clicks.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { counted, open, picture, signedOut, signIn, someone, start, stop } from "./support.mjs";

before(start);
after(stop);

const PRODUCT = "Contoso Toolbox";
const line = (page, name) => page.locator("dialog .pick", { hasText: name }).locator("input");

test("assign one product to one user: five clicks from the first page", async () => {
  const { name, userName } = await someone(0);
  const page = await open("/admin");
  const hand = counted(page);
  await hand.click('nav a:has-text("Users")');
  await hand.click("#q");
  await page.keyboard.type(userName);
  await page.waitForFunction(() => document.querySelectorAll("#results tbody tr").length === 1);
  await hand.click("tbody th a");
  await page.waitForSelector("dialog[open]");
  await hand.click(line(page, PRODUCT));
  await page.waitForSelector("dialog .preview");
  await picture(page, "assignments-preview");
  assert.match(await page.textContent("dialog .preview"), new RegExp(`${PRODUCT}\\s*\\d`));
  await hand.click('dialog button:has-text("Save")');
  const said = await page.textContent("dialog [data-said]");
  assert.equal(said, `Licenses saved for ${name}.`);
  assert.equal(hand.clicks, 5);
  assert.ok(await page.evaluate(() => document.activeElement.matches("[data-said]")), "the result has the focus");
  await page.keyboard.press("Escape");
  await page.waitForSelector(`tbody .tag:has-text("${PRODUCT}")`);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
  assert.deepEqual(page.complaints, []);
});

test("turn one service off: the preview says so, and saving again changes nothing", async () => {
  const page = await open((await someone(0)).list);
  await page.click("tbody th a");
  const product = page.locator("dialog .product", { hasText: "Enterprise Mobility + Security E3" });
  await product.locator("summary").click();
  const service = product.locator('input[name="on"]:checked').last();
  await service.uncheck();
  await page.waitForSelector("dialog .preview .lost");
  assert.ok(await product.locator('input[name="product"]').evaluate((box) => box.indeterminate));
  await page.keyboard.press("Control+S");
  await page.waitForSelector("dialog .note.good[data-said]");
  await page.keyboard.press("Control+S");
  await page.waitForSelector("dialog .note.good[data-said]");
  assert.deepEqual(page.complaints, []);
});

test("by keyboard alone", async () => {
  const { userName } = await someone(1);
  const page = await open("/admin/users");
  const keys = async (...all) => {
    for (const key of all) await page.keyboard.press(key);
  };
  await keys("/");
  await page.keyboard.type(userName);
  await page.waitForFunction(() => document.querySelectorAll("#results tbody tr").length === 1);
  await keys("Tab");
  await page.evaluate(() => document.activeElement.blur());
  await keys("j", "Enter");
  await page.waitForSelector("dialog[open]");
  assert.equal(await page.evaluate(() => document.activeElement.id), "sheet-title");
  await page.locator("dialog").getByLabel(PRODUCT).focus();
  await keys("Space");
  await page.waitForSelector("dialog .preview");
  await keys("Control+S");
  await page.waitForSelector("dialog .note.good[data-said]");
  await keys("Escape");
  await page.waitForSelector("dialog:not([open])", { state: "attached" });
  assert.deepEqual(page.complaints, []);
});

test("two administrators: the ticks of the second stay, and are saved when seen again", async () => {
  const { list } = await someone(2);
  const [first, second] = await Promise.all([open(list), open(list)]);
  for (const page of [first, second]) {
    await page.click("tbody th a");
    await page.waitForSelector("dialog[open]");
  }
  await line(first, PRODUCT).check();
  await first.click('dialog button:has-text("Save")');
  await first.waitForSelector("dialog .note.good[data-said]");
  await second.locator("dialog").getByLabel("Intune", { exact: true }).check();
  await second.click('dialog button:has-text("Save")');
  await second.waitForSelector("dialog .note.warn[data-said]");
  await picture(second, "assignments-changed-meanwhile");
  assert.ok((await second.locator('dialog input[name="product"]:checked').count()) >= 1, "the ticks are kept");
});

test("many users: add a product to all who match, seen before it is done", async () => {
  const page = await open("/admin/users?department=Sales");
  const hand = counted(page);
  await hand.click("[data-select-all]");
  await picture(page, "users-selected");
  await hand.click('button:has-text("Edit licenses")');
  await page.waitForURL(/bulk/);
  await hand.click(page.locator(".product.line", { hasText: PRODUCT }).locator("input"));
  await hand.click('button:has-text("Preview")');
  await page.waitForSelector(".preview");
  await picture(page, "bulk-preview");
  await hand.click('button:has-text("Apply to")');
  await page.waitForSelector(".note.good[data-said]");
  await picture(page, "bulk-done");
  assert.equal(hand.clicks, 5);
  assert.deepEqual(page.complaints, []);
});

test("removing from many is stopped by the guard until it is confirmed", async () => {
  const page = await open("/admin/users");
  await page.click("[data-select-all]");
  await page.waitForSelector("[data-bar].shown");
  const all = page.locator("[data-all]");
  assert.ok(await all.isVisible(), "there is more than a page");
  await all.locator("input").check();
  await page.click('button:has-text("Edit licenses")');
  await page.getByLabel("Remove").check();
  await page.locator(".product.line", { hasText: "Enterprise Mobility + Security E3" }).locator("input").check();
  await page.click('button:has-text("Preview")');
  await page.waitForSelector(".preview .lost");
  await page.click('button:has-text("Apply to")');
  await page.waitForSelector(".note.bad[data-said]");
  assert.match(await page.textContent(".note.bad[data-said]"), /The guard stops this: \d+ users? would lose a service/);
  await picture(page, "bulk-guard");
});

test("without JavaScript", async () => {
  const { name, userName } = await someone(3);
  const page = await open("/admin/users", { javaScriptEnabled: false });
  await page.fill("#q", userName);
  await page.click('.search button[type="submit"]');
  await page.locator("tbody th a").first().click();
  await page.click('a:has-text("Edit licenses")');
  await page.getByLabel("Intune", { exact: true }).check();
  await page.click('button:has-text("Preview")');
  assert.ok(await page.isVisible(".preview"));
  await page.click('button:has-text("Save")');
  assert.equal(await page.textContent("[data-said]"), `Licenses saved for ${name}.`);
});

test("a name is never markup, whatever it is made of", async () => {
  const page = await open("/admin/users?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
  assert.equal(await page.inputValue("#q"), "<script>alert(1)</script>");
  assert.match(await page.textContent(".empty"), /No users match/);
  const long = await open(`/admin/users?q=${"x".repeat(5_000)}&only=nothing&product=none&after=none`);
  assert.equal(await long.locator(".empty").count(), 1);
  assert.deepEqual([...page.complaints, ...long.complaints], []);
});

test("whoever is signed out comes back to the page that was asked for", async () => {
  const page = await signedOut();
  await page.goto(`${process.env.ZETEL_URL}/admin/users?only=unlicensed`);
  assert.match(page.url(), /oauth2\/v2\.0\/authorize/);
  await picture(page, "sign-in");
  await page.fill("#username", process.env.ADMIN_NAME);
  await page.fill("#password", "wrong");
  await page.click('button[type="submit"]:not([name="cancel"])');
  await page.fill("#password", process.env.ADMIN_PASSWORD);
  await page.click('button[type="submit"]:not([name="cancel"])');
  await page.waitForURL(/only=unlicensed/);
  await page.click('button:has-text("Sign out")');
  await page.waitForLoadState();
  await page.goto(`${process.env.ZETEL_URL}/admin/users`);
  assert.match(page.url(), /oauth2\/v2\.0\/authorize/, "the session has ended");
  await signIn(page);
});

test("forms of other sites change nothing", async () => {
  const page = await open("/admin/users");
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }, {}]) {
    const answer = await page.request.post(`${process.env.ZETEL_URL}/admin/users/bulk`, {
      form: { user: "00000000-0000-0000-0000-000000000001" },
      headers: { cookie, ...headers },
    });
    assert.equal(answer.status(), 403);
  }
});

test("what was not seen is not done: another tick, or other people, after the preview", async () => {
  const page = await open("/admin/users?department=Finance");
  await page.click("[data-select-all]");
  await page.click('button:has-text("Edit licenses")');
  await page.getByLabel("Intune", { exact: true }).check();
  await page.click('button:has-text("Preview")');
  await page.waitForSelector(".preview");
  await page.getByLabel("Office 365 E1", { exact: true }).check();
  await page.click('button:has-text("Apply to")');
  await page.waitForSelector(".note.warn[data-said]");
  assert.match(await page.textContent(".note.warn[data-said]"), /is not what you saw. Nothing was changed/);
  assert.match(await page.textContent(".preview"), /Office 365 E1/, "it is shown anew");
  const nobody = await open("/admin/users/bulk?all=1&matching=product%3Dzzz");
  assert.match(await nobody.textContent(".empty"), /Nobody is selected/, "a filter that cannot be read finds nobody");
});

test("an answer that was overtaken by a later search is not shown", async () => {
  const { userName } = await someone(5);
  const page = await open("/admin/users");
  let release;
  await page.route(/q=zz$/, async (route) => {
    await new Promise((go) => (release = go));
    await route.continue();
  });
  const late = page.waitForRequest(/q=zz$/);
  await page.fill("#q", "zz");
  await late;
  await page.fill("#q", userName);
  await page.waitForFunction(() => document.querySelectorAll("#results tbody tr").length === 1);
  const answered = page.waitForResponse(/q=zz$/);
  release();
  await (await answered).finished();
  await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => setTimeout(go))));
  assert.equal(await page.locator("tbody th small").textContent(), userName);
});

test("two tabs can sign in at the same time, and a long address is no obstacle", async () => {
  const first = await signedOut();
  const second = await first.context().newPage();
  await first.goto(`${process.env.ZETEL_URL}/admin/users?only=unlicensed`);
  await second.goto(`${process.env.ZETEL_URL}/admin/users?q=${"x".repeat(4_000)}`);
  for (const page of [first, second]) {
    await page.fill("#username", process.env.ADMIN_NAME);
    await page.fill("#password", process.env.ADMIN_PASSWORD);
    await page.click('button[type="submit"]:not([name="cancel"])');
    await page.waitForURL(/\/admin(\/users)?(\?|$)/);
    assert.equal(await page.locator(".top").count(), 1, "signed in");
  }
  assert.match(first.url(), /only=unlicensed/);
});
