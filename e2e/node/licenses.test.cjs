// @microsoft/microsoft-graph-client: the whole life of a license, of a user and of a group.

const { before, test } = require("node:test");
const assert = require("node:assert/strict");
const { PageIterator } = require("@microsoft/microsoft-graph-client");
const { INTUNE_PLAN, asApplication, newUser, product } = require("./support.cjs");

const client = asApplication();
const LICENSES = "id,assignedLicenses,licenseAssignmentStates,assignedPlans";
let sku;

before(async () => {
  sku = (await product(client)).skuId;
});

const assign = (path, add, remove = []) => client.api(`${path}/assignLicense`).post({
  addLicenses: add.map((disabledPlans) => ({ skuId: sku, disabledPlans })), removeLicenses: remove,
});

const refused = (status, message) => (error) => {
  assert.equal(error.statusCode, status);
  assert.ok(error.code && error.requestId, "an error has a code and the id of its request");
  assert.match(error.message, message);
  return true;
};

const reference = (id) => ({ "@odata.id": `${process.env.ZETEL_URL}/v1.0/directoryObjects/${id}` });

test("a user gets a license without one plan, and loses it", async () => {
  const user = await newUser(client);
  const path = `/users/${user.id}`;
  const taken = (await product(client)).consumedUnits;
  await assert.rejects(assign(path, [[]]), refused(400, /invalid usage location/));

  await client.api(path).patch({ usageLocation: "NL" });
  assert.equal((await assign(path, [[INTUNE_PLAN]])).id, user.id);
  assert.equal((await product(client)).consumedUnits, taken + 1);

  const { value: [detail] } = await client.api(`${path}/licenseDetails`).get();
  assert.equal(detail.skuId, sku);
  const plan = detail.servicePlans.find((one) => one.servicePlanId === INTUNE_PLAN);
  assert.equal(plan.provisioningStatus, "Disabled");

  const shown = await client.api(path).select(LICENSES).get();
  assert.deepEqual(shown.assignedLicenses, [{ disabledPlans: [INTUNE_PLAN], skuId: sku }]);
  assert.equal(shown.licenseAssignmentStates[0].state, "Active");

  await assign(path, [], [sku]);
  await assert.rejects(assign(path, [], [sku]), refused(400, /does not have a corresponding license/));
  assert.equal((await product(client)).consumedUnits, taken);
  await client.api(path).delete();
  await assert.rejects(client.api(path).get(), refused(404, /does not exist/));
});

test("users with a license are listed page by page", async () => {
  const users = await Promise.all([1, 2, 3].map(() => newUser(client, { usageLocation: "NL" })));
  await Promise.all(users.map((user) => assign(`/users/${user.id}`, [[]])));
  const first = await client.api("/users").header("ConsistencyLevel", "eventual").count(true)
    .filter(`assignedLicenses/any(x:x/skuId eq ${sku})`).select("id,userPrincipalName,assignedLicenses").top(20).get();
  const seen = [];
  await new PageIterator(client, first, (user) => seen.push(user) > 0, { headers: { ConsistencyLevel: "eventual" } })
    .iterate();
  assert.equal(seen.length, first["@odata.count"]);
  assert.equal(new Set(seen.map((user) => user.id)).size, seen.length);
  assert.ok(users.every((user) => seen.some((one) => one.id === user.id)));
  assert.ok(seen.every((user) => user.assignedLicenses.some((license) => license.skuId === sku)));
  await Promise.all(users.map((user) => client.api(`/users/${user.id}`).delete()));
});

test("a group gives its members a license, and takes it away", async () => {
  const user = await newUser(client, { usageLocation: "NL" });
  const name = user.mailNickname ?? user.displayName.replace(" ", "-");
  const group = await client.api("/groups").post({
    displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true, groupTypes: [],
  });
  const path = `/groups/${group.id}`;
  await client.api(`${path}/members/$ref`).post(reference(user.id));
  const { value: members } = await client.api(`${path}/members`).get();
  assert.deepEqual(members.map((one) => [one["@odata.type"], one.id]), [["#microsoft.graph.user", user.id]]);

  assert.equal((await assign(path, [[INTUNE_PLAN]])).id, group.id);
  const licensed = await client.api(path).select("id,assignedLicenses,licenseProcessingState").get();
  assert.deepEqual(licensed.assignedLicenses.map((license) => license.skuId), [sku]);
  const states = async () => (await client.api(`/users/${user.id}`).select(LICENSES).get()).licenseAssignmentStates;
  assert.deepEqual((await states()).map((one) => [one.assignedByGroup, one.state]), [[group.id, "Active"]]);
  await assert.rejects(assign(`/users/${user.id}`, [], [sku]), refused(400, /inherited from a group/));

  await client.api(`${path}/members/${user.id}/$ref`).delete();
  assert.deepEqual(await states(), []);
  await assign(path, [], [sku]);
  await client.api(path).delete();
  await client.api(`/users/${user.id}`).delete();
});
