/** What the log says of a request that cannot be transferred, for callers that show nobody what is wrong: where and what, never a value. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CANARIES, findCanaries } from "../support/canaries.ts";
import { type LexUnderTest, lexEvent, startLex } from "../support/lex.ts";
import { MESSAGE, ORGANIZATION } from "../support/salesforce-message.ts";
import { KEY, type Stack, startStack } from "../support/stack.ts";

const CALL = "1552524689-16797284";
const VERIFICATION = { scheme: "shared-secret", secrets: [{ id: "current", value: KEY }] };
const SALESFORCE = { ...VERIFICATION, in: ["query"], parameter: "key", organizations: [ORGANIZATION] };
const TARGETS = { billing: { type: "skill-queue", address: "31" } };
/** Everything that is not named ccgw_. */
const FIELDS = { ccgw_call_id: CALL, ccgw_tagret: CANARIES.unknownValue, ccgw_call_data: CANARIES.callData, ccgw_caller: CANARIES.caller };
const UNKNOWN = "#/ccgw_tagret is not a known field; did you mean ccgw_target?";
const BARE = "#/target is required; #/caller must be a string";
const NO_TEXT = { ccgw_call_id: CALL, ccgw_caller: [CANARIES.caller] };

let stack: Stack;
let lex: LexUnderTest;
beforeAll(async () => {
  stack = await startStack();
  lex = await startLex(stack);
});
afterAll(() => stack.stop());
afterEach(() => {
  expect(stack.gateway.transfers()).toEqual([]);
});

/** Lines of the log by their message: of a request, or of one of several transfers. */
function take(message: "request" | "transfer"): Record<string, unknown>[] {
  const lines = stack.takeLog();
  const found = findCanaries(lines.join("\n"));
  expect(found.filter((name) => name !== "key")).toEqual([]);
  return lines.flatMap((line) => (line.includes(`"message":"${message}"`) ? [JSON.parse(line)] : []));
}

function post(
  source: string,
  body: unknown,
  connection: Readonly<Record<string, unknown>> = {},
  over: Parameters<Stack["transfer"]>[2] = {},
) {
  const made = stack.connect({ connection: { source, verification: VERIFICATION, targets: TARGETS, ...connection } });
  stack.takeLog();
  return stack.transfer(made.connection, body, over);
}

describe("an invalid request", () => {
  it.each<[string, unknown, Readonly<Record<string, unknown>>, string]>([
    ["dialogflow-cx", { sessionInfo: { parameters: FIELDS } }, {}, UNKNOWN],
    ["dialogflow-cx", { sessionInfo: { parameters: NO_TEXT } }, {}, BARE],
    ["rasa", { next_action: "hand_over", tracker: { slots: FIELDS } }, { events: ["hand_over"] }, UNKNOWN],
    ["rasa", { sender_id: CANARIES.caller }, { events: ["hand_over"] }, "#/next_action must be the action's name"],
    [
      "dynamics",
      { InputParameters: [{ key: "ccgw_call_id", value: "{{call}}" }] },
      {},
      "#/ccgw_call_id holds a placeholder ({{…}}) that nobody replaced",
    ],
    ["dialogflow-cx", [CANARIES.caller], {}, "# must be an object"],
    ["generic", NO_TEXT, {}, BARE],
    [
      "generic",
      { [CANARIES.fieldName]: [CANARIES.fieldValue] },
      { mapping: `{"callId": "${CALL}", "target": "billing", "callDataFields": body}` },
      "#/callDataFields/* must be text without control characters, a number within ±(2^53 - 1), true, false or null",
    ],
  ])("of %s is told in the line of the request: %j", async (source, body, connection, violations) => {
    await post(source, body, connection);
    expect(take("request")).toMatchObject([{ code: "invalid-request", violations }]);
  });

  it("of Lex is told in the line of the invocation", async () => {
    lex.connect("INVALID");
    stack.takeLog();
    await lex.invoke(lexEvent("INVALID", { requestAttributes: FIELDS }));
    expect(take("request")).toMatchObject([{ code: "invalid-request", violations: UNKNOWN }]);
  });

  it("among several is told in the line of that transfer", async () => {
    await post("hubspot", [FIELDS, CANARIES.caller, NO_TEXT]);
    const violations = [UNKNOWN, "# must be an object", BARE];
    expect(take("transfer").map((line) => line.violations)).toEqual(violations);
  });

  it("of Salesforce is told in the line of each notification, or in the fault", async () => {
    const query = `key=${KEY}`;
    const headers = { "content-type": "text/xml" };
    const fields = `<sf:ccgw_tagret__c>${CANARIES.unknownValue}</sf:ccgw_tagret__c>`;
    const entries = MESSAGE.replaceAll(/<sf:ccgw_target__c>.*<\/sf:ccgw_target__c>/g, fields);
    await post("salesforce-outbound-message", entries, { verification: SALESFORCE }, { query, headers });
    expect(take("transfer").map((line) => line.violations)).toEqual([UNKNOWN, UNKNOWN]);
    const whole = MESSAGE.replace("04l5g00001GhIjKAAV", CANARIES.caller);
    const { text } = await post("salesforce-outbound-message", whole, { verification: SALESFORCE }, { query, headers });
    expect(text).toContain(": #/Notification/0/Id must be a Salesforce id</faultstring>");
    expect(take("request")).toMatchObject([{ violations: "#/Notification/0/Id must be a Salesforce id" }]);
  });
});

describe("a request that the connection may not make", () => {
  it.each([
    ["agentId", { ccgw_agent_id: "102", ccgw_target: "billing" }],
    ["target", { ccgw_target: "agent:205" }],
    ["mode", { ccgw_target: "billing", ccgw_mode: "blind" }],
  ])("is told with what is not allowed: %s", async (field, fields) => {
    await post("generic", { ccgw_call_id: CALL, ...fields }, { allow: {} });
    expect(take("request")).toMatchObject([{ code: "forbidden", reason: `${field} is not allowed` }]);
  });
});

describe("a webhook that asks for nothing", () => {
  it.each([
    ["action_listen", "event not listed: action_listen"],
    ["action-2.x", "event not listed: action-2.x"],
    [`a`.repeat(80), `event not listed: ${"a".repeat(64)}`],
    [`hand over ${CANARIES.caller}`, "event not listed: hand"],
    ["übergeben", "event not listed: another"],
  ])("is told with its event: %s", async (next_action, reason) => {
    const { status } = await post("rasa", { next_action }, { events: ["hand_over"] });
    expect(status).toBe(404);
    expect(take("request")).toMatchObject([{ entries: 0, reason, status: 404 }]);
  });

  it("is told with what Lex invoked the function for", async () => {
    lex.connect("DIALOG");
    stack.takeLog();
    await lex.invoke(lexEvent("DIALOG", { invocationSource: "DialogCodeHook" }));
    expect(take("request")).toMatchObject([{ entries: 0, reason: "another invocation than FulfillmentCodeHook" }]);
  });
});

describe("call data that was cut", () => {
  it.each([
    [2_049, true],
    [2_048, undefined],
  ])("is told in the line of the request, of %i bytes: %s", async (bytes, callDataTruncated) => {
    const body = { ccgw_call_id: CALL, ccgw_target: "billing", ccgw_call_data: "x".repeat(bytes) };
    await post("generic", body, { callDataOverflow: "truncate", test: true });
    expect(take("request").map((line) => line.callDataTruncated)).toEqual([callDataTruncated]);
  });
});
