/** Why a webhook asked for nothing, as the log will tell it. */
import { describe, expect, it } from "vitest";
import { PROOF } from "../support/connect-documents.ts";
import { configure, toWebhook } from "../support/open-source.ts";

const SERVICE_URL = PROOF.claims.serviceurl;
const CHANNELS = { scheme: "bot-framework-token", accepted: [{ id: "a", value: "app-of-the-bot" }], channels: ["directline"] };

describe("a webhook", () => {
  it.each<[string, object, unknown, string | undefined]>([
    ["chatwoot", { events: ["a"] }, { event: "a", custom_attributes: {} }, "names no call"],
    ["chatwoot", { events: ["a"] }, { event: "b", custom_attributes: { ccgw_call_id: "1" } }, "event not listed: b"],
    ["chatwoot", { events: ["a"] }, { event: "a", custom_attributes: { ccgw_call_id: "1" } }, undefined],
    ["intercom", { events: ["a.b"] }, { topic: "a.b", data: {} }, "names no call"],
    ["intercom", { events: ["a.b"] }, { topic: "a.c", data: {} }, "event not listed: a.c"],
    ["bot-framework", { verification: CHANNELS }, { type: "message", serviceUrl: SERVICE_URL }, "another activity than handoff.initiate"],
  ])("of %s asks for nothing with a reason", async (source, connection, body, nothingAsked) => {
    const { open } = await configure({ source, ...connection });
    const opened = await open(toWebhook({ body: JSON.stringify(body) }), PROOF);
    expect(opened).toMatchObject({ drafts: nothingAsked === undefined ? [{}] : [], nothingAsked });
  });
});
