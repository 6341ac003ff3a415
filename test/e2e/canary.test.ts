/** What a transfer that succeeds, a dry run and the other answers tell: nothing confidential, whatever the gateway repeats of the request. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { CALL_DATA, CANARIES, COOKIES, echoes, findCanaries } from "../support/canaries.ts";
import { send } from "../support/failure-cases.ts";
import { transferWithoutKeeping } from "../support/internal-failures.ts";
import { type Answer, type Stack, startStack } from "../support/stack.ts";

/** Of the simulator's agent 101, from its seed. */
const GUID = "11111111-1111-4111-8111-111111111111.AgentGateway0";
const GUID_ALONE = { guid: GUID.split(".")[0] ?? "" };
const CALL = { callId: "1552524689-16797284" };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(() => {
  stack.gateway.reset();
  stack.takeLog();
  stack.takeServerLog();
});

function connect(connection: Readonly<Record<string, unknown>> = {}): string {
  return stack.connect({ connection, agent: { guid: GUID, cookies: COOKIES } }).connection;
}

function toldBy(...answers: readonly Answer[]): string[] {
  return answers.flatMap(({ text, headers }) => findCanaries(`${text}\n${JSON.stringify(headers)}`, GUID_ALONE));
}

function printed(): string[] {
  return findCanaries([...stack.takeLog(), ...stack.takeServerLog()].join("\n"), GUID_ALONE);
}

describe("a transfer that is accepted", () => {
  it.each([
    { what: "call data", fields: {} },
    { what: "fields", fields: { callData: undefined, callDataFields: { [CANARIES.fieldName]: CANARIES.fieldValue } } },
    { what: "an attempt", fields: { attempt: CANARIES.fieldValue } },
  ])("with $what tells nothing confidential, nor does its replay", async ({ fields }) => {
    const connection = connect();
    const answers = [await send(stack, connection, fields), await send(stack, connection, fields)];
    expect(answers.map(({ body }) => [body.state, body.replayed])).toEqual([
      ["accepted", false],
      ["accepted", true],
    ]);
    expect(stack.gateway.transfers()).toHaveLength(1);
    expect(toldBy(...answers)).toEqual([]);
    expect(printed()).toEqual([]);
  });

  it("sends what it does not tell", async () => {
    await send(stack, connect(), {});
    const [sent] = stack.gateway.transfers();
    expect(findCanaries(JSON.stringify(sent), GUID_ALONE)).toEqual(["cookie", "otherCookie", "caller", "callData", "guid"]);
  });

  it("logs why its result was not kept, without the message of the error", async () => {
    const [answer] = await transferWithoutKeeping();
    expect(answer?.body).toMatchObject({ state: "accepted" });
    const log = stack.takeLog().join("\n");
    expect(log).toContain("result not kept");
    expect(findCanaries(log)).toEqual([]);
    expect(answer && toldBy(answer)).toEqual([]);
  });
});

describe("the shape of a webhook that is captured", () => {
  it("holds names alone: no value, no secret, nothing of the customer", async () => {
    const captureUntil = new Date(Date.now() + 60_000).toISOString();
    const connection = connect({ captureUntil });
    const answer = await send(stack, connection, {
      callData: undefined,
      callDataFields: { [CANARIES.caller]: CANARIES.fieldValue, topic: CALL_DATA },
    });
    expect(answer.body).toMatchObject({ state: "accepted" });
    const store = createDynamoDbStore("records", { wallMs: Date.now });
    const kept = await store.get(`capture:${connection}`, AbortSignal.timeout(5_000));
    expect(kept).toMatchObject({ shape: { "body.callDataFields.topic": ["string"], "body.callDataFields.*": ["string"] } });
    expect(findCanaries(JSON.stringify(kept), GUID_ALONE)).toEqual([]);
    expect(toldBy(answer)).toEqual([]);
    expect(printed()).toEqual([]);
  });
});

describe("a gateway's message", () => {
  const repeated = echoes(GUID).flatMap((message) => ["0", "106-004", "100-007"].map((retcode) => ({ message, retcode })));

  it.each(repeated)("of retcode $retcode that repeats $message tells nothing confidential", async ({ message, retcode }) => {
    stack.gateway.addFault({ kind: "retcode", retcode, message });
    const answer = await send(stack, connect(), {});
    expect(answer.body).toMatchObject({ gateway: { retcode } });
    expect(toldBy(answer)).toEqual([]);
    expect(printed()).toEqual([]);
  });

  it.each([
    { what: "fields as JSON", callDataFormat: "json" },
    { what: "fields as pairs", callDataFormat: "key-value" },
    { what: "fields as text", callDataFormat: "text" },
  ])("that repeats $what tells nothing confidential", async ({ callDataFormat }) => {
    const connection = connect({ callDataFormat });
    const callDataFields = { [CANARIES.fieldName]: `${CANARIES.fieldValue}; "${CANARIES.caller}"` };
    const preview = await send(stack, connection, { callData: undefined, callDataFields, dryRun: true });
    const { calldata } = Object(Object(preview.body.wire).body);
    stack.takeLog();
    stack.gateway.addFault({ kind: "retcode", retcode: "000-006", message: `wrong: ${JSON.stringify({ calldata })} ${calldata}` });
    const answer = await send(stack, connection, { callData: undefined, callDataFields });
    expect(answer.body).toMatchObject({ code: "gateway-refused" });
    expect(toldBy(answer)).toEqual([]);
    expect(printed()).toEqual([]);
  });

  it.each(["caller", "cookie", "guid"] as const)("that has the %s for a retcode tells nothing confidential", async (name) => {
    stack.gateway.addFault({ kind: "retcode", retcode: { ...CANARIES, ...GUID_ALONE }[name] });
    const answer = await send(stack, connect(), {});
    expect(answer.body).toMatchObject({ code: "gateway-error" });
    expect(toldBy(answer)).toEqual([]);
    expect(findCanaries(stack.takeLog().join("\n"), GUID_ALONE)).toEqual([]);
  });
});

describe("a dry run", () => {
  it("shows the caller what the caller sent, and neither a Guid nor a secret", async () => {
    const answer = await send(stack, connect(), { dryRun: true });
    expect(answer.body).toMatchObject({ dryRun: true, request: { callData: CALL_DATA, caller: CANARIES.caller } });
    expect(toldBy(answer)).toEqual(["caller", "callData", "deliveryId"]);
    expect(printed()).toEqual([]);
    expect(stack.gateway.transfers()).toEqual([]);
  });
});

describe("the other answers", () => {
  it("of a connection's description tell neither its defaults for a call nor its secrets", async () => {
    const connection = connect({ defaults: { caller: CANARIES.caller, callData: CANARIES.callData } });
    const answer = await stack.describe(connection, { query: `key=${CANARIES.query}` });
    expect(answer.status).toBe(200);
    expect(toldBy(answer)).toEqual([]);
    expect(printed()).toEqual([]);
  });

  it("of a transfer with the connection's defaults tell them neither", async () => {
    const connection = connect({ defaults: { caller: CANARIES.caller, callData: CANARIES.callData } });
    const answer = await send(stack, connection, { ...CALL, caller: undefined, callData: undefined });
    expect(answer.body).toMatchObject({ state: "accepted" });
    expect(toldBy(answer)).toEqual([]);
    expect(printed()).toEqual([]);
  });
});
