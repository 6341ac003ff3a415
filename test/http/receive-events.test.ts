import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { parseEvent } from "../../lib/gateway/events.ts";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { createReceiveEvents } from "../../lib/http/receive-events.ts";
import { EventsKey, toEventsKeys } from "../../lib/secrets/events-key.ts";
import { createLoggedEvents } from "../../lib/sessions/logged-events.ts";
import { isServiceTokenOf } from "../../lib/verification/service-token.ts";
import { type AgentEventOptions, toAgentEvent } from "../support/agent-event.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { PUBLIC_BASE_URL, toResult } from "../support/stack.ts";

type Dependencies = Parameters<typeof createReceiveEvents>[0];

const AGENT = { gateway: "main", agentId: "101" };
const TOKEN = "the-service-token-of-the-agent";
const RELEASE = { eventType: "AgentEvent_Call_Release", workNo: "101", content: "c-1" };
const TALKING = { eventType: "AgentEvent_Talking", workNo: "999", content: { caller: "88880021", callid: "c-1" } };
const ACKNOWLEDGEMENT = '{"message":"success","retcode":"0"}';

/** As the vendor shows it. */
const toBody = (...eventList: readonly unknown[]) => JSON.stringify({ workNo: "101", eventList });

function start(over: Partial<Dependencies> = {}) {
  const log = createKeptLog();
  const delivered: unknown[] = [];
  const asked: unknown[] = [];
  const route = createReceiveEvents({
    isFromGateway: async (agent, token) => asked.push([agent, token]) > 0 && token === TOKEN,
    deliver: async (agent, events) => void delivered.push([agent, events]),
    ...over,
  });
  const handler = createHttpHandler(route, { log, edge: { ...createManualClock(), publicBaseUrl: PUBLIC_BASE_URL } });
  async function push({ headers = { service_token: TOKEN }, body = toBody(RELEASE), ...agent }: AgentEventOptions = {}) {
    const event = toAgentEvent("POST", "gateway-events", { headers: { Guid: "the-guid-of-the-agent", ...headers }, body, ...agent });
    return toResult(await handler(event, toContext()));
  }
  return { push, log, delivered, asked };
}

describe("what the gateway pushes", () => {
  it("is handed on as it came, and acknowledged in the gateway's words", async () => {
    const { push, delivered } = start();
    const { status, headers, text } = await push({ body: toBody(RELEASE, TALKING, "no event", null) });
    expect({ status, type: headers["content-type"], text }).toEqual({ status: 200, type: "application/json", text: ACKNOWLEDGEMENT });
    expect(delivered).toEqual([[AGENT, [RELEASE, TALKING, "no event", null]]]);
  });

  it("is of the agent of the address, whatever it says", async () => {
    const { push, delivered } = start();
    await push({ gateway: "site-b", agentId: "205", body: JSON.stringify({ workNo: "101", agentId: "101", eventList: [] }) });
    expect(delivered).toEqual([[{ gateway: "site-b", agentId: "205" }, []]]);
  });

  it("is handed on again where it comes again", async () => {
    const { push, delivered } = start();
    expect([await push(), await push()]).toMatchObject([{ text: ACKNOWLEDGEMENT }, { text: ACKNOWLEDGEMENT }]);
    expect(delivered).toHaveLength(2);
  });

  it.each(["application/json;charset=UTF-8", "text/plain", "application/x-www-form-urlencoded", "no type"])(
    "may be called %s",
    async (type) => {
      expect((await start().push({ headers: { service_token: TOKEN, "Content-Type": type } })).text).toBe(ACKNOWLEDGEMENT);
    },
  );

  it("may be a thousand events", async () => {
    const { push, log } = start();
    expect((await push({ body: toBody(...Array.from({ length: 1_000 }, () => RELEASE)) })).status).toBe(200);
    expect(log.lines).toMatchObject([{ ...AGENT, events: 1_000, status: 200 }]);
  });

  it("is told in the log without token, Guid or number", async () => {
    const { push, log } = start();
    await push({ body: toBody(TALKING) });
    await push({ headers: { service_token: "another-token" }, body: toBody(TALKING) });
    expect(JSON.stringify(log)).not.toMatch(/token-of|another-token|guid-of|88880021/);
  });
});

describe("what somebody else pushes", () => {
  it.each<[string, AgentEventOptions, string]>([
    ["a wrong token", { headers: { service_token: "a-guess" } }, "wrong-credential"],
    ["an empty token", { headers: { service_token: "" } }, "wrong-credential"],
    ["no token", { headers: {} }, "missing-credential"],
    ["a token elsewhere", { headers: { authorization: `Bearer ${TOKEN}` } }, "missing-credential"],
    ["a gateway that is no name", { gateway: "Main" }, "unknown-agent"],
    ["an agent that is no number", { agentId: "10a" }, "unknown-agent"],
    ["an agent below the first", { agentId: "100" }, "unknown-agent"],
    ["a path in the agent's place", { agentId: "101/../102" }, "unknown-agent"],
  ])("is refused alike, before its body is read, with %s", async (_what, options, reason) => {
    const { push, delivered, log } = start();
    const { status, headers, text } = await push({ body: "{broken", ...options });
    const usual = await push({ headers: { service_token: "usual" }, body: toBody(RELEASE) });
    expect(status).toBe(401);
    expect({ status, headers, text }).toEqual({ status: usual.status, headers: usual.headers, text: usual.text });
    expect(log.lines[0]).toMatchObject({ code: "unauthenticated", reason });
    expect(delivered).toEqual([]);
  });

  it("is judged by the token of the agent of the address", async () => {
    const { push, asked } = start();
    await push({ gateway: "site-b", agentId: "205" });
    expect(asked).toEqual([[{ gateway: "site-b", agentId: "205" }, TOKEN]]);
  });

  it("is not asked about, nor named in the log, where no agent can be called so", async () => {
    const { push, asked, log } = start();
    await push({ gateway: "No Name" });
    expect(asked).toEqual([]);
    expect(JSON.stringify(log)).not.toContain("No Name");
  });
});

describe("a body that is none", () => {
  it.each<[string, string | Uint8Array, string]>([
    ["nothing", "", "invalid-json"],
    ["broken JSON", '{"eventList": [', "invalid-json"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "invalid-json"],
    ["a list", "[]", "#"],
    ["null", "null", "#"],
    ["no list of events", "{}", "#/eventList"],
    ["an object in its place", '{"eventList": {}}', "#/eventList"],
    ["more than a thousand events", toBody(...Array.from({ length: 1_001 }, () => 1)), "#/eventList"],
  ])("is refused with %s", async (_what, body, expected) => {
    const { push, delivered } = start();
    const answer = await push({ body });
    if (expected === "invalid-json") expect(answer).toMatchObject({ status: 400, body: { code: expected } });
    else expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request", errors: [{ pointer: expected }] } });
    expect(delivered).toEqual([]);
  });
});

describe("what cannot be taken", () => {
  it.each([
    [new TransferError("store-unavailable", { reason: "TimeoutError" }), 503],
    [new TypeError("a bug"), 500],
  ])("is not acknowledged, so that it may come again: %s", async (thrown, expected) => {
    const { status, text } = await start({ deliver: () => Promise.reject(thrown) }).push();
    expect(status).toBe(expected);
    expect(text).not.toContain("success");
  });

  it("is not acknowledged where the keys cannot be read", async () => {
    const unavailable = () => Promise.reject(new TransferError("secrets-unavailable", { reason: "TimeoutError" }));
    expect(await start({ isFromGateway: unavailable }).push()).toMatchObject({ status: 503, body: { code: "secrets-unavailable" } });
  });
});

describe("with the parts that it is made for", () => {
  const key = EventsKey.parse({
    schemaVersion: 1,
    value: "the-events-key-that-is-in-use-now",
    previous: "the-events-key-of-some-time-before",
  });
  const tokenOf = (value: string) => createHmac("sha256", value).update('["main","101"]').digest("hex").slice(0, 48);

  it.each([
    ["the key in use", tokenOf(key.value), 200],
    ["the key before", tokenOf(key.previous ?? ""), 200],
    ["no key of ours", tokenOf("a-key-that-somebody-else-has-made"), 401],
  ])("a token of %s is answered as it should be, and its events are told", async (_what, token, expected) => {
    const told = createKeptLog();
    const sink = createLoggedEvents(told);
    const { push } = start({
      isFromGateway: async (agent, presented) => isServiceTokenOf(toEventsKeys(key), agent, presented),
      deliver: (agent, events) => sink.take(agent, events.map(parseEvent)),
    });
    expect((await push({ headers: { Service_Token: token }, body: toBody(TALKING) })).status).toBe(expected);
    expect(told.events).toEqual(expected === 200 ? [{ ...AGENT, eventType: "AgentEvent_Talking", callId: "c-1" }] : []);
  });
});
