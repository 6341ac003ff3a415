import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { JSON_HEADERS, readFixture } from "../support/fixture.ts";
import { openWith } from "../support/opened.ts";
import { CANONICAL_ANSWERS, describeSource, type Proof, type SourceContract, type Unsigned } from "./source-contract.ts";

const ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
const SECRETS = {
  current: toSecret("current-secret-of-24-byt"),
  next: toSecret("next-secret-of-24-bytes!"),
  expired: toSecret("expired-secret-of-24-byt"),
  wrong: toSecret("wrong-secret-of-24-bytes"),
};
const acknowledged = (code: string) => ({ status: 200, body: { ok: false, code } });

const CONTRACT: SourceContract = {
  id: "standard-webhooks",
  verification: { scheme: "standard-webhooks" },
  secrets: SECRETS,
  headers: JSON_HEADERS,
  sign,
  signsBody: true,
  toleranceSeconds: 300,
  body: readFixture("standard-webhooks/envelope.json"),
  requests: [
    {
      callId: "1552524689-16797284",
      agentId: "101",
      target: { type: "agent", address: "205", skillId: 3 },
      mode: "release-after-transfer",
      caller: "88880021",
      callData: '{"name":"Ana Müller","vip":true,"note":"wünscht Rückruf 😀"}',
      reference: "ticket-4711",
      deliveryId: ID,
    },
  ],
  answers: {
    ...CANONICAL_ANSWERS,
    refused: acknowledged("gateway-refused"),
    inProgress: acknowledged("duplicate-in-progress"),
    misconfigured: acknowledged("misconfigured"),
    malformed: acknowledged("invalid-json"),
    empty: acknowledged("invalid-json"),
    notAnObject: acknowledged("invalid-request"),
    otherType: acknowledged("unsupported-media-type"),
  },
  // "A delivery is successful if it was responded to with a 2xx status code, and a failure in any other scenario."
  repeats: ({ status }) => status >= 300,
};

describeSource(CONTRACT);
describeSource({
  ...CONTRACT,
  variant: "bare",
  body: new TextEncoder().encode(
    JSON.stringify({ callId: "1552524689-16797285", target: { type: "agent", address: "205" }, callData: "é" }),
  ),
  requests: [
    {
      callId: "1552524689-16797285",
      agentId: "101",
      target: { type: "agent", address: "205" },
      mode: "release-after-transfer",
      callData: "é",
      deliveryId: ID,
    },
  ],
});

describe("source standard-webhooks", () => {
  it.each([
    ["the body", { callId: "c-1" }, { callId: "c-1" }],
    ["the data of an envelope", { type: "a.b", timestamp: "2026-11-23T07:00:00Z", data: { callId: "c-1" } }, { callId: "c-1" }],
    ["a body whose data is none", { type: "a.b", data: "text" }, { type: "a.b", data: "text" }],
    ["a body without a type", { data: { callId: "c-1" } }, { data: { callId: "c-1" } }],
  ])("takes %s for the request", async (_what, body, fields) => {
    expect(await openWith("standard-webhooks", { body: JSON.stringify(body), ...CONNECTED })).toMatchObject([{ fields }]);
  });

  it("leaves the envelope to a mapping", async () => {
    const connection = { ...CONNECTED.connection, mapping: '{"callId": body.data.id, "reference": body.type}' };
    const body = JSON.stringify({ type: "a.b", data: { id: "c-1" } });
    expect(await openWith("standard-webhooks", { body, connection })).toMatchObject([{ fields: { callId: "c-1", reference: "a.b" } }]);
  });

  it("refuses a dry run in its address, which nobody signed", async () => {
    const drafts = await openWith("standard-webhooks", { query: "dryRun=true", ...CONNECTED });
    expect(drafts).toMatchObject({ code: "invalid-request", effect: "none" });
  });
});

function sign({ body, atMs }: Unsigned, secret: string): Proof {
  const signature = new Webhook(secret).sign(ID, new Date(atMs), new TextDecoder().decode(body));
  const timestamp = String(Math.floor(atMs / 1_000));
  return { headers: { "webhook-id": ID, "webhook-timestamp": timestamp, "webhook-signature": signature } };
}

function toSecret(text: string): string {
  return `whsec_${Buffer.from(text).toString("base64")}`;
}

const CONNECTED = { connection: { verification: { secrets: [{ id: "current", value: SECRETS.current }] } } };
