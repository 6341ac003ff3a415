import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signWithSharedSecret } from "../../dev/sign/shared-secret.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { JSON_HEADERS, readFixture, SECRETS } from "../support/fixture.ts";
import { openWith } from "../support/opened.ts";
import { proofBy } from "../support/proof-by.ts";
import { CANONICAL_ANSWERS, describeSource, type SourceContract } from "./source-contract.ts";

const CONTRACT: SourceContract = {
  id: "generic",
  verification: { scheme: "shared-secret" },
  secrets: SECRETS,
  headers: { ...JSON_HEADERS, "idempotency-key": '"run-88213"' },
  sign: proofBy(signWithSharedSecret),
  signsBody: false,
  body: readFixture("generic/run.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "agent", address: "205" },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "Søren Kjær, Guldkunde 😀",
      reference: "88213",
      attempt: "2",
      deliveryId: "run-88213",
    },
  ],
  answers: CANONICAL_ANSWERS,
};

describeSource(CONTRACT);
describeSource({
  ...CONTRACT,
  variant: "with its secret in the query",
  verification: { scheme: "shared-secret", in: ["query"], parameter: "token" },
  sign: proofBy(signWithSharedSecret, { in: ["query"], parameter: "token" }),
});
describeSource({
  ...CONTRACT,
  variant: "with an HMAC of its own",
  verification: {
    scheme: "hmac",
    header: "X-Signature",
    algorithm: "sha512",
    encoding: "base64",
    prefix: "v1=",
    signed: "{timestamp}:{method}:{body}",
    timestamp: { header: "X-Sent-At", unit: "s" },
    toleranceSeconds: 60,
  },
  sign({ method, body, atMs }, secret) {
    const sentAt = String(atMs / 1_000);
    const digest = createHmac("sha512", secret).update(`${sentAt}:${method}:`).update(body).digest("base64");
    return { headers: { "x-signature": `v1=${digest}`, "x-sent-at": sentAt } };
  },
  signsBody: true,
  toleranceSeconds: 60,
});

describe("source generic", () => {
  it("refuses a header that contradicts the body's delivery id", async () => {
    const drafts = await openWith("generic", { body: '{"ccgw_delivery_id":"a"}', headers: { "idempotency-key": "b" } });
    expect(drafts).toEqual([{ fields: { deliveryId: "a" }, deliveryId: "b", dryRun: false }]);
  });

  const HMAC = { scheme: "hmac", secrets: [{ id: "current", value: SECRETS.current }], header: "x-signature" };
  const TIMED = { ...HMAC, signed: "{timestamp}.{body}", timestamp: { header: "x-timestamp", unit: "s" } };
  const STANDARD = { scheme: "standard-webhooks", secrets: [{ id: "current", value: `whsec_${btoa("a".repeat(32))}` }] };

  it.each([
    ["standard-webhooks", STANDARD],
    ["hmac over the body alone", HMAC],
  ])("refuses a key that no signature covers: %s", async (_what, verification) => {
    const headers = { "idempotency-key": "another", "webhook-id": "msg_1" };
    expect(await openWith("generic", { headers, connection: { verification } })).toMatchObject({
      code: "invalid-request",
      errors: [{ pointer: "#/deliveryId" }],
    });
  });

  it.each([
    ["an Idempotency-Key with a signed timestamp", TIMED, { "idempotency-key": "run-1" }, "run-1"],
    ["the signed webhook-id of standard-webhooks", STANDARD, { "webhook-id": "msg_1" }, "msg_1"],
    ["no webhook-id that is not signed", HMAC, { "webhook-id": "msg_1" }, undefined],
  ])("takes for the delivery id %s", async (_what, verification, headers, deliveryId) => {
    expect(await openWith("generic", { headers, connection: { verification } })).toMatchObject([{ deliveryId }]);
  });

  it.each([
    ["dryRun", true],
    ["token=any", false],
  ])("takes the query %j for dry run: %s", async (query, dryRun) => {
    expect(await openWith("generic", { query })).toMatchObject([{ dryRun }]);
  });

  it.each([
    ["standard-webhooks", STANDARD, false],
    ["hmac over the body alone", HMAC, false],
    ["hmac over the address, too", { ...HMAC, signed: "{url}{body}" }, true],
  ])("takes a dry run from the query only where that is proven: %s", async (_what, verification, isRead) => {
    const opened = await openWith("generic", { query: "dryRun", headers: { "webhook-id": "msg_1" }, connection: { verification } });
    expect(opened).toMatchObject(isRead ? [{ dryRun: true }] : { code: "invalid-request", errors: [{ pointer: "#/dryRun" }] });
  });

  it("refuses a dry run that is neither true nor false", async () => {
    expect(await openWith("generic", { query: "dryRun=yes" })).toMatchObject({ code: "invalid-request" });
  });

  it("takes no secret from the query unless its connection says so", async () => {
    const verification = { secrets: [{ id: "current", value: SECRETS.current }] };
    const { verify } = await ConfiguredConnection.parseAsync({ schemaVersion: 1, source: "generic", gateway: "site-a", verification });
    const query = new URLSearchParams({ key: SECRETS.current, token: SECRETS.current });
    const webhook = {
      method: "POST",
      url: "https://hooks.example.com",
      query,
      headers: {},
      body: new Uint8Array(),
      receivedAt: new Date(0),
    };
    expect(await verify(webhook)).toMatchObject({ ok: false });
  });

  it("shows a mapping the query without its secret", async () => {
    const verification = { scheme: "shared-secret", in: ["query"], secrets: [{ id: "current", value: SECRETS.current }] };
    const connection = { verification, mapping: '{"reference": $join($keys(query), " ")}' };
    const drafts = await openWith("generic", { query: `key=${SECRETS.current}&step=2`, connection });
    expect(drafts).toMatchObject([{ fields: { reference: "step" } }]);
  });
});
