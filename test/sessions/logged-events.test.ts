import { describe, expect, it } from "vitest";
import { type EventSink, parseEvent } from "../../lib/gateway/events.ts";
import { createLoggedEvents } from "../../lib/sessions/logged-events.ts";
import { createKeptLog } from "../support/kept-log.ts";

const AGENT = { gateway: "main", agentId: "101" };
const NUMBER = "88880021";

async function take(...events: readonly unknown[]) {
  const log = createKeptLog();
  const sink: EventSink = createLoggedEvents(log);
  await sink.take(AGENT, events.map(parseEvent));
  return log;
}

describe("the gateway's events", () => {
  it("are told one by one, by type and call, in their order", async () => {
    const { events, entries, lines } = await take(
      { eventType: "AgentEvent_SuccTransResult", content: { result: 0, callId: "c-1" } },
      { eventType: "AgentEvent_Call_Release", content: "c-1" },
      { eventType: "AgentEvent_Unheard_Of", content: "c-2" },
    );
    expect(events).toEqual([
      { ...AGENT, eventType: "AgentEvent_SuccTransResult", callId: "c-1" },
      { ...AGENT, eventType: "AgentEvent_Call_Release", callId: "c-1" },
      { ...AGENT, eventType: "other", callId: undefined },
    ]);
    expect([entries, lines]).toEqual([[], []]);
  });

  it("are counted by type", async () => {
    const release = { eventType: "AgentEvent_Call_Release", content: "c-1" };
    expect((await take(release, { eventType: "planted", content: "planted" }, release)).counts).toEqual([
      { metric: "GatewayEvents", dimensions: { type: "AgentEvent_Call_Release" } },
      { metric: "GatewayEvents", dimensions: { type: "other" } },
      { metric: "GatewayEvents", dimensions: { type: "AgentEvent_Call_Release" } },
    ]);
  });

  it("are nothing where there are none", async () => {
    const { events, counts } = await take();
    expect([events, counts]).toEqual([[], []]);
  });

  it.each([
    ["AgentEvent_Talking", { caller: NUMBER, callid: "c-1", called: NUMBER, feature: 7, type: 1, mediaAbility: 5 }],
    ["AgentEvent_Customer_Release", { callid: "c-1", number: NUMBER }],
    ["AgentEvent_Incoming_CallInfo", { callId: "c-1", skillName: NUMBER, skillId: 3, caller: NUMBER, called: NUMBER, mediaType: 5 }],
    [NUMBER, { callId: NUMBER }],
  ])("tell no number: %s", async (eventType, content) => {
    const { events, counts } = await take({ eventType, workNo: NUMBER, content });
    expect(events).toHaveLength(1);
    expect(JSON.stringify([events, counts])).not.toContain(NUMBER);
  });
});
