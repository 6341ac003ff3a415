import { readdir } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { createHttpHandler, type Route } from "../../lib/http/handler.ts";
import { MAX_BODY_BYTES } from "../../lib/http/request.ts";
import type { Deadline } from "../../lib/transfer/invocation.ts";
import { type EventOptions, toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { PUBLIC_BASE_URL, toResult } from "../support/stack.ts";

afterEach(() => vi.unstubAllEnvs());

async function ask(route: Route, options: Partial<EventOptions> = {}, log = createKeptLog()) {
  const edge = { ...createManualClock(), publicBaseUrl: PUBLIC_BASE_URL };
  const event = toEvent({
    method: "POST",
    path: "/v1/transfers/demo",
    route: "POST /v1/transfers/{connection}",
    connection: "demo",
    ...options,
  });
  const answer = toResult(await createHttpHandler(route, { log, edge })(event, toContext()));
  return { ...answer, ...log, line: log.lines[0] };
}
const ok: Route = async () => ({ status: 200, headers: { "content-type": "application/json" }, body: "{}" });
const throws =
  (thrown: unknown): Route =>
  () =>
    Promise.reject(thrown);

describe("an answer", () => {
  it("is the route's, with what every answer has", async () => {
    const { status, headers, body } = await ask(ok, { headers: { "x-request-id": "run-1" } });
    expect({ status, headers, body }).toEqual({
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "no-store", "x-request-id": "run-1" },
      body: {},
    });
  });

  it("has what every answer has where it is a failure", async () => {
    const { headers, body } = await ask(throws(new TransferError("forbidden", { reason: "why" })));
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-request-id": "request-of-api" });
    expect(body.requestId).toBe("request-of-api");
  });

  it.each([
    ["a result", ok, { status: 200, code: undefined }],
    ["a failure", throws(new TransferError("forbidden", { reason: "why" })), { status: 403, code: "forbidden", reason: "why" }],
    ["a bug", throws(new TypeError("x")), { status: 500, code: "internal", reason: "unexpected TypeError" }],
  ])("is told in one line for %s", async (_name, route, expected) => {
    const { lines } = await ask(route);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ ...expected, requestId: "request-of-api", method: "POST", durationMs: 0 });
  });

  it("leaves nothing under way: the deadlines of its request are aborted", async () => {
    const deadlines: Deadline[] = [];
    const keep: Route = async (request) => {
      deadlines.push(request.stopwatch.deadline(20_000));
      return ok(request);
    };
    await ask(keep);
    await ask((request) => keep(request).then(() => Promise.reject(new Error("late"))));
    expect(deadlines.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});

describe("a body", () => {
  const pass: Route = async ({ webhook }) => ({ status: 200, headers: {}, body: JSON.stringify({ bytes: webhook.body.length }) });

  it.each([
    ["text", "x".repeat(MAX_BODY_BYTES)],
    ["base64", new Uint8Array(MAX_BODY_BYTES)],
  ])("of 1 MiB as %s reaches the route", async (_name, body) => {
    expect((await ask(pass, { body })).body).toEqual({ bytes: MAX_BODY_BYTES });
  });

  it.each([
    ["text", "x".repeat(MAX_BODY_BYTES + 1)],
    ["text of two bytes a character", "ë".repeat(MAX_BODY_BYTES / 2 + 1)],
    ["base64", new Uint8Array(MAX_BODY_BYTES + 1)],
  ])("of more as %s does not, whoever sent it", async (_name, body) => {
    const { status, body: problem } = await ask(pass, { body });
    expect(status).toBe(413);
    expect(problem).toMatchObject({ code: "payload-too-large", effect: "none", retryable: false });
  });
});

describe("a bug", () => {
  const SECRET = "the-value-it-failed-on";
  function failOnValue(): never {
    throw new TypeError(`cannot read ${SECRET}\n    at ${SECRET}`, { cause: new Error(SECRET) });
  }
  const buggy: Route = async () => failOnValue();

  it("is internal outside, without message or stack", async () => {
    const { status, text, headers, body } = await ask(buggy);
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: "internal", retryable: false, effect: "unknown" });
    expect(text).not.toMatch(/TypeError|failOnValue|handler\.test|node_modules| at /);
    expect(JSON.stringify([text, headers])).not.toContain(SECRET);
  });

  it("is told to an operator by its name and its frames, without its message", async () => {
    const { problems, line } = await ask(buggy);
    expect(problems).toHaveLength(1);
    const [{ what, fields } = { what: "", fields: {} }] = problems;
    expect(what).toBe("bug");
    expect(fields).toMatchObject({ requestId: "request-of-api", errorName: "TypeError" });
    expect(fields.stack).toContain("failOnValue");
    expect(JSON.stringify([problems, line])).not.toContain(SECRET);
  });

  it.each([undefined, null, "text", 7, Symbol("x"), Object.create(null)])("may be anything that is thrown: %s", async (thrown) => {
    const { status, body, problems } = await ask(throws(thrown));
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: "internal", effect: "unknown" });
    expect(problems).toHaveLength(1);
  });

  it("is not what a known failure is", async () => {
    expect((await ask(throws(new TransferError("misconfigured", { reason: "field" })))).problems).toEqual([]);
  });
});

describe("the functions", async () => {
  const files = await readdir(new URL("../../handlers/", import.meta.url));

  it.each(files)("%s has a handler of at most two parameters", async (file) => {
    vi.stubEnv("CCGW_SECRETS_PREFIX", "ccgw/test");
    vi.stubEnv("CCGW_VERSION", "0.0.0-test");
    vi.stubEnv("CCGW_SESSIONS_TABLE", "sessions");
    vi.stubEnv("CCGW_RECORDS_TABLE", "records");
    vi.stubEnv("CCGW_RETENTION_DAYS", "30");
    vi.stubEnv("CCGW_KEEPER_FUNCTION", "keep-session");
    vi.stubEnv("CCGW_CALLBACK_QUEUE", "http://127.0.0.1:1/queue");
    vi.stubEnv("CCGW_PUBLIC_BASE_URL", PUBLIC_BASE_URL);
    const { handler } = await import(/* @vite-ignore */ new URL(`../../handlers/${file}`, import.meta.url).href);
    expect(handler).toBeTypeOf("function");
    expect(handler.length).toBeLessThanOrEqual(2);
  });
});
