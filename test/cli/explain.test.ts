/** `ccgw explain`: from the lines of the functions as they are printed, over the emulator of CloudWatch Logs. */
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type AccessLog, openAccessLog } from "../../cli/access-log.ts";
import { explain } from "../../cli/explain/explain.ts";
import { HINT_WORDS, PROOF_WORDS } from "../../cli/explain/proof-words.ts";
import { CODE_WORDS, REFUSAL_WORDS } from "../../cli/explain/words.ts";
import { type FunctionLog, openFunctionLog } from "../../cli/function-log.ts";
import { type LogsEmulator, startLogsEmulator } from "../../dev/logs/emulator.ts";
import { FAILURES } from "../../lib/errors.ts";
import { REFUSAL_REASONS } from "../../lib/transfer/result.ts";
import { HINTS, VERIFICATION_FAILURES } from "../../lib/verification/scheme.ts";
import { runCcgw } from "../support/send-process.ts";
import { signAsHubspot } from "../support/signed-webhooks.ts";
import { type Connected, KEY, PUBLIC_BASE_URL, type Stack, startStack } from "../support/stack.ts";

const TRANSFER = { target: { type: "agent", address: "205" } };
const SECRET = "secret-of-the-vendor";
const { format }: { format: string } = createRequire(import.meta.url)("../../infrastructure/access-log.cjs");

let stack: Stack;
let logs: LogsEmulator;
let log: FunctionLog;
beforeAll(async () => {
  logs = await startLogsEmulator({ port: 0 });
  stack = await startStack();
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs.url);
  log = openFunctionLog({ isLocal: true, functionName: (name) => name });
});
afterAll(async () => {
  log.close();
  await stack.stop();
  await logs.stop();
});

let connected: Connected;
let call: string;
let ids = 0;
beforeEach(() => {
  connected = stack.connect();
  ids += 1;
  call = `call-${ids}`;
  stack.gateway.addCall({ callid: call, agentId: "101" });
});
afterEach(() => stack.takeLog());

/** Posts with a request id of its own, and explains that. */
async function postAndExplain(body: unknown, headers: Readonly<Record<string, string>> = {}, connection = connected.connection) {
  ids += 1;
  const requestId = `request-${ids}`;
  const usual = { authorization: `Bearer ${KEY}`, "content-type": "application/json", "x-request-id": requestId };
  await stack.transfer(connection, body, { headers: { ...usual, ...headers } });
  const printed = stack.takeLog().join("").split("\n");
  for (const line of printed) logs.add(line);
  const { json, lines, exitCode } = await explain(
    { log, access: undefined },
    { requestId, since: "1h", nowMs: Date.now(), stage: "local" },
  );
  expect(JSON.stringify({ json, lines })).not.toContain(KEY);
  return { json, text: lines.join("\n"), exitCode };
}

describe("ccgw explain", () => {
  it("tells of a transfer what happened, in order", async () => {
    const { text, json, exitCode } = await postAndExplain({ callId: call, ...TRANSFER, reference: "ticket" });
    expect(exitCode).toBeUndefined();
    expect(json).toMatchObject({ requests: [{ transferId: expect.any(String), why: undefined, problems: [] }], isComplete: true });
    const parts = [
      "came by POST /v1/transfers/{connection}",
      `for connection ${connected.connection}, source api`,
      "proven by secret current",
      `asks for call ${call} of agent 101 at gateway ${connected.gateway}, to agent, release-after-transfer, reference ticket`,
      "sent once, ",
      "accepted",
      "answered 200 after",
      "What became of it: npx ccgw transfers show ",
    ];
    const places = parts.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
  });

  it("tells that one was answered from its record, or sent nothing", async () => {
    await stack.transfer(connected.connection, { callId: call, ...TRANSFER });
    expect((await postAndExplain({ callId: call, ...TRANSFER })).text).toContain(
      "known already: answered from the record, and not sent again",
    );
    expect((await postAndExplain({ callId: call, ...TRANSFER, dryRun: true })).text).toContain("a dry run: nothing was to be sent");
  });

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    [
      "no key",
      { authorization: "" },
      "missing-credential: the caller could not prove itself: it brought no proof",
      "missing: authorization (Bearer), x-api-key",
    ],
    [
      "a key in another scheme",
      { authorization: "Basic eDp5" },
      "authorization-scheme: the caller could not prove itself: ",
      "missing: authorization (Bearer)",
    ],
    [
      "a wrong key",
      { authorization: "Bearer wrong" },
      "wrong-credential: the caller could not prove itself: ",
      "none of the secrets matches: current",
    ],
  ])("tells which check %s has failed, and how to mend it", async (_what, headers, check, fact) => {
    const { text } = await postAndExplain({ callId: call, ...TRANSFER }, headers);
    expect(text).toContain(check);
    expect(text).toContain(fact);
    expect(text).toMatch(/\n {2}→ \S/);
    expect(text).not.toContain("proven by");
  });

  it("tells an unknown connection from a disabled one, which look alike outside, and nothing of the decoy", async () => {
    const unknown = await postAndExplain({}, {}, "nobody");
    expect(unknown.text).toContain("unknown-connection: the caller could not prove itself: there is no connection of this name");
    expect(unknown.text).not.toContain("decoy");
    const { connection } = stack.connect({ connection: { enabled: false } });
    const disabled = await postAndExplain({}, {}, connection);
    expect(disabled.text).toContain("disabled-connection: the caller could not prove itself: the connection is disabled\n");
    expect(disabled.text).toContain(`→ \`ccgw connection enable ${connection}\` lets it in again.`);
  });

  it("tells by how many seconds a clock is off, and that the address that is signed is another one", async () => {
    const verification = { scheme: "hubspot-v3", secrets: [{ id: "app", value: SECRET }] };
    const { connection } = stack.connect({ connection: { source: "hubspot", verification } });
    const body = JSON.stringify({ ccgw_call_id: call });
    const sign = (url: string, timestamp: number) => ({
      "x-hubspot-signature-v3": signAsHubspot("v3", { url, body, timestamp, secret: SECRET }),
      "x-hubspot-request-timestamp": String(timestamp),
    });
    const address = `/v1/transfers/${connection}`;
    const stale = await postAndExplain(body, sign(`${PUBLIC_BASE_URL}${address}`, Date.now() - 400_000), connection);
    expect(stale.text).toMatch(/stale-timestamp: .*\n {4}its clock is 4\d\d s behind ours/);
    const host = "api-id.execute-api.eu-central-1.amazonaws.com";
    const other = await postAndExplain(body, sign(`https://${host}${address}`, Date.now()), connection);
    expect(other.text).toContain("url-differs: the caller could not prove itself: ");
    expect(other.text).not.toContain("none of the secrets");
    expect(other.text).toContain("deploy with the `publicBaseUrl` that callers use");
  });

  it("tells that other parts were signed than are to be, and what says which", async () => {
    const signed = { header: "x-signature", signed: "{timestamp}.{body}", timestamp: { header: "x-time", unit: "s" } };
    const verification = { scheme: "hmac", ...signed, secrets: [{ id: "app", value: SECRET }] };
    const { connection } = stack.connect({ connection: { source: "generic", verification } });
    const body = JSON.stringify({ ccgw_call_id: call });
    const signature = createHmac("sha256", SECRET).update(body).digest("hex");
    const { text } = await postAndExplain(body, { "x-signature": signature, "x-time": String(Math.trunc(Date.now() / 1_000)) }, connection);
    expect(text).toContain("signed-parts: the caller could not prove itself: its secret or signature");
    expect(text).toContain("Let the caller sign what `signed` of the connection's verification says");
    expect(text).not.toContain("none of the secrets");
  });

  it("tells where a body is broken, and by which command a connection is allowed what it asks for", async () => {
    const broken = await postAndExplain('{"callId":4711,}');
    expect(broken.text).toContain("invalid-json: the body cannot be read\n    syntax: broken at character 15\n");
    const { connection } = stack.connect({ connection: { allow: { targets: "any" } } });
    const forbidden = await postAndExplain({ callId: call, ...TRANSFER, mode: "blind" }, {}, connection);
    expect(forbidden.text).toMatch(/\n {2}forbidden: .*\n.*\n {2}→ Let it \(`ccgw connection set [\w-]+` changes `allow`\)/);
  });

  it("tells which fields are wrong, and what the gateway said", async () => {
    expect((await postAndExplain({ callId: call, targets: 1 })).text).toContain("#/target is required");
    const refused = await postAndExplain({ callId: "1552524689-1", ...TRANSFER });
    expect(refused.text).toMatch(/no-such-call: the gateway refused the transfer, and moved nobody: it knows no such call\n.*retcode/);
  });

  it("ends with 1 where there is nothing, and says why that may be", async () => {
    const { lines, exitCode } = await explain(
      { log, access: undefined },
      { requestId: "nobody", since: "1h", nowMs: Date.now(), stage: "local" },
    );
    expect(exitCode).toBe(1);
    expect(lines.join("\n")).toMatch(
      /^Nothing of nobody is in the log of local in the last 1h\. .*\n.*some seconds[\s\S]*logRetentionDays[\s\S]*another stage/,
    );
    await expect(explain({ log, access: undefined }, { requestId: '" }', since: "1h", nowMs: 0, stage: "prod" })).rejects.toThrow(
      "A request id has letters",
    );
  });

  describe("of a stage, where no function has said how it ended", () => {
    const ROUTE = "POST /v1/transfers/{connection}";
    let access: AccessLog | undefined;
    beforeAll(() => {
      access = openAccessLog({ isLocal: false, stage: "prod" });
    });
    afterAll(() => access?.close());

    /** Logged as infrastructure/access-log.cjs has API Gateway log it. */
    async function explainAccess(over: Readonly<Record<string, string>>, requestId = `JKJaXmPLvHcESHA${ids}=`) {
      const values = { httpMethod: "POST", routeKey: ROUTE, responseLatency: "3", "integration.status": "-", "error.responseType": "-" };
      const context: Readonly<Record<string, string>> = { requestId, ...values, ...over };
      logs.add(format.replaceAll(/\$context\.([\w.]+)/g, (_all: string, name: string) => context[name] ?? "-"));
      const { json, lines, exitCode } = await explain({ log, access }, { requestId, since: "1h", nowMs: Date.now(), stage: "prod" });
      return { json, text: lines.join("\n"), exitCode };
    }

    it("tells of one that API Gateway has throttled its route and status, and that nothing was sent", async () => {
      const { json, text, exitCode } = await explainAccess({ status: "429", "error.responseType": "THROTTLED" });
      expect(exitCode).toBeUndefined();
      expect(json).toMatchObject({
        requests: [],
        access: [{ method: "POST", route: ROUTE, status: 429, isOfFunction: false, error: "THROTTLED", durationMs: 3 }],
      });
      expect(text).toContain(`  came by ${ROUTE}\n  answered 429 after 3 ms, by API Gateway itself (THROTTLED)\n  throttled: `);
      expect(text).toContain("nothing was sent\n  → The caller may repeat it.");
    });

    it.each([
      [{ status: "503" }, "whether it transferred is unknown"],
      [{ status: "413" }, "before any function: nothing was sent"],
      [
        { status: "404", routeKey: "-", httpMethod: "GET" },
        "  came by GET to no route\n  answered 404 after 3 ms, by API Gateway itself\n",
      ],
      [{ status: "429", "integration.status": "429" }, "a function has answered it, and its own line is not in the log"],
      [{ status: "500", "integration.status": "500", responseLatency: "-" }, "  answered 500, by a function\n"],
    ])("tells of %j who has answered it, and what that says of a transfer", async (over, words) => {
      expect((await explainAccess(over)).text).toContain(words);
    });

    it("tells it beside the lines of a function that has died", async () => {
      logs.add(JSON.stringify({ level: "ERROR", message: "result not kept", requestId: "died" }));
      const { text } = await explainAccess({ status: "503" }, "died");
      expect(text).toMatch(/^died has lines in the log of prod, but none that says how it ended[\s\S]*answered 503/);
    });

    it("says that an id of the caller's own is not in the log of API Gateway", async () => {
      const { lines, exitCode } = await explain({ log, access }, { requestId: "own", since: "1h", nowMs: Date.now(), stage: "prod" });
      expect(exitCode).toBe(1);
      expect(lines[0]).toContain("nor in /aws/http-api/ccgateway-transfer-webhooks-prod. It may be that");
      expect(lines.at(-1)).toContain("API Gateway's log knows requests by its own ids alone");
    });

    it("is not looked for where there is none", () => {
      expect(openAccessLog({ isLocal: true, stage: "local" })).toBeUndefined();
    });
  });

  it("is typed so", async () => {
    logs.add(
      JSON.stringify({
        level: "INFO",
        message: "request",
        requestId: "typed",
        method: "GET",
        route: "$default",
        status: 404,
        code: "not-found",
        reason: "no route",
      }),
    );
    const { code, output } = await runCcgw(["explain", "typed", "--json"], { LOGS_PORT: new URL(logs.url).port });
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ requests: [{ why: { check: "not-found", facts: ["no route"] } }] });
  });
});

describe("the words", () => {
  it("are there for each code, reason and hint, and for no other", () => {
    expect(Object.keys(CODE_WORDS)).toEqual(Object.keys(FAILURES));
    expect(Object.keys(REFUSAL_WORDS)).toEqual([...REFUSAL_REASONS]);
    expect(Object.keys(HINT_WORDS)).toEqual([...HINTS]);
    expect(Object.keys(PROOF_WORDS)).toEqual(expect.arrayContaining([...VERIFICATION_FAILURES]));
  });

  it("are there for each reason for which lib/ says that a caller is unauthenticated", () => {
    const sources = readdirSync("lib", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const text = sources.map((name) => readFileSync(`lib/${name}`, "utf8")).join("\n");
    const thrown = [...text.matchAll(/"unauthenticated", \{\s*reason: (?:[^"}]*\? )?"([^"]+)"(?: : "([^"]+)")?/g)].flatMap(
      ([, one, other]) => [one, other ?? []].flat(),
    );
    const barred = [
      ...text.matchAll(/return "(unknown-\w+)"/g),
      ...text.matchAll(/\? undefined : "(\w+-connection)"/g),
      ...text.matchAll(/\? "(not-handed-over)"/g),
    ].map(([, reason]) => reason);
    const reasons = [...thrown, ...barred].filter((reason) => reason !== undefined);
    expect(reasons.length).toBeGreaterThan(8);
    expect(Object.keys(PROOF_WORDS)).toEqual(expect.arrayContaining(reasons));
  });
});
