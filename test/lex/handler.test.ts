/** The function that Lex invokes, between the gateway simulator and the secrets' emulator. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type LexUnderTest, lexEvent, startLex } from "../support/lex.ts";
import { type Stack, startStack } from "../support/stack.ts";

const CALL = "1552524689-16797292";

let stack: Stack;
let lex: LexUnderTest;
let bots = 0;
beforeAll(async () => {
  stack = await startStack();
  lex = await startLex(stack);
});
afterAll(() => stack.stop());

/** A bot of its own for each test: nothing that the function caches leaks. */
function newBot(connection: Readonly<Record<string, unknown>> = {}, over: Parameters<LexUnderTest["connect"]>[2] = {}): string {
  bots += 1;
  const botId = `BOT${bots}`;
  lex.connect(botId, connection, over);
  stack.gateway.addCall({ callid: CALL, agentId: "101" });
  stack.takeLog();
  return botId;
}

function accessLines(): Record<string, unknown>[] {
  return stack.takeLog().flatMap((line) => (line.includes('"message":"request"') ? [JSON.parse(line)] : []));
}

describe("the Lex function", () => {
  it("transfers once, and answers a repeat from the record", async () => {
    const botId = newBot();
    const before = stack.gateway.transfers().length;
    const first = await lex.invoke(lexEvent(botId));
    expect(first.sessionState).toMatchObject({ intent: { state: "Fulfilled" }, sessionAttributes: { ccgw_state: "accepted" } });
    const second = await lex.invoke(lexEvent(botId));
    expect(second).toEqual(first);
    expect(stack.gateway.transfers()).toHaveLength(before + 1);
    expect(JSON.parse(stack.gateway.transfers()[before]?.body ?? "")).toMatchObject({ callid: CALL, devicetype: 1, address: "31" });
  });

  it("tells it in one line, without caller or call data", async () => {
    const botId = newBot();
    await lex.invoke(lexEvent(botId));
    const log = stack.takeLog();
    const [line] = log.flatMap((text) => (text.includes('"message":"request"') ? [JSON.parse(text)] : []));
    expect(line).toMatchObject({
      level: "INFO",
      method: "INVOKE",
      route: "INVOKE {connection}",
      connection: `lex-${botId.toLowerCase()}-testalias1`,
      source: "lex-v2",
      callId: CALL,
      state: "accepted",
      requestId: "lambda-request",
    });
    expect(line).not.toHaveProperty("status");
    for (const kept of ["88880021", "charged twice", "Zoë"]) expect(log.join()).not.toContain(kept);
    expect(log.join()).toContain('"Transfers"');
  });

  it.each([
    ["refused", "106-004", "Failed", { ccgw_state: "failed", ccgw_code: "gateway-refused", ccgw_reason: "invalid-target" }],
    ["busy", "000-004", "Failed", { ccgw_state: "failed", ccgw_code: "gateway-busy", ccgw_retryable: "true", ccgw_effect: "none" }],
    ["unknown", "100-007", "Fulfilled", { ccgw_state: "unknown", ccgw_code: "gateway-error", ccgw_effect: "unknown" }],
  ])("answers one that is %s", async (_what, retcode, state, attributes) => {
    const botId = newBot();
    stack.gateway.addFault({ kind: "retcode", retcode });
    const { sessionState } = await lex.invoke(lexEvent(botId));
    expect(sessionState).toMatchObject({ dialogAction: { type: "Close" }, intent: { state }, sessionAttributes: attributes });
  });

  it("sends nothing for a test connection, and does not hand over", async () => {
    const botId = newBot({ test: true });
    const before = stack.gateway.transfers().length;
    const { sessionState } = await lex.invoke(lexEvent(botId));
    expect(sessionState).toMatchObject({ intent: { state: "Failed" }, sessionAttributes: { ccgw_state: "dry-run" } });
    expect(stack.gateway.transfers()).toHaveLength(before);
  });

  it("delegates during the dialogue, and says in the log that nothing was asked", async () => {
    const botId = newBot();
    const { sessionState } = await lex.invoke(lexEvent(botId, { invocationSource: "DialogCodeHook" }));
    expect(sessionState.dialogAction).toEqual({ type: "Delegate" });
    expect(accessLines()).toMatchObject([{ entries: 0 }]);
  });

  it.each([
    ["has no connection", undefined, "unknown-connection"],
    ["is disabled", { enabled: false }, "disabled-connection"],
    ["is of another source", { source: "api", verification: { secrets: [{ id: "k", value: "some-key-of-it" }] } }, "disabled-connection"],
  ])("does nothing for a bot whose connection %s", async (_what, connection, reason) => {
    const botId = connection === undefined ? "NOBODY" : newBot(connection);
    stack.takeLog();
    const before = stack.gateway.transfers().length;
    const { sessionState } = await lex.invoke(lexEvent(botId));
    expect(sessionState).toMatchObject({
      intent: { state: "Failed" },
      sessionAttributes: { ccgw_code: "unauthenticated", ccgw_effect: "none" },
    });
    const [line] = accessLines();
    expect(line).toMatchObject({ level: "INFO", code: "unauthenticated", reason });
    expect(line).not.toHaveProperty("status");
    expect(stack.gateway.transfers()).toHaveLength(before);
  });

  it("finds at once a connection that was added after somebody asked in vain", async () => {
    await lex.invoke(lexEvent("LATER"));
    lex.connect("LATER");
    stack.gateway.addCall({ callid: CALL, agentId: "101" });
    expect((await lex.invoke(lexEvent("LATER"))).sessionState).toMatchObject({ sessionAttributes: { ccgw_state: "accepted" } });
  });

  it.each([
    ["no object", "text"],
    ["nothing", undefined],
    ["null", null],
    ["a list", []],
    ["no bot", { ...lexEvent("BOT"), bot: undefined }],
  ])("answers in Lex's form an event that is %s", async (_what, event) => {
    const { sessionState } = await lex.invoke(event);
    expect(sessionState).toMatchObject({ dialogAction: { type: "Close" }, sessionAttributes: { ccgw_code: "unauthenticated" } });
  });

  it("answers in Lex's form what is misconfigured, keeping the session", async () => {
    const botId = newBot({ gateway: "UPPER" });
    const { sessionState } = await lex.invoke(lexEvent(botId));
    expect(sessionState).toMatchObject({
      intent: { name: "SpeakToAgent", state: "Failed" },
      sessionAttributes: { customerName: "Zoë Müller", ccgw_code: "misconfigured", ccgw_effect: "none" },
    });
    const [line] = accessLines();
    expect(line).toMatchObject({ level: "ERROR", code: "misconfigured" });
    expect(line).not.toHaveProperty("status");
  });

  it("answers in Lex's form what nobody expects, and tells the log where", async () => {
    const botId = newBot();
    const event = lexEvent(botId);
    const { sessionState } = await lex.invoke({
      ...event,
      toJSON: () => {
        throw new RangeError("planted");
      },
    });
    expect(sessionState).toMatchObject({ intent: { state: "Failed" }, sessionAttributes: { ccgw_code: "internal", ccgw_effect: "none" } });
    const log = stack.takeLog().join();
    expect(log).toContain('"message":"bug"');
    expect(log).toContain('"errorName":"RangeError"');
    expect(log).not.toContain("planted");
  });

  it("refuses an event over the limit", async () => {
    const botId = newBot();
    const { sessionState } = await lex.invoke(lexEvent(botId, { inputTranscript: "x".repeat(1024 * 1024) }));
    expect(sessionState).toMatchObject({ intent: { state: "Failed" }, sessionAttributes: { ccgw_code: "payload-too-large" } });
  });

  it("answers before Lambda ends it: one that hangs is unknown", async () => {
    const botId = newBot();
    stack.gateway.addFault({ kind: "hang" });
    const { sessionState } = await lex.invoke(lexEvent(botId), 2_500);
    expect(sessionState).toMatchObject({ sessionAttributes: { ccgw_state: "unknown", ccgw_code: "gateway-timeout" } });
  });

  it("sends nothing when there is no time left", async () => {
    const botId = newBot();
    const before = stack.gateway.transfers().length;
    const { sessionState } = await lex.invoke(lexEvent(botId), 400);
    expect(sessionState).toMatchObject({ intent: { state: "Failed" }, sessionAttributes: { ccgw_effect: "none" } });
    expect(stack.gateway.transfers()).toHaveLength(before);
  });

  it("tells the same event that is still on its way", async () => {
    const botId = newBot();
    const before = stack.gateway.transfers().length;
    stack.gateway.addFault({ kind: "hang" });
    const first = lex.invoke(lexEvent(botId), 3_000);
    await vi.waitUntil(() => stack.gateway.transfers().length > before);
    const second = await lex.invoke(lexEvent(botId), 1_500);
    expect(second.sessionState).toMatchObject({ sessionAttributes: { ccgw_code: "duplicate-in-progress", ccgw_state: "unknown" } });
    await first;
  });
});

describe("a Lex connection over HTTP", () => {
  it.each([{}, { authorization: "Bearer invoked-by-lambda" }, { "x-api-key": "lambda" }])(
    "takes nothing of anybody: %j",
    async (headers) => {
      const botId = newBot();
      const before = stack.gateway.transfers().length;
      const name = `lex-${botId}-testalias1`.toLowerCase();
      const answer = await stack.transfer(name, lexEvent(botId), { headers: { "content-type": "application/json", ...headers } });
      expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
      expect(await stack.describe(name, { headers })).toMatchObject({ status: 401 });
      expect(stack.gateway.transfers()).toHaveLength(before);
    },
  );
});
