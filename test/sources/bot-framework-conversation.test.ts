/** Where a bot's conversation is told what became of its transfer, and where nobody is: the bot's own token would be shown there. */
import { describe, expect, it } from "vitest";
import { toHandoffEvent } from "../../lib/sources/answering/handoff-status.ts";
import { toSummary } from "../../lib/sources/answering/summary.ts";
import { readFixture } from "../support/fixture.ts";
import { DRY_RUN, failureOf, openSource, resultOf } from "../support/open-source.ts";
import { ACCEPTED, REFUSED, UNKNOWN } from "../support/transfer-service.ts";

const APP_ID = "5a0e1f6c-8d0b-4c55-9d0f-9f1f5d1c7e21";
const SERVICE_URL = "https://europe.directline.botframework.com/";
const VERIFICATION = { scheme: "bot-framework-token", channels: ["directline"], accepted: [{ id: "current", value: APP_ID }] };
const CONNECTOR = { appId: APP_ID, appPassword: "a-password-of-the-bot", serviceUrls: [SERVICE_URL] };
const ACTIVITY: Readonly<Record<string, unknown>> = {
  ...JSON.parse(new TextDecoder().decode(readFixture("bot-framework/handoff-initiate.json"))),
  deliveryMode: "normal",
  from: { id: "dl_0d5f1c0e", name: "Zoë Müller", role: "user" },
  recipient: { id: "bot@handle", name: "Contoso" },
};
type Over = Readonly<Record<string, unknown>>;

function open(over: Over = {}, connector: Over | undefined = CONNECTOR, claims: Over = {}) {
  return openSource({
    connection: { source: "bot-framework", verification: VERIFICATION, ...(connector && { connector }) },
    body: JSON.stringify({ ...ACTIVITY, ...over }),
    claims: { aud: APP_ID, serviceurl: SERVICE_URL, channels: ["directline"], ...claims },
  });
}

describe("a bot's conversation", () => {
  it("is told where it is, by ids alone", async () => {
    expect((await open()).conversation).toEqual({
      serviceUrl: SERVICE_URL,
      conversationId: "GTk5VYbXzDA9qfEVHtP8zN-eu",
      activityId: "GTk5VYbXzDA9qfEVHtP8zN-eu|0000012",
      botId: "bot@handle",
      userId: "dl_0d5f1c0e",
    });
  });

  it.each<[string, Over]>([
    ["has no id", { id: undefined }],
    ["notifies", { deliveryMode: "notification" }],
    ["says nothing of how it is answered", { deliveryMode: undefined }],
  ])("is told, too, where its activity %s", async (_what, over) => {
    expect((await open(over)).conversation).toMatchObject({ conversationId: "GTk5VYbXzDA9qfEVHtP8zN-eu" });
  });

  it("is told, too, why its activity is no request", async () => {
    const { opened, conversation } = await open({ value: { ccgw_cal_id: "1" } });
    expect(opened).toMatchObject({ error: { code: "invalid-request" } });
    expect(conversation).toMatchObject({ userId: "dl_0d5f1c0e" });
  });

  it("is that of a bot whose id stands in capitals", async () => {
    expect((await open({}, { ...CONNECTOR, appId: APP_ID.toUpperCase() })).conversation).toBeDefined();
  });

  const another = "https://smba.trafficmanager.net/emea/";
  it.each<[string, Over, (Over | undefined)?, Over?]>([
    ["reads the answer", { deliveryMode: "expectReplies" }],
    ["is an invoke", { type: "invoke" }],
    ["is a message", { type: "message" }],
    ["is another event", { name: "webchat/join" }],
    ["names no conversation", { conversation: {} }],
    ["has a conversation that is no object", { conversation: "text" }],
    ["has a conversation that leads elsewhere", { conversation: { id: ".." } }],
    ["has a conversation of more than one line", { conversation: { id: "a\r\nb" } }],
    ["has an endless conversation", { conversation: { id: "x".repeat(2_000) } }],
    ["names nobody", { from: undefined }],
    ["is for no bot", { recipient: { name: "Contoso" } }],
    ["came by a service that is not listed", { serviceUrl: another }, CONNECTOR, { serviceurl: another }],
    ["is for another bot", {}, CONNECTOR, { aud: "91c2a7de-3b44-4f0a-8a55-0d6a4f1b2c33" }],
    ["is for no bot that its proof names", {}, CONNECTOR, { aud: undefined }],
  ])("is told nothing where its activity %s", async (_what, over, connector, claims) => {
    expect((await open(over, connector, claims)).conversation).toBeUndefined();
  });

  it("is told nothing where the connection has no credentials", async () => {
    const connection = { source: "bot-framework", verification: VERIFICATION };
    const claims = { aud: APP_ID, serviceurl: SERVICE_URL, channels: ["directline"] };
    expect((await openSource({ connection, body: JSON.stringify(ACTIVITY), claims })).conversation).toBeUndefined();
  });

  it("is not known of one that is not proven", async () => {
    await expect(open({ serviceUrl: another })).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(open({ channelId: "webchat", value: {} })).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("the event of its own", () => {
  it.each([
    ["accepted, its outcome open", resultOf(ACCEPTED, { outcome: "pending" }), "accepted"],
    ["accepted, of which nobody hears", resultOf(ACCEPTED, { outcome: "not-observed" }), "accepted"],
    ["completed", resultOf(ACCEPTED, { outcome: "completed" }), "completed"],
    ["accepted, and failed since", resultOf(ACCEPTED, { outcome: "failed" }), "failed"],
    ["unknown, and failed", resultOf(UNKNOWN, { outcome: "failed" }), "failed"],
    ["refused", resultOf(REFUSED), "failed"],
    ["forbidden", failureOf("forbidden"), "failed"],
    ["a used delivery id, whose first had no effect", failureOf("idempotency-mismatch", "none"), "failed"],
  ])("says of one that is %s", async (_what, outcome, state) => {
    expect(toHandoffEvent(toSummary(outcome))).toMatchObject({ state });
  });

  it.each([
    ["unknown", resultOf(UNKNOWN, { outcome: "pending" })],
    ["unknown for good", resultOf(UNKNOWN, { outcome: "unconfirmed" })],
    ["accepted, of which nothing was heard", resultOf(ACCEPTED, { outcome: "unconfirmed" })],
    ["a used delivery id, whose first may have happened", failureOf("idempotency-mismatch", "unknown")],
    ["another delivery's call", failureOf("call-busy")],
    ["worth a repeat", failureOf("gateway-unreachable")],
    ["refused, and worth a repeat", resultOf({ ...REFUSED, code: "gateway-busy" })],
    ["a dry run", DRY_RUN],
  ])("is none of one that is %s", async (_what, outcome) => {
    expect(toHandoffEvent(toSummary(outcome))).toBeUndefined();
  });
});
