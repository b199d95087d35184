// The tasks of the admin center with groups and settings, each with its number of clicks.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { counted, open, picture, someone, start, stop } from "./support.mjs";

before(start);
after(stop);

test("license a group: five clicks from the first page, and it is shown what its members get", async () => {
  const page = await open("/admin/users");
  const hand = counted(page);
  await hand.click('nav a:has-text("Groups")');
  await hand.click('tbody a:has-text("Two Devices")');
  await hand.click('a:has-text("Edit licenses")');
  const product = page.locator(".pick", { hasText: "Office 365 E1" }).locator("input");
  await product.waitFor();
  await hand.click(product);
  await page.waitForSelector(".preview");
  assert.match(await page.textContent(".preview"), /Office 365 E1/);
  await picture(page, "group-assignments");
  await hand.click('button:has-text("Save")');
  await page.waitForSelector("[data-said]");
  assert.match(await page.textContent("[data-said]"), /Two Devices/);
  assert.equal(hand.clicks, 5);
  assert.deepEqual(page.complaints, []);
});

test("what stands in the way of a group's licenses is told by cause, and tried again", async () => {
  const page = await open("/admin/groups");
  await page.locator("tr", { hasText: "Errors & issues" }).first().locator("th a").click();
  await page.waitForSelector('h2:has-text("Actions needed")');
  assert.ok((await page.locator(".note.bad").count()) >= 1);
  await page.click('button:has-text("Reprocess")');
  await page.waitForSelector("[role=status]");
  assert.deepEqual(page.complaints, []);
});

test("a setting is seen before it is saved", async () => {
  const page = await open("/admin/settings");
  await page.getByLabel("Extended rules").check();
  await page.getByLabel("Days before a removal takes effect").fill("7");
  await page.click('button:has-text("Preview")');
  await page.waitForSelector(".preview");
  await picture(page, "settings-preview");
  await page.click('button:has-text("Save")');
  await page.waitForSelector(".note.good[data-said]");
  await page.reload();
  assert.ok(await page.getByLabel("Extended rules").isChecked());
  assert.equal(await page.getByLabel("Days before a removal takes effect").inputValue(), "7");
  await page.getByLabel("Days before a removal takes effect").fill("0");
  await page.getByLabel("Extended rules").uncheck();
  await page.click('button:has-text("Save")');
  await page.waitForSelector(".note.good[data-said]");
});

test("settings that somebody else changed meanwhile are not overwritten", async () => {
  const [first, second] = await Promise.all([open("/admin/settings"), open("/admin/settings")]);
  await first.getByLabel("Stop when more users than this lose a service").fill("60");
  await first.click('button:has-text("Save")');
  await first.waitForSelector(".note.good[data-said]");
  await second.getByLabel("Days before a removal takes effect").fill("3");
  await second.click('button:has-text("Save")');
  await second.waitForSelector(".note.bad[data-said]");
  assert.match(await second.textContent(".note.bad[data-said]"), /Somebody changed the settings meanwhile/);
  assert.equal(await second.getByLabel("Days before a removal takes effect").inputValue(), "3", "it is kept");
});

test("an administrator without a license is told why devices are not shown, and where to change it", async () => {
  const page = await open("/admin/devices");
  assert.match(await page.textContent("main"), /You need a license/);
  await page.goto(`${process.env.ZETEL_URL}/admin/settings`);
  await page.click('button:has-text("Let them in for good")');
  await page.waitForSelector(".note.good[data-said]");
  await page.goto(`${process.env.ZETEL_URL}/admin/devices`);
  assert.ok((await page.locator("tbody tr").count()) > 50);
  await picture(page, "devices");
  await page.locator("tbody th a").first().click();
  await page.waitForSelector("dl");
  assert.deepEqual(page.complaints, []);
});

test("what was done is in the audit log, and is undone there after a look at what that means", async () => {
  const page = await open((await someone(4)).list);
  await page.click("tbody th a");
  await page.waitForSelector("dialog[open]");
  await page.locator("dialog").getByLabel("Intune", { exact: true }).check();
  await page.click('dialog button:has-text("Save")');
  await page.waitForSelector("dialog .note.good[data-said]");
  await page.goto(`${process.env.ZETEL_URL}/admin/audit`);
  await picture(page, "audit");
  await page.locator("tbody th a").first().click();
  await page.click('a:has-text("Undo")');
  await page.waitForSelector(".preview");
  await picture(page, "undo-preview");
  await page.locator('main button[type="submit"]').first().click();
  await page.waitForSelector(".note.good");
  assert.deepEqual(page.complaints, []);
});
