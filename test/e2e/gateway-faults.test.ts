import { describe, expect, it } from "vitest";
import type { Fault } from "../../dev/gateway-simulator/simulator.ts";
import { watchSentRequests } from "../support/sent-requests.ts";
import { exampleRequest } from "../support/stack.ts";
import { useStack } from "../support/use-stack.ts";

const CALL = "1552524689-16797284";

const stack = useStack();

async function transferWith(fault: Fault, gateway: Readonly<Record<string, unknown>> = {}) {
  const { connection } = stack.connect({ gateway: { responseTimeoutMs: 300, connectTimeoutMs: 300, ...gateway } });
  stack.gateway.addFault(fault);
  const sent = watchSentRequests();
  const { status, body } = await stack.transfer(connection, exampleRequest(CALL));
  const arrived = stack.gateway.transfers();
  return { status, code: body.code, state: body.state, effect: body.effect, sent: sent.length, arrived: arrived.length };
}

const unknown = (code: string) => ({ status: 202, code, state: "unknown", effect: "unknown", sent: 1, arrived: 1 });
const INVALID = unknown("gateway-invalid-response");
const TIMEOUT = unknown("gateway-timeout");
const UNREACHABLE = { status: 503, code: "gateway-unreachable", state: undefined, effect: "none", sent: 0, arrived: 0 };
const ACCEPTED = { status: 200, code: undefined, state: "accepted", effect: undefined, sent: 1, arrived: 1 };

describe("a gateway that answers badly", () => {
  const FAULTS: readonly [string, Fault, object][] = [
    ["hangs", { kind: "hang" }, TIMEOUT],
    ["hangs after it acted", { kind: "hang", acts: true }, TIMEOUT],
    ["sends HTML", { kind: "html", acts: true }, INVALID],
    ["sends cut JSON", { kind: "truncated-json", acts: true }, INVALID],
    ["sends another body", { kind: "body", body: "ok", acts: true }, INVALID],
    ["sends an endless body", { kind: "huge-json", bytes: 1_073_741_824, acts: true }, INVALID],
    ["has an error", { kind: "status", status: 500, acts: true }, INVALID],
    ["is behind a load balancer without it", { kind: "status", status: 503 }, INVALID],
    ["asks for a sign-in", { kind: "status", status: 401 }, INVALID],
    ["redirects", { kind: "status", status: 302 }, INVALID],
    ["closes within the request", { kind: "drop", when: "during-request" }, INVALID],
    ["resets within the request", { kind: "drop", when: "during-request", reset: true }, INVALID],
    ["closes after the request", { kind: "drop", when: "after-request", acts: true }, INVALID],
    ["resets after the request", { kind: "drop", when: "after-request", reset: true, acts: true }, INVALID],
    ["closes within the answer", { kind: "drop", when: "during-response", acts: true }, INVALID],
    ["resets within the answer", { kind: "drop", when: "during-response", reset: true, acts: true }, INVALID],
    ["has an internal error", { kind: "retcode", retcode: "100-007", acts: true }, unknown("gateway-error")],
    ["has a code that nobody knows", { kind: "retcode", retcode: "106-009" }, unknown("gateway-error")],
    ["has a code in another form", { kind: "retcode", retcode: "constructor" }, unknown("gateway-error")],
  ];

  it.each(FAULTS)("and %s", async (_name, fault, expected) => {
    expect(await transferWith(fault)).toEqual(expected);
  });
});

describe("the log of an answer that cannot be read", () => {
  it.each<[string, Fault]>([
    ["http-503", { kind: "status", status: 503 }],
    ["http-302", { kind: "status", status: 302 }],
    ["not JSON", { kind: "html" }],
    ["no retcode", { kind: "body", body: '{"message":"88880021"}' }],
  ])("tells %s, and its caller and the record are not told", async (reason, fault) => {
    const { connection } = stack.connect();
    stack.gateway.addFault(fault);
    stack.takeLog();
    const { text } = await stack.transfer(connection, exampleRequest(CALL));
    const lines = stack.takeLog().filter((line) => line.includes('"message":"request"'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ code: "gateway-invalid-response", reason }]);
    const repeated = await stack.transfer(connection, exampleRequest(CALL));
    expect(repeated.body.replayed).toBe(true);
    for (const told of [text, repeated.text, stack.takeLog().join()]) expect(told).not.toContain(`"${reason}"`);
  });
});

describe("a gateway that answers in its own way", () => {
  const FAULTS: readonly [string, Fault][] = [
    ["late", { kind: "delay", ms: 50 }],
    ["byte by byte", { kind: "drip", ms: 1 }],
    ["as text", { kind: "content-type", contentType: "text/plain" }],
    ["and closes", { kind: "keep-alive-close" }],
  ];

  it.each(FAULTS)("%s", async (_name, fault) => {
    expect(await transferWith(fault, { responseTimeoutMs: 20_000 })).toEqual(ACCEPTED);
  });
});

describe("a gateway that cannot be reached", () => {
  const FAULTS: readonly [string, Fault][] = [
    ["because it closes the handshake", { kind: "drop", when: "before-handshake", times: "always" }],
    ["because it resets the handshake", { kind: "drop", when: "before-handshake", reset: true, times: "always" }],
    ["because its handshake stalls", { kind: "stall-handshake", times: "always" }],
    ["because its certificate is of another authority", { kind: "certificate", problem: "unknown-ca" }],
    ["because its certificate has expired", { kind: "certificate", problem: "expired" }],
    ["because its certificate is of another host", { kind: "certificate", problem: "wrong-host" }],
  ];

  it.each(FAULTS)("%s", async (_name, fault) => {
    expect(await transferWith(fault)).toEqual(UNREACHABLE);
  });

  it.each([1, 2, 3])("for the first %i times is reached in the end, once", async (times) => {
    expect(await transferWith({ kind: "drop", when: "before-handshake", times })).toEqual(ACCEPTED);
  });
});

describe("a retcode that comes before acting", () => {
  it.each([
    ["000-001", 422, "gateway-refused", "other"],
    ["000-002", 422, "gateway-refused", "other"],
    ["000-003", 503, "agent-not-signed-in", undefined],
    ["000-004", 503, "gateway-busy", undefined],
    ["000-006", 422, "gateway-refused", "other"],
    ["100-006", 503, "agent-not-signed-in", undefined],
    ["105-001", 503, "agent-not-signed-in", undefined],
    ["105-002", 503, "gateway-busy", undefined],
    ["105-007", 503, "agent-not-signed-in", undefined],
    ["106-001", 422, "gateway-refused", "not-permitted"],
    ["106-004", 422, "gateway-refused", "invalid-target"],
    ["200-012", 422, "gateway-refused", "no-such-call"],
  ])("%s is HTTP %i, %s %s, effect none", async (retcode, status, code, reason) => {
    const { connection } = stack.connect();
    stack.gateway.addFault({ kind: "retcode", retcode, message: "told" });
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status, body: { code, effect: "none", gateway: { retcode, message: "told" } } });
    expect(answer.body.reason).toBe(reason);
    expect(answer.body.transferId).toEqual(expect.any(String));
    expect(stack.gateway.transfers()).toHaveLength(1);
  });

  it("is what its site says of a code that nobody documents", async () => {
    const { connection } = stack.connect({ gateway: { refusals: { "106-009": "call-released" } } });
    stack.gateway.addFault({ kind: "retcode", retcode: "106-009" });
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status: 422, body: { code: "gateway-refused", reason: "call-released", effect: "none" } });
  });
});

describe("a Guid that was renewed", () => {
  it("is read anew and tried once more", async () => {
    const { connection, secrets } = stack.connect();
    await stack.transfer(connection, { ...exampleRequest(CALL), dryRun: true });
    stack.secrets.putSecret(secrets.agent, { schemaVersion: 1, session: "external", guid: stack.gateway.renewGuid("101") });
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status: 200, body: { state: "accepted" } });
    expect(stack.gateway.transfers().map(({ retcode }) => retcode)).toEqual(["100-006", "0"]);
  });

  it("and not put into the secret is an agent who is not signed in", async () => {
    const { connection } = stack.connect();
    stack.gateway.renewGuid("101");
    const answer = await stack.transfer(connection, exampleRequest(CALL));
    expect(answer).toMatchObject({ status: 503, body: { code: "agent-not-signed-in", effect: "none" } });
    expect(stack.gateway.transfers()).toHaveLength(1);
  });
});
