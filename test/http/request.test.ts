import { describe, expect, it, onTestFinished } from "vitest";
import { toHttpRequest } from "../../lib/http/request.ts";
import { type EventOptions, toContext, toEvent } from "../support/http-event.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";

function request(options: Partial<EventOptions> = {}, change: object = {}, publicBaseUrl = PUBLIC_BASE_URL) {
  const event = toEvent({ method: "POST", path: "/v1/transfers/demo", route: "POST /v1/transfers/{connection}", ...options });
  const made = toHttpRequest({ ...event, ...change }, toContext(), { ...createManualClock(), publicBaseUrl });
  onTestFinished(() => made.stopwatch.end());
  return made;
}
const bytesOf = (body: Uint8Array) => [...body];

describe("the bytes of a request", () => {
  const ALL_BYTES = Uint8Array.from({ length: 256 }, (_value, index) => index);

  it("are those of a body in base64, each of them", () => {
    expect(bytesOf(request({ body: ALL_BYTES }).webhook.body)).toEqual(bytesOf(ALL_BYTES));
  });

  it("are the UTF-8 of a body that is text", () => {
    expect(bytesOf(request({ body: '{"a":"Zoë 😀"}' }).webhook.body)).toEqual(bytesOf(Buffer.from('{"a":"Zoë 😀"}')));
  });

  it("are not those of text that only looks like base64", () => {
    expect(Buffer.from(request({ body: "aGVsbG8=" }).webhook.body).toString()).toBe("aGVsbG8=");
  });

  it.each([{}, { body: undefined }, { body: null }, { body: "" }, { body: "", isBase64Encoded: true }])("are none with %j", (change) => {
    expect(request({}, change).webhook.body).toHaveLength(0);
  });
});

describe("the headers of a request", () => {
  it("have names in lower case", () => {
    const { headers } = request({ headers: { Authorization: "Bearer a", "X-API-Key": "b", "content-type": "c" } }).webhook;
    expect(headers).toEqual({ authorization: "Bearer a", "x-api-key": "b", "content-type": "c" });
  });

  it.each([{ headers: undefined }, { headers: {} }, { headers: { accept: undefined } }])("are none with %j", (change) => {
    expect(request({}, change).webhook.headers).toEqual({});
  });
});

describe("the id of a request", () => {
  it.each(["run-4711", "a", "A.b_c:d/e+f=g-0", "x".repeat(128)])("is the caller's own %j", (id) => {
    expect(request({ headers: { "X-Request-Id": id } }).requestId).toBe(id);
  });

  it.each(["", " ", "a b", "a\r\nset-cookie: b", "a\nb", "<script>", '"a"', "Zoë", "x".repeat(129)])(
    "is API Gateway's instead of %j",
    (id) => {
      expect(request({ headers: { "x-request-id": id } }).requestId).toBe("request-of-api");
    },
  );

  it("is API Gateway's where the caller has none", () => {
    expect(request().requestId).toBe("request-of-api");
  });
});

describe("a request", () => {
  it("arrived at one instant of the clock", () => {
    expect(request().webhook.receivedAt.getTime()).toBe(INSTANT);
  });

  it("has what API Gateway matched", () => {
    const { webhook, path, route, connectionName } = request({ connection: "demo", query: "dryRun&a=b%20c&a=d" });
    expect({ path, route, connectionName, method: webhook.method }).toEqual({
      path: "/v1/transfers/demo",
      route: "POST /v1/transfers/{connection}",
      connectionName: "demo",
      method: "POST",
    });
    expect([...webhook.query]).toEqual([
      ["dryRun", ""],
      ["a", "b c"],
      ["a", "d"],
    ]);
  });

  it.each([
    [
      { gateway: "main", agentId: "101" },
      { gateway: "main", agentId: "101" },
    ],
    [{ gateway: "main" }, { gateway: "main", agentId: "" }],
    [{ agentId: "no/agent" }, { gateway: "", agentId: "no/agent" }],
    [{ connection: "demo" }, { gateway: "", agentId: "" }],
    [undefined, { gateway: "", agentId: "" }],
  ])("names the agent of its path %j as it is: %j", (pathParameters, agent) => {
    expect(request({}, { pathParameters }).agent).toEqual(agent);
  });

  it.each([
    ["", ""],
    ["a=b%20c&d", "?a=b%20c&d"],
  ])("has the address that its caller was given, whatever host it names, with the query %j", (query, written) => {
    const { url } = request({ query, headers: { host: "elsewhere.example", "x-forwarded-host": "elsewhere.example" } }).webhook;
    expect(url).toBe(`${PUBLIC_BASE_URL}/v1/transfers/demo${written}`);
  });

  it.each([
    ["https://hooks.example.com/ccgw", "/v1/transfers/demo", "/v1/transfers/demo"],
    ["https://hooks.example.com/ccgw", "/ccgw/v1/transfers/demo", "/v1/transfers/demo"],
    ["https://hooks.example.com/a/b", "/a/b/v1/health", "/v1/health"],
    ["https://hooks.example.com/a/b", "/b/v1/health", "/b/v1/health"],
    ["https://hooks.example.com/ccgw", "/ccgwx/v1/health", "/ccgwx/v1/health"],
    ["https://hooks.example.com/v1", "/v1/transfers/demo", "/v1/transfers/demo"],
    ["https://hooks.example.com/v1", "/v1/v1/transfers/demo", "/v1/transfers/demo"],
    ["https://hooks.example.com", "/v1/transfers/demo", "/v1/transfers/demo"],
    ["https://hooks.example.com", "/ccgw/v1/transfers/demo", "/ccgw/v1/transfers/demo"],
  ])("has its path once, whether API Gateway says that of the domain %s or not: %s", (publicBaseUrl, rawPath, path) => {
    const made = request({ path: rawPath, query: "a=b" }, {}, publicBaseUrl);
    expect(made.path).toBe(path);
    expect(made.webhook.url).toBe(`${publicBaseUrl}${path}?a=b`);
  });

  it.each(["requestContext", "rawPath", "rawQueryString", "routeKey", "headers", "pathParameters", "body", "isBase64Encoded"])(
    "is made of an event without %s",
    (member) => {
      expect(() => request({}, { [member]: undefined })).not.toThrow();
    },
  );

  it("counts from API Gateway's time, and no longer than the runtime allows", () => {
    expect(request({ timeEpoch: INSTANT - 3_000 }).stopwatch.elapsedMs()).toBe(3_000);
    expect(request({ timeEpoch: INSTANT }).stopwatch.deadline(60_000).remainingMs()).toBeLessThanOrEqual(27_500);
  });

  it("gathers what is noted about it, the latest last", () => {
    const made = request();
    made.note({ connection: "demo", reason: "first" });
    made.note({ reason: "second", source: "api" });
    expect(made.facts).toEqual({
      lambdaRequestId: "lambda-request",
      method: "POST",
      route: "POST /v1/transfers/{connection}",
      connection: "demo",
      reason: "second",
      source: "api",
    });
  });
});
