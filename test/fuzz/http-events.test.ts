/** Whatever arrives, from whomever: an answer in our own words with the status of its code, and nothing at the gateway that the answer does not tell. */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILURES, type FailureCode } from "../../lib/errors.ts";
import type { HttpHandler } from "../../lib/http/handler.ts";
import { brokenText, fuzz, trickyName } from "../support/fuzz-settings.ts";
import { toContext } from "../support/http-event.ts";
import { type Answer, KEY, type Stack, startStack, toResult } from "../support/stack.ts";

let stack: Stack;
let connection: string;
let handlers: Readonly<Record<string, HttpHandler>>;
beforeAll(async () => {
  stack = await startStack();
  connection = stack.connect({ gateway: { responseTimeoutMs: 500 } }).connection;
  // The functions of the stack, which read its environment.
  const { handler: receiveTransfer } = await import("../../handlers/receive-transfer.ts");
  const { handler: describeConnection } = await import("../../handlers/describe-connection.ts");
  const { handler: health } = await import("../../handlers/health.ts");
  const { handler: unrouted } = await import("../../handlers/unrouted.ts");
  handlers = { receiveTransfer, describeConnection, health, unrouted };
});
afterAll(() => stack.stop());

const CALL = { callId: "1552524689-16797284", target: { type: "agent", address: "205" } };
const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value));
const text = fc.oneof(fc.string({ unit: "binary" }), brokenText(), trickyName());
const json = fc.oneof(fc.constant(JSON.stringify(CALL)), fc.json());
const body = fc.oneof(
  json,
  text,
  json.map((value) => Buffer.from(value).toString("base64")),
  bytes.map((value) => value.toString("base64")),
  bytes.map((value) => value.toString("latin1")),
  fc.constantFrom(null, undefined, ""),
);
const contentType = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("application/json", "application/vnd.api+json; charset=utf-8") },
  {
    weight: 1,
    arbitrary: fc.oneof(text, fc.constantFrom("text/plain", "application/json; charset=latin1", 'application/json; charset="')),
  },
);
const authorization = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(`Bearer ${KEY}`, `bearer  ${KEY} `) },
  { weight: 1, arbitrary: fc.oneof(text, fc.constantFrom("", "Bearer", "Basic", "Basic !!!", `Basic ${btoa("no colon")}`)) },
);
const knownHeaders = fc.record(
  {
    authorization,
    "content-type": contentType,
    "content-encoding": fc.constantFrom("gzip", "identity"),
    accept: fc.oneof(text, fc.constantFrom("*/*", "application/json", ";q=x", "application/problem+json;q=0")),
    "x-request-id": text,
    "idempotency-key": text,
    "x-api-key": text,
  },
  { requiredKeys: ["authorization", "content-type"] },
);
const headers = fc.oneof(
  { weight: 6, arbitrary: knownHeaders },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.oneof(text, fc.constantFrom("Authorization", "AUTHORIZATION")), fc.option(text, { nil: undefined })),
  },
  { weight: 1, arbitrary: fc.constantFrom(undefined, null) },
);
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: fc.oneof(text, fc.webQueryParameters(), fc.constantFrom("dryRun", "dryRun=maybe", "%", "%ff=%00", "&&&=")) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const pathParameters = fc.oneof(
  { weight: 6, arbitrary: fc.constant("known") },
  { weight: 2, arbitrary: fc.oneof(text, fc.constantFrom("", "..", "a/b", "x".repeat(64))) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const requestContext = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      { http: fc.record({ method: text, path: text }), requestId: text, timeEpoch: fc.oneof(fc.integer(), fc.double()) },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(undefined, {}, { http: {} }, { timeEpoch: "soon" }) },
);
const shape = fc.record(
  {
    version: text,
    routeKey: text,
    rawPath: fc.oneof(fc.webPath(), text),
    rawQueryString: query,
    headers,
    body,
    isBase64Encoded: fc.boolean(),
    pathParameters,
    requestContext,
  },
  { requiredKeys: ["headers", "body", "pathParameters"] },
);
type Shape = typeof shape extends fc.Arbitrary<infer Value> ? Value : never;

/** Whatever it is, it is handed over as an event. */
function parseEvent({ pathParameters, ...event }: Shape): APIGatewayProxyEventV2 {
  const name = pathParameters === "known" ? connection : pathParameters;
  const whole: unknown = { ...event, ...(name !== undefined && { pathParameters: { connection: name } }) };
  return whole as APIGatewayProxyEventV2;
}

function isCode(code: unknown): code is FailureCode {
  return Object.hasOwn(FAILURES, String(code));
}

function assertTruthful({ status, headers, body }: Answer): void {
  const posted = stack.gateway.transfers().length > 0;
  expect(headers["content-type"]).toMatch(/^application\/(problem\+)?json$/);
  if (isCode(body.code)) {
    expect(body.code).not.toBe("internal");
    expect(status).toBe(FAILURES[body.code].status);
    if (!posted) expect(body.effect).toBe("none");
    // Of a busy call it depends on the other delivery.
    if (!posted && body.code !== "call-busy") expect(body.retryable).toBe(FAILURES[body.code].retryable);
    return;
  }
  expect(status).toBe(200);
  if (body.dryRun === true || body.status === "ok" || body.connection !== undefined) expect(posted).toBe(false);
  else expect(body.state).toBe("accepted");
}

describe("any event", () => {
  it.each([
    { name: "receiveTransfer", share: 3 },
    { name: "describeConnection", share: 1 },
    { name: "health", share: 0.3 },
    { name: "unrouted", share: 0.5 },
  ])("is answered in our words by $name", async ({ name, share }) => {
    const codes = new Set<unknown>();
    const property = fc.asyncProperty(shape, async (event) => {
      stack.gateway.reset();
      const answer = await handlers[name]?.(parseEvent(event), toContext());
      stack.takeLog();
      if (answer === undefined) return expect.fail("no such function");
      const result = toResult(answer);
      codes.add(result.body.code ?? result.body.state ?? result.body.dryRun);
      assertTruthful(result);
    });
    await fc.assert(property, fuzz(share));
    // A property that meets one door alone proves nothing about the rooms behind it.
    if (name === "receiveTransfer")
      expect(codes).toEqual(new Set([...codes, "accepted", true, "unauthenticated", "invalid-json", "invalid-request"]));
  });

  it.each([
    {},
    { requestContext: null, headers: null, pathParameters: null, rawPath: null, rawQueryString: null, routeKey: null, body: null },
  ])("is answered even where it is no more than %j", async (event: unknown) => {
    const answers = Object.values(handlers).map(async (handler) => toResult(await handler(event as APIGatewayProxyEventV2, toContext())));
    for (const answer of await Promise.all(answers)) expect(answer.body.code ?? answer.body.status).toEqual(expect.any(String));
  });
});
