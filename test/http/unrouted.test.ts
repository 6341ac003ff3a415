import { describe, expect, it } from "vitest";
import { createHttpHandler } from "../../lib/http/handler.ts";
import { unrouted } from "../../lib/http/unrouted.ts";
import { toContext, toEvent } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { PUBLIC_BASE_URL, toResult } from "../support/stack.ts";

async function ask(method: string, path: string) {
  const handler = createHttpHandler(unrouted, { log: createKeptLog(), edge: { ...createManualClock(), publicBaseUrl: PUBLIC_BASE_URL } });
  return toResult(await handler(toEvent({ method, path, route: "$default" }), toContext()));
}

describe("a request that no route takes", () => {
  it.each(["/v1/transfers/demo", "/ccgw/v1/transfers/demo"])(
    "is told which methods its path has, with or without the domain's: %s",
    async (path) => {
      expect(await ask("GET", path)).toMatchObject({ status: 405, headers: { allow: "POST, HEAD" } });
      expect((await ask("HEAD", path)).status).toBe(200);
    },
  );

  it.each([
    ["GET", "/"],
    ["POST", "/"],
    ["GET", "/v1"],
    ["POST", "/v1/transfers"],
    ["POST", "/v1/transfers/"],
    ["POST", "/v1/transfers/demo/"],
    ["POST", "/v1/transfers/demo/more/most"],
    ["POST", "/v1//transfers/demo"],
    ["POST", "/V1/transfers/demo"],
    ["POST", "/prefix/v1/transfers/demo"],
    ["POST", "/v2/transfers/demo"],
    ["PUT", "/v1/agent-sessions/main"],
    ["PUT", "/v1/agent-sessions/main/"],
    ["PUT", "/v1/agent-sessions/main/101/more"],
    ["POST", "/v1/gateway-events/main"],
    ["GET", "/v1/healthy"],
    ["GET", "/v1/health/"],
    ["HEAD", "/"],
    ["HEAD", "/v1/transfers/"],
    ["HEAD", "/v1/transfers/demo/more/most"],
    ["GET", "/favicon.ico"],
    ["GET", ""],
  ])("%s %s is not found", async (method, path) => {
    const { status, headers, body } = await ask(method, path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: "not-found", effect: "none", retryable: false });
    expect(headers).not.toHaveProperty("allow");
  });

  it.each([
    ["GET", "/v1/transfers/demo", "POST, HEAD"],
    ["PUT", "/v1/transfers/demo", "POST, HEAD"],
    ["PATCH", "/v1/transfers/%2F", "POST, HEAD"],
    ["OPTIONS", "/v1/transfers/demo", "POST, HEAD"],
    ["head", "/v1/transfers/demo", "POST, HEAD"],
    // Never comes here. A 200 without a transfer must not be its answer.
    ["POST", "/v1/transfers/demo", "POST, HEAD"],
    ["POST", "/v1/transfers/demo/transfer-1", "GET"],
    ["HEAD", "/v1/transfers/demo/transfer-1", "GET"],
    ["POST", "/v1/connections/demo", "GET"],
    ["HEAD", "/v1/connections/demo", "GET"],
    ["GET", "/v1/gateway-events/main/101", "POST"],
    ["HEAD", "/v1/gateway-events/main/101", "POST"],
    ["GET", "/v1/agent-sessions/main/101", "PUT, DELETE"],
    ["POST", "/v1/agent-sessions/main/101", "PUT, DELETE"],
    ["DELETE", "/v1/health", "GET"],
    ["HEAD", "/v1/health", "GET"],
  ])("%s %s is told which method it takes: %s", async (method, path, allow) => {
    const { status, headers, body } = await ask(method, path);
    expect(status).toBe(405);
    expect(body).toMatchObject({ code: "method-not-allowed", effect: "none" });
    expect(headers.allow).toBe(allow);
  });

  it.each(["demo", "demo-intercom", "nobody", "NO-NAME-AT-ALL", "x".repeat(200), "%2F", ".."])(
    "HEAD /v1/transfers/%s is told that it was reached, and nothing else",
    async (connection) => {
      const { status, headers, text } = await ask("HEAD", `/v1/transfers/${connection}`);
      expect({ status, headers, text }).toEqual({
        status: 200,
        headers: { "cache-control": "no-store", "x-request-id": "request-of-api" },
        text: "",
      });
    },
  );
});
