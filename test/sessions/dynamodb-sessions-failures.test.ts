import { createServer, type ServerResponse } from "node:http";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import { SESSION, type Sessions, UNTIL } from "./sessions-under-test.ts";

const AGENT = "main/101";
const HOLDER = { owner: "one", fence: 1 };
const NOTHING_LISTENS = "http://127.0.0.1:1";

const METHODS: readonly [string, (sessions: Sessions) => Promise<unknown>][] = [
  ["reading", (sessions) => sessions.read(AGENT)],
  ["taking a lease", (sessions) => sessions.takeLease(AGENT, { owner: "one", until: UNTIL }, { fence: 0, session: SESSION })],
  ["announcing", (sessions) => sessions.announce(AGENT, "two", HOLDER)],
  ["writing", (sessions) => sessions.write(AGENT, { ...HOLDER, beat: 1 }, { session: SESSION, until: UNTIL })],
  ["letting go", (sessions) => sessions.release(AGENT, HOLDER)],
  ["handing over", (sessions) => sessions.handOver(AGENT, SESSION)],
  ["ending", (sessions) => sessions.end(AGENT)],
  ["counting", (sessions) => sessions.count(AGENT, INSTANT)],
];

beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "planted-key");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function sessionsAt(url: string): Sessions {
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", url);
  return createDynamoDbSessions("sessions", createManualClock());
}

/** One that answers every request in its own way. */
async function startAnswering(
  answer: (response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly operations: readonly string[] }> {
  const operations: string[] = [];
  const server = createServer((request, response) => {
    operations.push(String(request.headers["x-amz-target"]).split(".").at(-1) ?? "");
    request.resume().on("end", () => answer(response));
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  onTestFinished(() => connections.stop());
  return { url: `http://127.0.0.1:${port}`, operations };
}

function refuse(type: string, status = 400): (response: ServerResponse) => void {
  const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "in the words of AWS" });
  return (response) => void response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(body);
}

/** All that can be printed of it. */
async function failureOf(attempt: Promise<unknown>): Promise<{ readonly error: unknown; readonly printed: string }> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, printed: inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }) };
}

describe("the store of sessions is unavailable", () => {
  it.each(METHODS)("for %s when nobody listens", async (_what, act) => {
    const { error, printed } = await failureOf(act(sessionsAt(NOTHING_LISTENS)));
    expect(error).toMatchObject({ code: "store-unavailable", effect: "none", message: "ECONNREFUSED" });
    expect(printed).not.toContain("planted");
  });

  it.each(METHODS)("for %s when the table is not to be had, at the first answer", async (_what, act) => {
    const { url, operations } = await startAnswering(refuse("ResourceNotFoundException"));
    const { error, printed } = await failureOf(act(sessionsAt(url)));
    expect(error).toMatchObject({ code: "store-unavailable", effect: "none", message: "ResourceNotFoundException" });
    expect(printed).not.toContain("planted");
    expect(operations).toHaveLength(1);
  });

  it.each([
    ["ProvisionedThroughputExceededException", 400],
    ["ThrottlingException", 400],
    ["InternalServerError", 500],
  ])("on %s, whose name is the reason, once it has come three times", async (type, status) => {
    const { url, operations } = await startAnswering(refuse(type, status));
    const { error, printed } = await failureOf(sessionsAt(url).write(AGENT, { ...HOLDER, beat: 1 }, { session: SESSION, until: UNTIL }));
    expect(error).toMatchObject({ code: "store-unavailable", effect: "none", message: type });
    expect(printed).not.toContain("planted");
    expect(operations).toEqual(["UpdateItem", "UpdateItem", "UpdateItem"]);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ["hangs up", (response) => response.destroy(), "ECONNRESET"],
    ["says nothing", () => {}, "ETIMEDOUT"],
  ])("when what listens %s each time", async (_what, answer, reason) => {
    const { url, operations } = await startAnswering(answer);
    const { error, printed } = await failureOf(sessionsAt(url).handOver(AGENT, SESSION));
    expect(error).toMatchObject({ code: "store-unavailable", effect: "none", message: reason });
    expect(printed).not.toContain("planted");
    expect(operations).toHaveLength(3);
  });

  it("when a lost lease cannot be looked at", async () => {
    const { url, operations } = await startAnswering((response) =>
      refuse(operations.at(-1) === "UpdateItem" ? "ConditionalCheckFailedException" : "AccessDeniedException")(response),
    );
    const taking = sessionsAt(url).takeLease(AGENT, { owner: "one", until: UNTIL }, undefined);
    await expect(taking).rejects.toMatchObject({ code: "store-unavailable", message: "AccessDeniedException" });
    expect(operations).toEqual(["UpdateItem", "GetItem"]);
  });
});
