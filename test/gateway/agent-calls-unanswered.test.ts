/** What becomes of an agent's call that is not answered, or not readably; and that no answer tells a password, Guid or cookie where it does not belong. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type Fault, type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import type { Deadline } from "../../lib/transfer/invocation.ts";
import { AGENT, type AgentCallsHarness, PASSWORD, PUSH, toAgentCalls } from "../support/agent-calls-harness.ts";
import { createManualDeadline } from "../support/manual-deadline.ts";
import { watchSentRequests } from "../support/sent-requests.ts";

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, clock: createManualClock() });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

type Call = readonly [
  endpoint: NonNullable<(Fault & { endpoint?: unknown })["endpoint"]>,
  run: (calls: AgentCallsHarness, deadline?: Deadline) => Promise<unknown>,
];

const SESSION = { guid: "canary-guid.AgentGateway0", cookies: "NSLB=canary-cookie", renewedAt: 0, events: "push" } as const;
const CALLS = [
  ["sign-in", (calls, deadline = createManualDeadline()) => calls.signIn({ forced: false, deadline })],
  ["force-sign-in", (calls, deadline = createManualDeadline()) => calls.signIn({ forced: true, deadline })],
  ["handshake", (calls, deadline = createManualDeadline()) => calls.handshake(SESSION, deadline)],
  ["poll", (calls, deadline = createManualDeadline()) => calls.poll(SESSION, deadline)],
  ["update-guid", (calls, deadline = createManualDeadline()) => calls.updateGuid(SESSION, deadline)],
  ["sign-out", (calls, deadline = createManualDeadline()) => calls.signOut(SESSION, deadline)],
] as const satisfies readonly Call[];

describe.each(CALLS)("%s", (endpoint, run) => {
  const once = () => run(toAgentCalls(gateway, { signIn: { events: "push" }, push: PUSH }));

  const UNANSWERED: readonly [string, Fault, string | RegExp][] = [
    ["closed after it", { kind: "drop", when: "after-request", acts: true, endpoint }, /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/],
    ["reset after it", { kind: "drop", when: "after-request", acts: true, reset: true, endpoint }, /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/],
    [
      "closed within the answer",
      { kind: "drop", when: "during-response", acts: true, endpoint },
      /^(UND_ERR_SOCKET|ECONNRESET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
    ],
    ["status 500", { kind: "status", status: 500, acts: true, endpoint }, "http-500"],
    ["status 500 with a success in it", { kind: "status", status: 500, body: '{"retcode":"0"}', endpoint }, "http-500"],
    ["status 401 with a retcode in it", { kind: "status", status: 401, body: '{"retcode":"100-006"}', endpoint }, "http-401"],
    ["status 204", { kind: "status", status: 204, body: "", endpoint }, "http-204"],
    ["status 302", { kind: "status", status: 302, endpoint }, "http-302"],
    ["HTML", { kind: "html", acts: true, endpoint }, "invalid-response"],
    ["nothing", { kind: "body", body: "", endpoint }, "invalid-response"],
    ["a retcode that is a number", { kind: "body", body: '{"retcode":0}', endpoint }, "invalid-response"],
    ["no retcode", { kind: "body", body: '{"message":"success"}', endpoint }, "invalid-response"],
    ["a list", { kind: "body", body: '[{"retcode":"0"}]', endpoint }, "invalid-response"],
    ["a head that ends early", { kind: "truncated-json", acts: true, endpoint }, "invalid-response"],
    ["more than can be read", { kind: "huge-json", bytes: 70_000, endpoint }, "UND_ERR_RES_EXCEEDED_MAX_SIZE"],
  ];

  it.each(UNANSWERED)("is unanswered, and not repeated: %s", async (_name, fault, cause) => {
    gateway.addFault(fault);
    const expected = typeof cause === "string" ? cause : expect.stringMatching(cause);
    expect(await once()).toEqual({ kind: "unanswered", cause: expected });
    expect(gateway.requests()).toHaveLength(1);
  });

  it.each<[string, Fault, string]>([
    ["a handshake that is closed", { kind: "drop", when: "before-handshake" }, "ECONNRESET"],
    ["a certificate that is not trusted", { kind: "certificate", problem: "unknown-ca" }, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ])("is not sent, and not tried again: %s", async (_name, fault, cause) => {
    const sent = watchSentRequests();
    gateway.addFault(fault);
    expect(await once()).toEqual({ kind: "not-sent", cause });
    expect(sent).toEqual([]);
  });

  it("is not sent with no time left", async () => {
    const calls = toAgentCalls(gateway);
    expect(await run(calls, createManualDeadline(499))).toEqual({ kind: "not-sent", cause: "deadline" });
    expect(gateway.requests()).toEqual([]);
  });

  it("is unanswered where the deadline comes first", async () => {
    gateway.addFault({ kind: "hang", acts: true, endpoint });
    expect(await run(toAgentCalls(gateway), createManualDeadline(800))).toEqual({ kind: "unanswered", cause: "deadline" });
  });

  const ECHO = `${PASSWORD} ${SESSION.guid} ${SESSION.cookies} ${PUSH.serviceToken}`;
  it.each<[string, Fault]>([
    ["retcode", { kind: "retcode", retcode: ECHO, message: ECHO, endpoint }],
    ["retcode of the password alone", { kind: "retcode", retcode: PASSWORD, endpoint }],
    ["message", { kind: "retcode", retcode: "100-007", message: ECHO, result: ECHO, endpoint }],
    ["page", { kind: "status", status: 500, body: ECHO, endpoint }],
    ["text", { kind: "body", body: ECHO, endpoint }],
    ["content type", { kind: "content-type", contentType: ECHO, endpoint }],
  ])("tells nothing of what the gateway repeats in its %s", async (_name, fault) => {
    gateway.addFault(fault);
    const { session: _session, ...answer } = { session: undefined, ...Object(await once()) };
    for (const secret of [PASSWORD, SESSION.guid, "canary-cookie", PUSH.serviceToken]) expect(JSON.stringify(answer)).not.toContain(secret);
  });
});

describe("a sign-in", () => {
  it("whose answer is lost may have signed the agent in", async () => {
    gateway.addFault({ kind: "drop", when: "after-request", acts: true, endpoint: "sign-in" });
    expect(await CALLS[0][1](toAgentCalls(gateway))).toMatchObject({ kind: "unanswered" });
    expect(gateway.agents()).toContainEqual(expect.objectContaining({ agentId: AGENT, signedIn: "managed" }));
  });

  it.each([undefined, { guid: "279fe21d-2caa-4437-84c3-ab9e9dae20f5.AgentGateway0" }])(
    "that succeeds without a Set-GUID, with the result %j, is unanswered",
    async (result) => {
      gateway.addFault({ kind: "retcode", retcode: "0", result, acts: true, endpoint: "sign-in" });
      expect(await CALLS[0][1](toAgentCalls(gateway))).toEqual({ kind: "unanswered", cause: "no-guid" });
    },
  );

  it("has longer than the site gives a transfer, and a handshake has not", async () => {
    const calls = toAgentCalls(gateway, { site: { responseTimeoutMs: 100 } });
    gateway.addFault({ kind: "delay", ms: 600, endpoint: "sign-in" });
    const session = await calls.session();
    gateway.addFault({ kind: "hang", endpoint: "handshake" });
    expect(await calls.handshake(session, createManualDeadline())).toEqual({ kind: "unanswered", cause: "UND_ERR_HEADERS_TIMEOUT" });
  });
});
