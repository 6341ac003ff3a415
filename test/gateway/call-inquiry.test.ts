/** Where a call is, asked over the real client; that an answer proves no more than the vendor's pages say, and that nothing else of it gets out. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fault, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { TransferError } from "../../lib/errors.ts";
import { type CallQuestion, createCallInquiry } from "../../lib/gateway/call-inquiry.ts";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import type { Target } from "../../lib/transfer/target.ts";
import { postOnce, toPost } from "../support/gateway-post.ts";
import { toSite } from "../support/gateway-site.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";

const CALL = "1552524689-16797284";
const AGENT = "101";
const TO_AGENT: Target = { type: "agent", address: "205" };
const TO_QUEUE: Target = { type: "skill-queue", address: "31" };
const CALLDATA = "/agentgateway/resource/calldata/101";
const LIST = `${CALLDATA}/allcallinfoEx/101`;
const LIST_OF_TARGET = `${CALLDATA}/allcallinfoEx/205`;
const INFO = `${CALLDATA}/callinfobycallid/${CALL}`;

const WITH_AGENT = { kind: "known", holder: "agent" };
const WITH_TARGET = { kind: "known", holder: "target" };
const UNTOLD = { kind: "known", holder: "untold" };
const ABSENT = { kind: "absent" };
const NOT_WITH_AGENT = { kind: "not-with-agent" };
const noAnswer = (cause: unknown) => ({ kind: "no-answer", cause });

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

interface Asked extends Partial<CallQuestion> {
  readonly cookies?: string;
  readonly leftMs?: number;
  readonly site?: Readonly<Record<string, unknown>>;
}

function ask({ cookies, leftMs, site, ...question }: Asked = {}) {
  const document = toSite({ url: gateway.url, ca: gateway.caPem, ...site });
  const sites = { get: async (name: string) => (name === "main" ? document : undefined) };
  const inquiry = createCallInquiry({ sites, send: createGatewayClient() });
  const session = { guid: gateway.guidOf(AGENT), cookies };
  const asked = { gateway: "main", agentId: AGENT, callId: CALL, target: TO_AGENT, ...question };
  return inquiry.ask(asked, session, createManualDeadline(leftMs));
}

const asked = () => gateway.requests().flatMap(({ endpoint, path }) => (endpoint === "transfer" ? [] : [path]));

async function transfer({ type, address }: Target = TO_AGENT, mode = 2) {
  const site = toSite({ url: gateway.url, ca: gateway.caPem });
  const body = JSON.stringify({ callid: CALL, devicetype: type === "agent" ? 2 : 1, mode, address });
  return (await postOnce(toPost(site, { guid: gateway.guidOf(AGENT), body }))).outcome.kind;
}

const setOutcomes = (outcomes: "success" | "failure") => gateway.putAccount({ agentId: AGENT, password: "p", phones: ["1"], outcomes });
/** For the second request to an endpoint: the first is answered as ever. */
function addToSecond(fault: Fault) {
  gateway.addFault({ kind: "delay", ms: 0, endpoint: "agent-calls" });
  gateway.addFault(fault);
}

describe("a call", () => {
  it("that nobody transferred is with the agent, which takes one GET without a body, with the Guid and the cookies", async () => {
    expect(await ask({ cookies: "NSLB=1; ROUTE=2" })).toEqual(WITH_AGENT);
    expect(gateway.requests()).toMatchObject([{ method: "GET", path: LIST, body: "" }]);
    expect(gateway.requests()[0]?.headers).toEqual({
      host: new URL(gateway.url).host,
      connection: "close",
      "content-type": "application/json; charset=UTF-8",
      guid: gateway.guidOf(AGENT),
      cookie: "NSLB=1; ROUTE=2",
    });
  });

  it.each([undefined, ""])("is asked for without a Cookie header where the cookies are %j", async (cookies) => {
    await ask(cookies === undefined ? {} : { cookies });
    expect(gateway.requests()[0]?.headers).not.toHaveProperty("cookie");
  });

  it.each([0, 2])("that was transferred to an agent in mode %i is with that one", async (mode) => {
    await transfer(TO_AGENT, mode);
    expect(await ask()).toEqual(WITH_TARGET);
    expect(asked()).toEqual([LIST, LIST_OF_TARGET]);
  });

  it.each([
    [true, WITH_TARGET],
    [false, WITH_AGENT],
  ])("whose transfer's answer was lost, acted on: %s, is %j", async (acts, expected) => {
    gateway.addFault({ kind: "drop", when: "after-request", acts });
    expect(await transfer()).toBe("sent-without-answer");
    expect(await ask()).toEqual(expected);
  });

  it.each([
    [2, WITH_AGENT],
    [0, UNTOLD],
  ])("whose transfer failed in mode %i is %j", async (mode, expected) => {
    setOutcomes("failure");
    await transfer(TO_AGENT, mode);
    expect(await ask()).toEqual(expected);
  });

  it("that was transferred to a queue is known, and no agent but the first is asked about", async () => {
    await transfer(TO_QUEUE);
    expect(await ask({ target: TO_QUEUE })).toEqual(UNTOLD);
    expect(asked()).toEqual([LIST, INFO]);
  });

  it.each(["skill-queue", "access-code"] as const)(
    "that was to go to a %s is not found at the agent with the same number",
    async (type) => {
      gateway.addCall({ callid: CALL, agentId: "205" });
      expect(await ask({ target: { type, address: "205" } })).toEqual(UNTOLD);
      expect(asked()).toEqual([LIST, INFO]);
    },
  );

  it("that is with somebody else is known, and no more", async () => {
    gateway.addCall({ callid: CALL, agentId: "104" });
    expect(await ask()).toEqual(UNTOLD);
    expect(asked()).toEqual([LIST, LIST_OF_TARGET, INFO]);
  });

  it("that has ended is absent, transferred before or not", async () => {
    await transfer();
    gateway.endCall(CALL);
    expect(await ask()).toEqual(ABSENT);
    expect(await ask({ callId: "1-1" })).toEqual(ABSENT);
  });

  it("is not moved by the question", async () => {
    await ask();
    await ask({ callId: "1-1" });
    expect(gateway.transfers()).toEqual([]);
    expect(await ask()).toEqual(WITH_AGENT);
  });

  it("that moves between two questions is seen where it was, and not nowhere", async () => {
    const document = toSite({ url: gateway.url, ca: gateway.caPem });
    const send = createGatewayClient();
    let moved = false;
    const inquiry = createCallInquiry({
      sites: { get: async () => document },
      async send(request) {
        const outcome = await send(request);
        if (!moved) await transfer();
        moved = true;
        return outcome;
      },
    });
    const question = { gateway: "main", agentId: AGENT, callId: CALL, target: TO_AGENT };
    expect(await inquiry.ask(question, { guid: gateway.guidOf(AGENT) }, createManualDeadline())).toEqual(WITH_AGENT);
  });

  it("of any id is asked for by it", async () => {
    gateway.addCall({ callid: "a/b?c#d é%", agentId: "104" });
    expect(await ask({ callId: "a/b?c#d é%" })).toEqual(UNTOLD);
    expect(await ask({ callId: "a/b?c#d é" })).toEqual(ABSENT);
  });

  it.each(["front-desk", "0205", "101", "100", "../102", "1000000"])(
    "is not looked for at the target %s, which is no other agent",
    async (address) => {
      gateway.addCall({ callid: CALL, agentId: "104" });
      expect(await ask({ target: { type: "agent", address } })).toEqual(UNTOLD);
      expect(asked()).toEqual([LIST, INFO]);
    },
  );
});

describe("whether the agent has a call is not known", () => {
  const endpoint = "agent-calls";
  const FAULTS: readonly [string, Fault, unknown][] = [
    ...["100-006", "000-003", "100-007", "100-011", "900-002", "000-000", "200-012"].map((retcode): [string, Fault, unknown] => [
      retcode,
      { kind: "retcode", retcode, endpoint },
      retcode,
    ]),
    ["a retcode of another form", { kind: "retcode", retcode: "88880021", endpoint }, "other"],
    ["a call that does not exist", { kind: "retcode", retcode: "999-999", message: "Unknown ERROR._160007", endpoint }, "999-999"],
    ["no list", { kind: "body", body: '{"retcode":"0"}', endpoint }, "invalid-response"],
    ["null", { kind: "body", body: '{"retcode":"0","result":null}', endpoint }, "invalid-response"],
    ["a text", { kind: "body", body: `{"retcode":"0","result":"${CALL}"}`, endpoint }, "invalid-response"],
    ["numbers", { kind: "body", body: '{"retcode":"0","result":[1]}', endpoint }, "invalid-response"],
    ["words that are ours", { kind: "body", body: '{"retcode":"0","kind":"no-answer","cause":"88880021"}', endpoint }, "invalid-response"],
    ["no retcode", { kind: "body", body: `{"result":["${CALL}"]}`, endpoint }, "invalid-response"],
    ["HTML", { kind: "html", endpoint }, "invalid-response"],
    ["status 503", { kind: "status", status: 503, body: `{"retcode":"0","result":["${CALL}"]}`, endpoint }, "http-503"],
    ["a lost answer", { kind: "drop", when: "after-request", endpoint }, expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/)],
    ["too much", { kind: "huge-json", bytes: 70_000, endpoint }, "UND_ERR_RES_EXCEEDED_MAX_SIZE"],
    ["a handshake that is closed", { kind: "drop", when: "before-handshake" }, "ECONNRESET"],
    ["a certificate that is not trusted", { kind: "certificate", problem: "unknown-ca" }, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ];

  it.each(FAULTS)("by %s, and nothing more is asked", async (_name, fault, cause) => {
    gateway.addFault(fault);
    expect(await ask()).toEqual(noAnswer(cause));
    expect(gateway.requests().length).toBeLessThanOrEqual(1);
  });

  it.each([
    ["in the site's time", { site: { responseTimeoutMs: 100 } }, "UND_ERR_HEADERS_TIMEOUT"],
    ["by the deadline", { leftMs: 900 }, "deadline"],
  ])("where no answer comes %s", async (_name, options, cause) => {
    gateway.addFault({ kind: "hang", endpoint });
    expect(await ask(options)).toEqual(noAnswer(cause));
  });

  it("where no time is left to ask", async () => {
    expect(await ask({ leftMs: 100 })).toEqual(noAnswer("deadline"));
    expect(gateway.requests()).toEqual([]);
  });
});

describe("where the agent does not have a call", () => {
  beforeEach(() => gateway.addCall({ callid: CALL, agentId: "104" }));

  it.each<[string, Fault]>([
    ["refuses to tell of another agent's calls", { kind: "retcode", retcode: "900-002", endpoint: "agent-calls" }],
    ["says that the target is not signed in", { kind: "retcode", retcode: "100-006", endpoint: "agent-calls" }],
    ["loses the answer", { kind: "drop", when: "after-request", endpoint: "agent-calls" }],
  ])("and the gateway %s, the call itself is asked for", async (_name, fault) => {
    addToSecond(fault);
    expect(await ask()).toEqual(UNTOLD);
    expect(asked()).toEqual([LIST, LIST_OF_TARGET, INFO]);
  });

  const told = (result: unknown, retcode = "0", message = ""): Fault => ({
    kind: "body",
    body: JSON.stringify({ message, retcode, result }),
    endpoint: "call-info",
  });
  const refused = (retcode: string, message: string) => told("", retcode, message);
  const INFOS: readonly [string, Fault, object][] = [
    ["an object with its id", told({ callid: CALL, caller: "88880021" }), UNTOLD],
    ["a list of such objects", told([{ callid: "1-1" }, { callid: CALL }]), UNTOLD],
    ["an object with another id", told({ callid: "1-1" }), NOT_WITH_AGENT],
    ["an object without an id", told({ caller: 88880021 }), NOT_WITH_AGENT],
    ["an empty list", told([]), NOT_WITH_AGENT],
    ["null", told(null), NOT_WITH_AGENT],
    ["a text", told(CALL), NOT_WITH_AGENT],
    ["nothing", told(undefined), NOT_WITH_AGENT],
    ["a success with the words of a refusal", told(undefined, "0", "Unknown ERROR._160007"), NOT_WITH_AGENT],
    ["a refusal with its id", told({ callid: CALL }, "100-007"), NOT_WITH_AGENT],
    ["that it does not exist", refused("000-000", "Unknown ERROR._160007"), ABSENT],
    ["that it was released", refused("100-007", "Unknown ERROR._160015"), ABSENT],
    ["that it was transferred to an agent", refused("100-007", "Unknown ERROR._160021"), NOT_WITH_AGENT],
    ["that the agent is not signed in", refused("100-006", "Unknown ERROR._160007"), NOT_WITH_AGENT],
    ["that there is nothing to transfer", refused("200-012", ""), NOT_WITH_AGENT],
    ["an unknown error", refused("000-000", ""), NOT_WITH_AGENT],
    ["words that are ours", { kind: "body", body: '{"retcode":"9-999","kind":"absent"}', endpoint: "call-info" }, NOT_WITH_AGENT],
    ["HTML", { kind: "html", endpoint: "call-info" }, NOT_WITH_AGENT],
    ["status 500", { kind: "status", status: 500, endpoint: "call-info" }, NOT_WITH_AGENT],
    ["no answer at all", { kind: "drop", when: "after-request", endpoint: "call-info" }, NOT_WITH_AGENT],
  ];

  it.each(INFOS)("and the answer is %s, that is what is known", async (_name, fault, expected) => {
    gateway.addFault(fault);
    expect(await ask()).toEqual(expected);
  });
});

describe("a site", () => {
  it("that has no secret is misconfigured", async () => {
    await expect(ask({ gateway: "other" })).rejects.toMatchObject({ code: "misconfigured", message: expect.stringContaining("other") });
    expect(gateway.requests()).toEqual([]);
  });

  it("that cannot be read is an error, as everywhere", async () => {
    const unreadable = new TransferError("secrets-unavailable", { reason: "told to fail" });
    const inquiry = createCallInquiry({ sites: { get: () => Promise.reject(unreadable) }, send: createGatewayClient() });
    const question = { gateway: "main", agentId: AGENT, callId: CALL, target: TO_AGENT };
    await expect(inquiry.ask(question, { guid: "guid" }, createManualDeadline())).rejects.toBe(unreadable);
  });
});
