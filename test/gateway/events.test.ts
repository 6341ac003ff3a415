import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AgentEvent, parseEvent } from "../../lib/gateway/events.ts";
import { anyText, fuzz, trickyName } from "../support/fuzz-settings.ts";

const CALL = "1552524689-16797284";
const CALLER = "88880021";
const OTHER: AgentEvent = { type: "other" };
const TYPES = [
  "AgentEvent_SuccTransResult",
  "AgentEvent_Connect_Fail",
  "AgentEvent_Call_Release",
  "AgentEvent_Talking",
  "AgentEvent_Customer_Release",
  "AgentEvent_Incoming_CallInfo",
] as const;

const TALKING = { caller: CALLER, callid: CALL, called: "88880021", feature: 7, type: 1, mediaAbility: 5 };
const INCOMING = { callId: CALL, skillName: "s", skillId: 1, caller: CALLER, called: CALLER, mediaType: 5, callData: "help" };

describe("an event as it is documented", () => {
  it.each<[string, unknown, object]>([
    ["AgentEvent_SuccTransResult", { result: 0, callId: CALL }, { callId: CALL, result: 0 }],
    ["AgentEvent_SuccTransResult", { result: 20388, callId: CALL }, { callId: CALL, result: 20388 }],
    ["AgentEvent_SuccTransResult", { result: -1, callId: CALL }, { callId: CALL, result: -1 }],
    ["AgentEvent_Connect_Fail", CALL, { callId: CALL }],
    ["AgentEvent_Call_Release", CALL, { callId: CALL }],
    ["AgentEvent_Talking", TALKING, { callId: CALL }],
    ["AgentEvent_Customer_Release", { callid: CALL, number: CALLER }, { callId: CALL }],
    ["AgentEvent_Incoming_CallInfo", INCOMING, { callId: CALL }],
  ])("%s with %j is read", (eventType, content, expected) => {
    expect(parseEvent({ eventType, workNo: "291", content })).toEqual({ type: eventType, ...expected });
    const withTime = { eventType, workNo: "291", content, eventGenTime: 1_795_417_200_000, further: CALLER };
    expect(parseEvent(withTime)).toEqual({ type: eventType, ...expected, generatedAt: 1_795_417_200_000 });
  });

  it.each([0, 8.64e15])("may have a time %j, as early or as late as there are any", (eventGenTime) => {
    expect(parseEvent({ eventType: "AgentEvent_Call_Release", content: CALL, eventGenTime })).toMatchObject({ generatedAt: eventGenTime });
  });

  it.each(["1795417200000", null, {}, true, -1, 1_795_417_200_000.5, 8.64e15 + 1, 2 ** 53 + 2, 1e300])(
    "may have a time %j that cannot be read",
    (eventGenTime) => {
      expect(parseEvent({ eventType: "AgentEvent_Call_Release", content: CALL, eventGenTime })).toEqual({
        type: "AgentEvent_Call_Release",
        callId: CALL,
      });
    },
  );
});

describe("an event that is not as it is documented", () => {
  it.each<[string, unknown]>([
    ["AgentEvent_SuccTransResult", { result: "0", callId: CALL }],
    ["AgentEvent_SuccTransResult", { result: 0.5, callId: CALL }],
    ["AgentEvent_SuccTransResult", { result: 0, callid: CALL }],
    ["AgentEvent_SuccTransResult", { callId: CALL }],
    ["AgentEvent_SuccTransResult", JSON.stringify({ result: 0, callId: CALL })],
    ["AgentEvent_Connect_Fail", { callId: CALL }],
    ["AgentEvent_Connect_Fail", ""],
    ["AgentEvent_Call_Release", "1".repeat(129)],
    ["AgentEvent_Call_Release", 7],
    ["AgentEvent_Call_Release", undefined],
    ["AgentEvent_Talking", { ...TALKING, callid: undefined, callId: CALL }],
    ["AgentEvent_Talking", CALL],
    ["AgentEvent_Customer_Release", [CALL]],
    ["AgentEvent_Incoming_CallInfo", null],
    ["AgentEvent_Incoming_CallInfo", { callid: CALL }],
    ["AgentMediaEvent_Play", CALL],
    ["AgentOther_ShutdownService", CALL],
    ["agentevent_call_release", CALL],
    ["constructor", CALL],
    ["__proto__", CALL],
    ["toString", CALL],
    ["other", CALL],
    ["", CALL],
  ])("%s with %j is one of others", (eventType, content) => {
    expect(parseEvent({ eventType, content, eventGenTime: 1 })).toEqual(OTHER);
  });

  it.each([undefined, null, "", "AgentEvent_Call_Release", 7, true, [], {}, { eventType: 7, content: CALL }, { content: CALL }])(
    "%j is one of others",
    (given) => {
      expect(parseEvent(given)).toEqual(OTHER);
    },
  );
});

describe("whatever the gateway sends", () => {
  const eventType = fc.oneof(fc.constantFrom(...TYPES), trickyName(), anyText());
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean());
  const name = fc.oneof(fc.constantFrom("callId", "callid", "result", "caller", "called", "number"), trickyName());
  const content = fc.oneof(fc.anything(), scalar, fc.dictionary(name, fc.oneof(scalar, fc.anything())));

  it("it is an event of a known type with a call, or one of others with nothing", () => {
    const event = fc.oneof(fc.anything(), fc.record({ eventType, content, eventGenTime: fc.anything() }, { requiredKeys: [] }));
    fc.assert(
      fc.property(event, (given) => {
        const { type, callId, result, generatedAt, ...rest } = parseEvent(given);
        expect(rest).toEqual({});
        expect([...TYPES, "other"]).toContain(type);
        if (type === "other") {
          expect({ callId, result, generatedAt }).toEqual({});
          return;
        }
        expect(callId).toMatch(/^.{1,128}$/s);
        expect(result === undefined || Number.isSafeInteger(result)).toBe(true);
        expect(Number.isInteger(result)).toBe(type === "AgentEvent_SuccTransResult");
        expect(generatedAt === undefined || (generatedAt >= 0 && Number.isSafeInteger(generatedAt))).toBe(true);
      }),
      fuzz(2),
    );
  });

  it("no number of a caller gets past it", () => {
    const call = fc.stringMatching(/^[0-4]{1,9}-[0-4]{1,9}$/);
    const ids = (callId: string) => fc.constantFrom({ callId, result: 0 }, { callid: callId }, { callId, callid: callId, result: 3 });
    const fields = fc.dictionary(
      fc.stringMatching(/^[a-z_A-Z]{1,12}$/),
      fc.constantFrom(CALLER, `+86${CALLER}`, { number: CALLER }, [CALLER]),
    );
    const event = call.chain((callId) =>
      fc.record({
        eventType: fc.constantFrom(...TYPES),
        workNo: fc.constantFrom("291", CALLER),
        content: fc.oneof(
          fc.constant(callId),
          fc.tuple(fields, ids(callId)).map(([others, own]) => ({ caller: CALLER, called: CALLER, number: CALLER, ...others, ...own })),
        ),
        caller: fc.constant(CALLER),
      }),
    );
    fc.assert(
      fc.property(event, (given) => {
        expect(JSON.stringify(parseEvent(given))).not.toContain(CALLER);
      }),
      fuzz(2),
    );
  });
});
