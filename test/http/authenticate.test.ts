import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { createAuthenticator } from "../../lib/http/authenticate.ts";
import { createDescribeConnection } from "../../lib/http/describe-connection.ts";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { createSecretLookup } from "../../lib/secrets/secret-lookup.ts";
import { createSecrets } from "../../lib/secrets/secrets-manager.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog, type KeptLog } from "../support/kept-log.ts";
import { createManualClock, INSTANT, type ManualClock } from "../support/manual-clock.ts";
import { type Answer, PUBLIC_BASE_URL, toResult } from "../support/stack.ts";

const FOLDER = "ccgw/test/connections";
const KEY = "the-key-of-the-connection";
const DAY_MS = 24 * 60 * 60 * 1_000;

let secrets: SecretsManagerEmulator;
let clock: ManualClock;
let log: KeptLog;
/** With the given key, or without one. */
let ask: (connection: string, key?: string) => Promise<Answer>;

beforeAll(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0 });
});
afterAll(() => secrets.stop());
afterEach(() => vi.unstubAllEnvs());
beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url);
  secrets.reset();
  clock = createManualClock();
  log = createKeptLog();
  const connections = createSecretLookup({
    read: createSecrets("ccgw/test").read,
    folder: "connections",
    schema: ConfiguredConnection,
    ttlMs: 60_000,
    now: clock.monotonicMs,
  });
  const writtenAt = () => new Date(INSTANT - 2.5 * DAY_MS);
  const authenticate = createAuthenticator({ connections: { ...connections, writtenAt }, log, now: clock.monotonicMs });
  const handler = createHttpHandler(createDescribeConnection(authenticate), { log, edge: { ...clock, publicBaseUrl: PUBLIC_BASE_URL } });
  ask = async (connection, key) => {
    const headers = { ...(key !== undefined && { authorization: `Bearer ${key}` }) };
    const event = toEvent({ method: "GET", path: "/", route: "GET /v1/connections/{connection}", connection, headers });
    return toResult(await handler(event, toContext()));
  };
  put("demo");
});

function put(
  name: string,
  { values = [["current", KEY]], ...others }: { readonly values?: readonly string[][]; readonly enabled?: boolean } = {},
) {
  const list = values.map(([id, value, notAfter]) => ({ id, value, notAfter }));
  secrets.putSecret(`${FOLDER}/${name}`, {
    ...{ schemaVersion: 1, source: "api", gateway: "main", agentId: "101" },
    verification: { scheme: "shared-secret", secrets: list },
    ...others,
  });
}
const readsOf = (name: string) => secrets.requests.filter(({ secretId }) => secretId === `${FOLDER}/${name}`).length;
const reasons = () => log.lines.map(({ reason }) => reason);

it("says of a source that cannot be loaded that nothing was done: the body was not read", async () => {
  const cannotLoad = () => Promise.reject(new SyntaxError("of a chunk that is cut off"));
  const connections = { get: cannotLoad, reread: cannotLoad, peek: () => undefined };
  const authenticate = createAuthenticator({ connections, log, now: clock.monotonicMs });
  const handler = createHttpHandler(createDescribeConnection(authenticate), { log, edge: { ...clock, publicBaseUrl: PUBLIC_BASE_URL } });
  const event = toEvent({ method: "POST", path: "/", route: "POST /v1/transfers/{connection}", connection: "demo" });
  expect(toResult(await handler(event, toContext()))).toMatchObject({ status: 500, body: { code: "internal", effect: "none" } });
});

describe("who is proven", () => {
  it("is answered, logged and counted by the id of the secret that matched", async () => {
    put("demo", {
      values: [
        ["old", "the-old-key-of-it"],
        ["current", KEY],
      ],
    });
    expect((await ask("demo", KEY)).status).toBe(200);
    expect((await ask("demo", "the-old-key-of-it")).status).toBe(200);
    expect(log.lines).toMatchObject([
      { connection: "demo", source: "api", secretId: "current", status: 200 },
      { connection: "demo", source: "api", secretId: "old", status: 200 },
    ]);
    expect(log.counts).toEqual([
      { metric: "Authenticated", dimensions: { connection: "demo", secretId: "current" } },
      { metric: "Authenticated", dimensions: { connection: "demo", secretId: "old" } },
    ]);
  });

  it("is measured by how long that secret has been there at least, and how long it will be", async () => {
    const ends = new Date(INSTANT + 9.5 * DAY_MS).toISOString();
    put("demo", {
      values: [
        ["old", "the-old-key-of-it", ends],
        ["current", KEY],
      ],
    });
    await ask("demo", "the-old-key-of-it");
    await ask("demo", KEY);
    await ask("demo", "wrong");
    expect(log.measures.map(({ metric, value, dimensions: { secretId } }) => [metric, value, secretId])).toEqual([
      ["SecretAgeDays", 2, "old"],
      ["SecretDaysLeft", 9, "old"],
      ["SecretAgeDays", 2, "current"],
    ]);
  });

  it("costs one read in a minute", async () => {
    for (let request = 0; request < 3; request += 1) {
      expect((await ask("demo", KEY)).status).toBe(200);
      clock.pass(20_000);
    }
    expect(readsOf("demo")).toBe(1);
    await ask("demo", KEY);
    expect(readsOf("demo")).toBe(2);
  });
});

describe("who is not proven", () => {
  it("looks alike outside, whyever, and is told apart in the log", async () => {
    put("disabled", { enabled: false });
    const answers = [
      await ask("demo", "wrong"),
      await ask("demo"),
      await ask("demo", ""),
      await ask("disabled", KEY),
      await ask("disabled", "wrong"),
      await ask("unknown", KEY),
      await ask("Not A Name/../demo", KEY),
      await ask("", KEY),
    ];
    expect(new Set(answers.map(({ status, headers, text }) => JSON.stringify([status, headers, text]))).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
    expect(answers[0]?.body).toMatchObject({ code: "unauthenticated", retryable: false, effect: "none" });
    expect(answers[0]?.headers).toMatchObject({ "www-authenticate": "Bearer" });
    expect(reasons()).toEqual([
      ...["wrong-credential", "missing-credential", "missing-credential", "disabled-connection", "disabled-connection"],
      ...["unknown-connection", "unknown-connection", "unknown-connection"],
    ]);
    expect(log.counts).toEqual([]);
  });

  it("leaves no name in the log that is none", async () => {
    await ask("Not A Name/../demo", KEY);
    expect(log.lines[0]?.connection).toBeUndefined();
    expect(secrets.requests).toEqual([]);
  });

  it("is refused with a secret that has expired, as with a wrong one", async () => {
    secrets.putSecret(`${FOLDER}/demo`, {
      ...{ schemaVersion: 1, source: "api", gateway: "main" },
      verification: { secrets: [{ id: "old", value: KEY, notAfter: "2026-11-23T07:00:00Z" }] },
    });
    const expired = await ask("demo", KEY);
    expect(reasons()).toEqual(["expired-credential"]);
    expect(expired.text).toBe((await ask("demo", "wrong")).text);
  });

  it.each([
    ["a wrong key", "demo", "wrong"],
    ["a known connection and no key", "demo", undefined],
    ["an unknown connection", "unknown", KEY],
  ])("costs no more than one read in ten seconds for %s", async (_name, connection, key) => {
    for (let guess = 0; guess < 5; guess += 1) await ask(connection, key);
    expect(readsOf(connection)).toBe(1);
    clock.pass(9_999);
    await ask(connection, key);
    expect(readsOf(connection)).toBe(1);
    clock.pass(1);
    await ask(connection, key);
    await ask(connection, key);
    expect(readsOf(connection)).toBe(2);
  });
});

describe("a change of the connection's secret", () => {
  it("is seen by who proves himself with the new one, ten seconds after the last read", async () => {
    await ask("demo", KEY);
    put("demo", { values: [["next", "the-next-key-of-it"]] });
    expect((await ask("demo", "the-next-key-of-it")).status).toBe(401);
    clock.pass(10_000);
    expect((await ask("demo", "the-next-key-of-it")).status).toBe(200);
    expect(log.lines.at(-1)).toMatchObject({ secretId: "next", reason: undefined });
    expect((await ask("demo", KEY)).status).toBe(401);
    expect(readsOf("demo")).toBe(2);
  });

  it("is seen where a connection was made or enabled after it was asked for", async () => {
    expect((await ask("later", KEY)).status).toBe(401);
    put("later", { enabled: false });
    clock.pass(10_000);
    expect((await ask("later", KEY)).status).toBe(401);
    put("later");
    clock.pass(10_000);
    expect((await ask("later", KEY)).status).toBe(200);
  });

  it("is not needed by who was proven before it could be read", async () => {
    await ask("demo", KEY);
    secrets.failNext({ operation: "GetSecretValue", type: "InternalServiceError", times: 9 });
    clock.pass(30_000);
    expect((await ask("demo", KEY)).status).toBe(200);
  });
});

describe("a connection whose secret cannot be used", () => {
  it("is retryable while it cannot be read", async () => {
    secrets.failNext({ operation: "GetSecretValue", type: "InternalServiceError", times: 3 });
    expect(await ask("demo", KEY)).toMatchObject({ status: 503, body: { code: "secrets-unavailable", effect: "none", retryable: true } });
    expect((await ask("demo", KEY)).status).toBe(200);
  });

  it("is misconfigured where it does not parse, with the field in the log alone", async () => {
    secrets.putSecret(`${FOLDER}/demo`, { schemaVersion: 1, source: "api", verification: {}, gateway: "Not A Name" });
    const answer = await ask("demo", KEY);
    expect(answer).toMatchObject({ status: 500, body: { code: "misconfigured", effect: "none", retryable: false } });
    expect(answer.text).not.toContain("Not A Name");
    expect(String(reasons()[0])).toContain("connections/demo: gateway");
    expect(String(reasons()[0])).not.toContain("Not A Name");
  });
});
