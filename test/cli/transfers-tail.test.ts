/** `ccgw transfers tail`: each transfer once, as they come, until it is ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FunctionLog, openFunctionLog } from "../../cli/function-log.ts";
import { followTransfers, tellUnknown, toLine } from "../../cli/transfers/tail.ts";
import { type LogsEmulator, startLogsEmulator } from "../../dev/logs/emulator.ts";
import { startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { openLocalPlace } from "../support/local-place.ts";

const ROUTE = "POST /v1/transfers/{connection}";
const REQUEST = { level: "INFO", message: "request", route: ROUTE, requestId: "r", status: 200, durationMs: 12 };
const SINCE_MS = 1_000_000;

let nowMs: number;
let logs: LogsEmulator;
let log: FunctionLog;
beforeEach(async () => {
  nowMs = SINCE_MS;
  logs = await startLogsEmulator({ port: 0, now: () => nowMs });
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "k",
    AWS_SECRET_ACCESS_KEY: "s",
  }))
    vi.stubEnv(name, value);
  log = openFunctionLog({ isLocal: true, functionName: (name) => name });
});
afterEach(async () => {
  log.close();
  vi.unstubAllEnvs();
  await logs.stop();
});

function add(line: object, atMs = nowMs) {
  const nextMs = nowMs;
  nowMs = atMs;
  logs.add(JSON.stringify({ ...REQUEST, ...line }));
  nowMs = nextMs;
}

/** The call ids of the lines that come while `write` writes, one after the other. */
async function follow(
  write: readonly (() => void)[],
  wanted: Parameters<typeof followTransfers>[1]["wanted"] = {},
): Promise<readonly (string | undefined)[]> {
  const stop = new AbortController();
  const found: (string | undefined)[] = [];
  const waiting = [...write];
  waiting.shift()?.();
  for await (const { callId } of followTransfers(log, { wanted, sinceMs: SINCE_MS, pollMs: 1, signal: stop.signal })) {
    found.push(callId);
    waiting.shift()?.();
    if (callId === "last") stop.abort();
  }
  return found;
}

describe("ccgw transfers tail", () => {
  it("tells each once, as they come, also one that is found later than a newer one", async () => {
    const write = [
      () => add({ callId: "1" }),
      () => add({ callId: "2" }, SINCE_MS + 20_000),
      () => add({ callId: "late" }, SINCE_MS + 10_000),
      () => add({ callId: "last" }, SINCE_MS + 60_000),
    ];
    expect(await follow(write)).toEqual(["1", "2", "late", "last"]);
  });

  it("tells what is a transfer, each of a request for several by itself, and nothing of before", async () => {
    const write = () => {
      add({ callId: "before" }, SINCE_MS - 1);
      add({ callId: "read", route: "GET /v1/transfers/{connection}/{transferId}" });
      add({ message: "keeper", callId: "keeper" });
      add({ message: "transfer", callId: "1", route: undefined });
      add({ message: "transfer", callId: "2", route: undefined });
      add({ entries: 2 });
      add({ callId: "last" });
    };
    expect(await follow([write])).toEqual(["1", "2", "last"]);
  });

  it("tells how each has ended, once, whoever is told of it and however often", async () => {
    const outcome = { message: "outcome", to: "callback", attempts: 1, route: undefined, requestId: undefined };
    const write = () => {
      add({ ...outcome, callId: "1" });
      add({ ...outcome, callId: "told to the bus", to: "event-bus" });
      add({ ...outcome, callId: "told to a conversation", to: "conversation" });
      add({ ...outcome, callId: "told again", attempts: 2 });
      add({ ...outcome, callId: "2", message: "lease ended", to: undefined, attempts: undefined, level: "ERROR" });
      add({ callId: "last" });
    };
    expect(await follow([write])).toEqual(["1", "2", "last"]);
  });

  it.each([
    ["one connection", { connection: "crm" }, { connection: "shop" }],
    ["one reference", { reference: "r-1" }, { reference: "r-2" }],
    ["one transfer", { transfer: "t-1" }, { transferId: "t-2" }],
    ["one call", { call: { gateway: "main", callId: "last" } }, { gateway: "other", callId: "last" }],
    ["all that is given", { connection: "crm", reference: "r-1" }, { reference: "r-2" }],
  ])("tells those of %s", async (_what, wanted, other) => {
    const ours = { connection: "crm", reference: "r-1", transferId: "t-1", gateway: "main", callId: "last" };
    const write = () => {
      add({ ...ours, callId: "1", ...other });
      add({ ...ours, gateway: undefined });
    };
    expect(await follow([write], wanted)).toEqual(["last"]);
  });

  it.each([
    [
      { connection: "crm", callId: "c", gateway: "main", agentId: "101", state: "accepted", transferId: "t-1", reference: "r-1" },
      "00:16:40 crm call c of main/101 reference r-1 → accepted transfer t-1 12 ms",
    ],
    [
      { connection: "crm", callId: "c", agentId: "101", state: "accepted", transferId: "t-1", replayed: true },
      "00:16:40 crm call c of 101 → accepted, replayed transfer t-1 12 ms",
    ],
    [
      { connection: "crm", code: "unauthenticated", reason: "wrong-credential" },
      "00:16:40 crm → unauthenticated (wrong-credential) request r 12 ms",
    ],
    [
      { message: "outcome", connection: "crm", callId: "c", agentId: "101", state: "accepted", outcome: "completed", transferId: "t-1" },
      "00:16:40 crm call c of 101 → outcome completed transfer t-1",
    ],
    [
      { message: "outcome", connection: "crm", state: "unknown", outcome: "unconfirmed", transferId: "t-1" },
      "00:16:40 crm → unknown, outcome unconfirmed transfer t-1",
    ],
    [
      { message: "lease ended", connection: "crm", state: "unknown", code: "gateway-timeout", transferId: "t-1", durationMs: undefined },
      "00:16:40 crm → gateway-timeout, lease ended transfer t-1",
    ],
    [{ connection: "crm", entries: 0 }, "00:16:40 crm → nothing asked request r 12 ms"],
  ])("tells one in a line: %j", (line, words) => {
    expect(toLine({ ...REQUEST, ...line, at: new Date(SINCE_MS).toISOString(), eventId: "e" })).toBe(words);
  });

  it("says on standard error that there is no connection of the name that it waits for", async () => {
    const secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
    const said = vi.spyOn(console, "error").mockReturnValue();
    secrets.putSecret("ccgw/local/connections/crm", { schemaVersion: 1 });
    const place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
    await tellUnknown(place, "crm");
    expect(said.mock.calls).toEqual([]);
    await tellUnknown(place, "nope");
    await secrets.stop();
    await tellUnknown(place, "nobody-answers");
    expect(said.mock.calls).toEqual([["There is no secret ccgw/local/connections/nope. There is crm."]]);
    said.mockRestore();
  });

  it("ends with 0 by Ctrl-C, and prints a JSON document a line for programs", async () => {
    nowMs = Date.now() + 60_000;
    add({ callId: "typed" });
    const child = spawn(process.execPath, ["cli/ccgw.ts", "transfers", "tail", "--json"], {
      env: { ...process.env, LOGS_PORT: new URL(logs.url).port, NODE_COMPILE_CACHE: ".build/compile-cache" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [printed] = await once(child.stdout, "data");
    expect(JSON.parse(String(printed))).toMatchObject({ callId: "typed" });
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
