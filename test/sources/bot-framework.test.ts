/** Activities of the Bot Framework and Copilot Studio: https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human */
import { generateKeyPair } from "jose";
import { afterAll, describe, expect, it } from "vitest";
import { JSON_HEADERS, readFixture } from "../support/fixture.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { openSource } from "../support/open-source.ts";
import { startStack } from "../support/stack.ts";
import { startTestIssuer, validAt } from "../support/token-issuer.ts";
import { CANONICAL_ANSWERS, describeSource, type ExpectedAnswer } from "./source-contract.ts";

const SERVICE_URL = "https://europe.directline.botframework.com/";
const CLAIMS = { serviceurl: SERVICE_URL, channels: ["directline"] };
const APP_ID = "5a0e1f6c-8d0b-4c55-9d0f-9f1f5d1c7e21";
const OTHER_APP_ID = "91c2a7de-3b44-4f0a-8a55-0d6a4f1b2c33";
const FIXTURE = readFixture("bot-framework/handoff-initiate.json");
const ACTIVITY: Readonly<Record<string, unknown>> = JSON.parse(new TextDecoder().decode(FIXTURE));

const issuer = await startTestIssuer();
const { privateKey: unpublished } = await generateKeyPair("RS256");
afterAll(() => issuer.stop());

const SETTINGS = {
  scheme: "bot-framework-token",
  channels: ["directline"],
  issuer: issuer.url,
  metadataUrl: issuer.metadataUrl,
};
const VERIFICATION = {
  ...SETTINGS,
  accepted: [
    { id: "current", value: APP_ID },
    { id: "expired", value: OTHER_APP_ID, notAfter: new Date(INSTANT).toISOString() },
  ],
};

function status(value: Readonly<Record<string, unknown>>): ExpectedAnswer {
  return { status: 200, headers: JSON_HEADERS, body: { activities: [{ type: "event", name: "handoff.status", value }] } };
}

describeSource({
  id: "bot-framework",
  verification: SETTINGS,
  // App ids: no secrets, but each the audience of a bot's tokens.
  secretsIn: "accepted",
  secrets: {
    current: APP_ID,
    next: "c3a7f1d2-6b1e-4b7d-8f7c-2c6f6a1b4d44",
    expired: OTHER_APP_ID,
    wrong: "e8d5b0a1-1f2e-4d3c-9b8a-7c6d5e4f3a55",
  },
  claims: CLAIMS,
  headers: JSON_HEADERS,
  async sign({ atMs }, appId) {
    const token = await issuer.sign({ aud: appId, serviceurl: SERVICE_URL, ...validAt(atMs) });
    return { headers: { authorization: `Bearer ${token}` } };
  },
  signsBody: false,
  toleranceSeconds: 300,
  body: FIXTURE,
  requests: [
    {
      callId: "1552524689-16797291",
      agentId: "101",
      target: { type: "skill-queue", address: "31" },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: "Zoë Müller: invoice 2026-117, charged twice",
      reference: "GTk5VYbXzDA9qfEVHtP8zN-eu",
      deliveryId: "directline/GTk5VYbXzDA9qfEVHtP8zN-eu|0000012",
    },
  ],
  answers: {
    ...CANONICAL_ANSWERS,
    accepted: status({ state: "accepted", ccgw_state: "accepted" }),
    replayed: status({ state: "accepted", ccgw_state: "accepted" }),
    unknown: status({ state: "accepted", ccgw_state: "unknown", ccgw_code: "gateway-error" }),
    refused: status({ state: "failed", ccgw_state: "failed", ccgw_code: "gateway-refused", ccgw_reason: "invalid-target" }),
    busy: status({ state: "failed", ccgw_code: "gateway-busy", ccgw_retryable: true, ccgw_effect: "none" }),
    inProgress: status({ state: "accepted", ccgw_state: "unknown", ccgw_code: "duplicate-in-progress" }),
    dryRun: status({ state: "failed", ccgw_state: "dry-run" }),
    misconfigured: status({ state: "failed", ccgw_code: "misconfigured" }),
  },
});

function open(over: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>) {
  const body = JSON.stringify({ ...ACTIVITY, ...over });
  return openSource({ connection: { source: "bot-framework", verification: VERIFICATION }, body, claims });
}

describe("source bot-framework", () => {
  it.each([
    ["another service", { serviceUrl: "https://smba.trafficmanager.net/emea/" }, CLAIMS],
    ["a service that differs in a slash", { serviceUrl: SERVICE_URL.slice(0, -1) }, CLAIMS],
    ["no service", { serviceUrl: undefined }, CLAIMS],
    ["a service that the token does not name", {}, { serviceurl: "https://smba.trafficmanager.net/emea/" }],
  ])("is not proven by a token for another service than the activity's: %s", async (_what, over, claims) => {
    await expect(open(over, claims)).rejects.toMatchObject({ code: "unauthenticated", effect: "none" });
  });

  it("is not proven where neither names a service, and not for a message either", async () => {
    const body = JSON.stringify({ type: "message" });
    const connection = { source: "bot-framework", verification: VERIFICATION };
    await expect(openSource({ connection, body, claims: {} })).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it.each([
    ["a channel that the connection does not list", { channelId: "webchat" }, CLAIMS],
    ["a channel that the token's key is not endorsed for", {}, { ...CLAIMS, channels: [] }],
    ["no channel", { channelId: undefined }, CLAIMS],
    ["a token of which nothing is known", {}, { serviceurl: SERVICE_URL }],
  ])("is not asked for a transfer from %s", async (_what, over, claims) => {
    await expect(open(over, claims)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  it("goes on without a transfer on a channel that the connection does not list", async () => {
    const { opened } = await open({ type: "message", channelId: "webchat" }, CLAIMS);
    expect(opened).toEqual({ drafts: [] });
  });

  it("answers one that is not proven so like any other: plainly", async () => {
    const stack = await startStack({ instantMs: INSTANT });
    try {
      const { connection } = stack.connect({ connection: { source: "bot-framework", verification: VERIFICATION } });
      const token = await issuer.sign({ aud: APP_ID, serviceurl: "https://elsewhere.example/" });
      const headers = { ...JSON_HEADERS, authorization: `Bearer ${token}` };
      expect(await stack.transfer(connection, FIXTURE, { headers })).toMatchObject({
        status: 401,
        headers: { "content-type": "application/problem+json" },
        body: { code: "unauthenticated" },
      });
      expect(stack.takeLog().join()).toContain("serviceUrl is not the token's");
      const forged = { ...JSON_HEADERS, authorization: `Bearer ${await issuer.sign({ aud: APP_ID, ...CLAIMS }, { key: unpublished })}` };
      expect(await stack.transfer(connection, FIXTURE, { headers: forged })).toMatchObject({ status: 401 });
      const expired = { ...JSON_HEADERS, authorization: `Bearer ${await issuer.sign({ aud: OTHER_APP_ID, ...CLAIMS })}` };
      expect(await stack.transfer(connection, FIXTURE, { headers: expired })).toMatchObject({ status: 401 });
      expect(stack.gateway.transfers()).toEqual([]);
    } finally {
      await stack.stop();
    }
  });
});
