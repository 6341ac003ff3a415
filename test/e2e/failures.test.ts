import { describe, expect, it } from "vitest";
import { FAILURES } from "../../lib/errors.ts";
import { FAILURE_CASES, type Provoke } from "../support/failure-cases.ts";
import { useStack } from "../support/use-stack.ts";

const PROBLEM = "application/problem+json";
/** Written apart from lib/, by the table that callers are promised. */
const PROMISED = [
  ["not-found", 404, false, "none", undefined, PROBLEM],
  ["method-not-allowed", 405, false, "none", undefined, PROBLEM],
  ["invalid-json", 400, false, "none", undefined, PROBLEM],
  ["payload-too-large", 413, false, "none", undefined, PROBLEM],
  ["unsupported-media-type", 415, false, "none", undefined, PROBLEM],
  ["unauthenticated", 401, false, "none", undefined, PROBLEM],
  ["invalid-request", 422, false, "none", undefined, PROBLEM],
  ["forbidden", 403, false, "none", undefined, PROBLEM],
  ["expired", 422, false, "none", undefined, PROBLEM],
  ["rate-limited", 429, true, "none", "60", PROBLEM],
  ["paused", 503, true, "none", "60", PROBLEM],
  ["duplicate-in-progress", 409, true, "unknown", "5", PROBLEM],
  ["idempotency-mismatch", 422, false, "unknown", undefined, PROBLEM],
  ["call-busy", 409, true, "none", "5", PROBLEM],
  ["deadline-exceeded", 503, true, "none", "5", PROBLEM],
  ["gateway-refused", 422, false, "none", undefined, PROBLEM],
  ["agent-not-signed-in", 503, true, "none", "30", PROBLEM],
  ["gateway-busy", 503, true, "none", "30", PROBLEM],
  ["gateway-unreachable", 503, true, "none", "10", PROBLEM],
  ["gateway-timeout", 202, true, "unknown", "10", "application/json"],
  ["gateway-invalid-response", 202, true, "unknown", "10", "application/json"],
  ["gateway-error", 202, true, "unknown", "10", "application/json"],
  ["secrets-unavailable", 503, true, "none", "5", PROBLEM],
  ["store-unavailable", 503, true, "none", "5", PROBLEM],
  ["misconfigured", 500, false, "none", undefined, PROBLEM],
  ["internal", 500, false, "unknown", undefined, PROBLEM],
] as const;

const stack = useStack();

describe("a failure", () => {
  it("is promised for every code of the table", () => {
    expect(PROMISED.map(([code]) => code).sort()).toEqual(Object.keys(FAILURES).sort());
  });

  it.each(PROMISED)(
    "%s is HTTP %i, retryable %s, effect %s, Retry-After %s, %s",
    async (code, status, retryable, effect, retryAfter, type) => {
      const [provoke] = Object.values<Provoke>(FAILURE_CASES[code]);
      const [answer] = (await provoke?.(stack)) ?? [];
      expect(answer?.body).toMatchObject({ code, retryable, effect, requestId: "request-of-api" });
      expect(answer?.status).toBe(status);
      expect(answer?.headers["content-type"]).toBe(type);
      expect(answer?.headers["retry-after"]).toBe(retryAfter);
      if (type === PROBLEM) expect(answer?.body).toMatchObject({ type: `urn:ccgw:problem:${code}`, title: FAILURES[code].title, status });
      else expect(answer?.body).toMatchObject({ state: "unknown", transferId: expect.any(String) });
    },
  );

  it("call-busy is worth no repeat once the other delivery has ended, and says so", async () => {
    const [answer] = await FAILURE_CASES["call-busy"]["a call that another delivery may have moved"](stack);
    expect(answer?.body).toMatchObject({ status: 409, code: "call-busy", retryable: false, effect: "none" });
    expect(answer?.headers).not.toHaveProperty("retry-after");
  });

  it.each(PROMISED)("%s tells an effect that what arrived at the gateway bears out", async (code) => {
    for (const provoke of Object.values<Provoke>(FAILURE_CASES[code])) {
      stack.gateway.reset();
      const [answer] = await provoke(stack);
      const acted = stack.gateway.transfers().filter((transfer) => transfer.acted);
      if (answer?.body.effect === "none") expect(acted).toEqual([]);
      expect(answer?.body.code).toBe(code);
    }
  });
});
