/** What `npm start` prints of the functions' lines. */
import { describe, expect, it } from "vitest";
import { toRequestLine } from "../../dev/request-line.ts";

const REQUEST = {
  level: "INFO",
  message: "request",
  timestamp: "2026-11-23T07:20:05.125Z",
  method: "POST",
  route: "POST /v1/transfers/{connection}",
  connection: "demo-rasa",
  requestId: "offlineContext_resourceId",
  lambdaRequestId: "b6b2a5e0",
  durationMs: 12,
};

const lineOf = (fields: object) => toRequestLine(JSON.stringify({ ...REQUEST, ...fields }));

describe("the line of an outcome", () => {
  const OUTCOME = { message: "outcome", to: "callback", connection: "demo", state: "accepted", outcome: "completed", transferId: "t-1" };

  it.each([
    [{ ended: "delivered", status: 204 }, "→ delivered 204"],
    [{ ended: "retry", status: 503, reason: "status 503", retrySeconds: 10 }, "→ retry 503 (status 503) again in 10 s"],
    [{ ended: "nobody", reason: "the connection has no callback" }, "→ nobody (the connection has no callback)"],
  ])("tells who was told, and what became of it: %j", (fields, told) => {
    expect(lineOf({ ...OUTCOME, ...fields })).toBe(`07:20:05 outcome  callback demo accepted completed transfer t-1 ${told}`);
  });

  it("tells of a conversation what it was told, where there is no transfer, too", () => {
    const told = {
      ...OUTCOME,
      to: "conversation",
      state: "failed",
      outcome: undefined,
      transferId: undefined,
      ended: "delivered",
      status: 200,
    };
    expect(lineOf(told)).toBe("07:20:05 outcome  conversation demo failed → delivered 200");
  });
});

describe("the line of a request", () => {
  it.each([
    [
      "what is wrong with it, instead of how much",
      { status: 200, code: "invalid-request", reason: "2 violations", violations: "#/target is required; #/caller must be a string" },
      "→ 200 invalid-request (#/target is required; #/caller must be a string) 12 ms",
    ],
    [
      "why it is refused",
      { status: 403, code: "forbidden", reason: "target is not allowed" },
      "→ 403 forbidden (target is not allowed) 12 ms",
    ],
    ["why it asks for nothing", { status: 200, entries: 0, reason: "names no call" }, "→ 200 (names no call) 12 ms"],
    [
      "what the gateway said",
      { status: 202, state: "unknown", code: "gateway-error", retcode: "106-005" },
      "→ 202 gateway-error (106-005) 12 ms",
    ],
    ["that it was accepted", { status: 200, state: "accepted", retcode: "0" }, "→ 200 accepted 12 ms"],
    ["what its caller calls it", { status: 200, requestId: "run-4711" }, "request run-4711 → 200 12 ms"],
  ])("tells %s", (_what, fields, told) => {
    expect(lineOf(fields)).toBe(`07:20:05 webhook  POST /v1/transfers/demo-rasa ${told}`);
  });

  it("names the transfer that is asked for, once it is known to be one", () => {
    const asked = { method: "GET", route: "GET /v1/transfers/{connection}/{transferId}", secretId: "status:1" };
    expect(lineOf({ ...asked, status: 200, state: "accepted", transferId: "abc-1" })).toBe(
      "07:20:05 webhook  GET /v1/transfers/demo-rasa/abc-1 secret status:1 → 200 accepted 12 ms",
    );
    expect(lineOf({ ...asked, status: 404, code: "not-found" })).toContain("/v1/transfers/demo-rasa/{transferId} ");
  });

  it("has no id where serverless-offline gives none, and none of an invocation", () => {
    expect(lineOf({ status: 200 })).not.toContain("request ");
    expect(lineOf({ method: "INVOKE", route: "INVOKE {connection}", requestId: "b6b2a5e0", code: "unauthenticated" })).toBe(
      "07:20:05 webhook  INVOKE demo-rasa → unauthenticated 12 ms",
    );
  });

  it("leaves other lines as they are, and serverless-offline's own out", () => {
    expect(toRequestLine("a line of somebody's")).toBe("a line of somebody's");
    expect(toRequestLine("POST /v1/transfers/demo (λ: receiveTransfer)")).toBeUndefined();
  });
});

describe("the line of a sweep", () => {
  it.each([
    [{ told: 0, leasesEnded: 0, settled: 0, failed: 0 }, undefined],
    [{ told: 2, leasesEnded: 1, settled: 0, failed: 0 }, "07:20:05 sweep    outcomes told 2, leases ended 1, settled 0, failed 0"],
    [{ told: 0, leasesEnded: 0, settled: 0, failed: 1 }, "07:20:05 sweep    outcomes told 0, leases ended 0, settled 0, failed 1"],
  ])("tells what there was to do, if anything: %j", (fields, told) => {
    expect(lineOf({ message: "sweep", ...fields })).toBe(told);
  });
});
