// What the tests of Node's clients share: sign-in with msal-node, and a Graph client that is pointed at the server.

const fs = require("node:fs");
const crypto = require("node:crypto");
const msal = require("@azure/msal-node");
const { Client } = require("@microsoft/microsoft-graph-client");

const { ZETEL_URL, ZETEL_AUTHORITY, ZETEL_TENANT_ID, ZETEL_CLIENT_ID, ZETEL_CLIENT_SECRET } = process.env;
const SCOPES = ["https://graph.microsoft.com/.default"];
const DOMAIN = process.env.ZETEL_DOMAIN;

// Enterprise Mobility + Security E3, the product of the printed guides.
const PRODUCT = "EMS";
const INTUNE_PLAN = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5";

// Microsoft's own public client, which every tenant knows.
const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

function authority() {
  const address = `${ZETEL_AUTHORITY}/${ZETEL_TENANT_ID}`;
  // With its port: the name of the host alone still triggers instance discovery.
  return { authority: address, knownAuthorities: [new URL(ZETEL_AUTHORITY).host] };
}

function application(credential) {
  return new msal.ConfidentialClientApplication({ auth: { clientId: ZETEL_CLIENT_ID, ...authority(), ...credential } });
}

function publicApplication() {
  return new msal.PublicClientApplication({ auth: { clientId: AZURE_CLI, ...authority() } });
}

const bySecret = () => application({ clientSecret: ZETEL_CLIENT_SECRET });

function byCertificate() {
  const pem = fs.readFileSync(process.env.ZETEL_CLIENT_CERT, "ascii");
  const certificate = new crypto.X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERTIFICATE")));
  return application({
    clientCertificate: {
      thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
      privateKey: pem.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/)[0],
    },
  });
}

function graph(acquire) {
  return Client.init({
    baseUrl: `${ZETEL_URL.replace(/\/$/, "")}/`,
    defaultVersion: "v1.0",
    // Without its port; to any other host the client sends no token.
    customHosts: new Set([new URL(ZETEL_URL).hostname]),
    authProvider: (done) => acquire().then((token) => done(null, token.accessToken), (error) => done(error, null)),
  });
}

const asApplication = (client = bySecret()) => graph(() => client.acquireTokenByClientCredential({ scopes: SCOPES }));

function password() {
  return `Aa1!${crypto.randomBytes(12).toString("hex")}`;
}

async function newUser(client, more = {}) {
  const name = `node-${crypto.randomBytes(6).toString("hex")}`;
  return client.api("/users").post({
    accountEnabled: true,
    displayName: `Node ${name}`,
    mailNickname: name,
    userPrincipalName: `${name}@${DOMAIN}`,
    passwordProfile: { forceChangePasswordNextSignIn: false, password: password() },
    ...more,
  });
}

async function product(client) {
  const { value } = await client.api("/subscribedSkus").get();
  return value.find((one) => one.skuPartNumber === PRODUCT);
}

module.exports = {
  INTUNE_PLAN, SCOPES, asApplication, byCertificate, bySecret, graph, newUser, password, product, publicApplication,
};
