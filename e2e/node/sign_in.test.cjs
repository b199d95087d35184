// @azure/msal-node against the token service.

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { SCOPES, asApplication, byCertificate, bySecret, graph, publicApplication } = require("./support.cjs");

const { ZETEL_TENANT_ID, ZETEL_ADMIN_UPN, ZETEL_ADMIN_PASSWORD, ZETEL_CLIENT_ID } = process.env;
const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

for (const [name, client] of [["a secret", bySecret], ["a certificate", byCertificate]]) {
  test(`an application signs in with ${name}`, async () => {
    const signedIn = client();
    const answer = await signedIn.acquireTokenByClientCredential({ scopes: SCOPES });
    const { tid, appid, idtyp } = claims(answer.accessToken);
    assert.deepEqual({ tid, appid, idtyp }, { tid: ZETEL_TENANT_ID, appid: ZETEL_CLIENT_ID, idtyp: "app" });
    const again = await signedIn.acquireTokenByClientCredential({ scopes: SCOPES });
    assert.ok(again.fromCache);
    const { value } = await asApplication(signedIn).api("/organization").get();
    assert.equal(value[0].id, ZETEL_TENANT_ID);
  });
}

test("a user signs in with a password, and again without", async () => {
  const client = publicApplication();
  const answer = await client.acquireTokenByUsernamePassword({
    scopes: SCOPES, username: ZETEL_ADMIN_UPN, password: ZETEL_ADMIN_PASSWORD,
  });
  assert.equal(answer.account.username, ZETEL_ADMIN_UPN);
  assert.equal(answer.account.tenantId, ZETEL_TENANT_ID);
  const renewed = await client.acquireTokenSilent({ scopes: SCOPES, account: answer.account, forceRefresh: true });
  assert.ok(!renewed.fromCache);
  const me = await graph(async () => renewed).api("/me").get();
  assert.equal(me.userPrincipalName, ZETEL_ADMIN_UPN);

  await graph(async () => renewed).api("/me/revokeSignInSessions").post({});
  await assert.rejects(
    client.acquireTokenSilent({ scopes: SCOPES, account: answer.account, forceRefresh: true }),
    (error) => error.errorCode === "invalid_grant",
  );
});

test("a wrong secret is reported with its number", async () => {
  const { ConfidentialClientApplication } = require("@azure/msal-node");
  const { authority, knownAuthorities } = bySecret().config.auth;
  const client = new ConfidentialClientApplication({
    auth: { clientId: ZETEL_CLIENT_ID, authority, knownAuthorities, clientSecret: "wrong" },
  });
  await assert.rejects(client.acquireTokenByClientCredential({ scopes: SCOPES }), (error) => {
    assert.equal(error.errorCode, "invalid_client");
    assert.match(error.errorMessage, /7000215/);
    return true;
  });
});
