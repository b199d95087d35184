// @microsoft/microsoft-graph-client: several requests in one.

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { BatchRequestContent, BatchResponseContent } = require("@microsoft/microsoft-graph-client");
const { asApplication, newUser } = require("./support.cjs");

const client = asApplication();

test("a batch reads a user and what is not there", async () => {
  const user = await newUser(client);
  const url = `${process.env.ZETEL_URL}/v1.0`;
  const requests = [
    { id: "1", request: new Request(`${url}/users/${user.id}`) },
    { id: "2", request: new Request(`${url}/users/00000000-0000-4000-8000-00000000dead`) },
  ];
  const content = await new BatchRequestContent(requests).getContent();
  const answers = new BatchResponseContent(await client.api("/$batch").post(content));
  assert.equal((await answers.getResponseById("1").json()).id, user.id);
  assert.equal(answers.getResponseById("2").status, 404);
  await client.api(`/users/${user.id}`).delete();
});
