import { describe, expect, it } from "vitest";
import { FAILURES, type FailureCode, failureOf, TransferError } from "../../lib/errors.ts";
import { type ReplyContext, renderCanonical } from "../../lib/http/canonical-reply.ts";
import type { Outcome } from "../../lib/sources/source.ts";
import type { GatewayAnswer, Moved } from "../../lib/transfer/result.ts";

const MOVED: Moved = {
  transferId: "0b6a2a2c",
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  reference: "ticket-4711",
  receivedAt: "2026-11-23T07:00:00.000Z",
  outcome: "not-observed",
  replayed: false,
};
const WORDS = { retcode: "0", message: "success" };
const CODES = Object.keys(FAILURES).filter((code): code is FailureCode => Object.hasOwn(FAILURES, code));

function render(outcome: Outcome, context: Partial<ReplyContext> = {}) {
  const { body, ...reply } = renderCanonical(outcome, { requestId: "request-1", accept: undefined, style: "native", ...context });
  return { ...reply, body: JSON.parse(body) };
}
const result = (answer: GatewayAnswer, context?: Partial<ReplyContext>) =>
  render({ kind: "result", result: { ...MOVED, ...answer } }, context);
const failure = (code: FailureCode, context?: Partial<ReplyContext>) =>
  render({ kind: "failure", error: new TransferError(code, { reason: "reason-for-us" }) }, context);

describe("an accepted transfer", () => {
  it("is answered with the canonical result", () => {
    const { transferId, callId, agentId, target, mode, reference, receivedAt } = MOVED;
    expect(result({ state: "accepted", gateway: WORDS })).toEqual({
      status: 200,
      headers: { "content-type": "application/json" },
      code: undefined,
      body: {
        ...{ transferId, state: "accepted", outcome: "not-observed", callId, agentId, target, mode, reference },
        ...{ gateway: WORDS, replayed: false, receivedAt },
      },
    });
  });
});

describe("how a transfer ended", () => {
  it("is told beside what the gateway answered, with the reason where there is one", () => {
    const accepted: GatewayAnswer = { state: "accepted" };
    const failed = { ...MOVED, outcome: "failed", outcomeReason: "connect-failed", replayed: true, ...accepted } as const;
    const { status, body } = render({ kind: "result", result: failed });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { state: "accepted", outcome: "failed", outcomeReason: "connect-failed" },
    });
    expect(body).not.toHaveProperty("gateway");
    expect(Object.keys(body).slice(0, 4)).toEqual(["transferId", "state", "outcome", "outcomeReason"]);
    expect(render({ kind: "result", result: { ...MOVED, outcome: "pending", ...accepted } }).body).not.toHaveProperty("outcomeReason");
  });
});

describe("an unknown transfer", () => {
  it.each(["gateway-timeout", "gateway-invalid-response", "gateway-error"] as const)("is answered as %s, which a 2xx tells", (code) => {
    const { status, headers, body } = result({ state: "unknown", code });
    expect(status).toBe(202);
    expect(headers).toEqual({ "content-type": "application/json", "retry-after": "10" });
    expect(body).toMatchObject({
      state: "unknown",
      code,
      retryable: true,
      effect: "unknown",
      transferId: MOVED.transferId,
      requestId: "request-1",
    });
  });
});

describe("a refused transfer", () => {
  it("is answered with a problem that has the gateway's words", () => {
    const answer = {
      state: "refused",
      code: "gateway-refused",
      reason: "no-such-call",
      gateway: { retcode: "200-012", message: "" },
    } as const;
    expect(result(answer)).toEqual({
      status: 422,
      headers: { "content-type": "application/problem+json" },
      code: "gateway-refused",
      body: {
        type: "urn:ccgw:problem:gateway-refused",
        title: FAILURES["gateway-refused"].title,
        ...{ status: 422, code: "gateway-refused", retryable: false, effect: "none", state: "refused", reason: "no-such-call" },
        ...{ transferId: MOVED.transferId, gateway: answer.gateway, reference: "ticket-4711", requestId: "request-1" },
      },
    });
  });

  it.each([
    ["agent-not-signed-in", "30"],
    ["gateway-busy", "30"],
  ] as const)("is retryable as %s after %s s", (code, seconds) => {
    const { status, headers, body } = result({ state: "refused", code, gateway: WORDS });
    expect({ status, effect: body.effect, retryable: body.retryable }).toEqual({ status: 503, effect: "none", retryable: true });
    expect(headers["retry-after"]).toBe(seconds);
    expect(body).not.toHaveProperty("reason");
  });
});

describe("a refused transfer of which more is known", () => {
  it("says when a repeat is of use", () => {
    const answer = { state: "refused", code: "agent-not-signed-in", gateway: WORDS, retryAfterSeconds: 75 } as const;
    const { headers, body } = result(answer);
    expect(headers).toEqual({ "content-type": "application/problem+json", "retry-after": "75" });
    expect(body).not.toHaveProperty("retryAfterSeconds");
  });
});

describe("a failure", () => {
  it.each(CODES)("%s is a problem with the members of its row", (code) => {
    const { status, headers, body } = failure(code);
    const { title, retryable, effect, retryAfterSeconds, ...row } = failureOf(code);
    expect(status).toBe(row.status);
    expect(body).toEqual({ type: `urn:ccgw:problem:${code}`, title, status, code, retryable, effect, requestId: "request-1" });
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(headers["retry-after"]).toBe(retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds));
    expect(headers["www-authenticate"]).toBe(code === "unauthenticated" ? "Bearer" : undefined);
    expect(JSON.stringify(body)).not.toContain("reason-for-us");
  });

  it("tells what its error knows", () => {
    const errors = [{ pointer: "#/callId", detail: "is required" }];
    const error = new TransferError("invalid-request", {
      ...{ reason: "for us", detail: "for you", errors, effect: "unknown", transferId: "t", reference: "r", cause: new Error("inner") },
    });
    const { body } = render({ kind: "failure", error });
    expect(body).toMatchObject({ detail: "for you", errors, effect: "unknown", transferId: "t", reference: "r" });
    expect(Object.keys(body)).not.toContain("cause");
    expect(JSON.stringify(body)).not.toContain("inner");
  });

  it.each([7, 0])("says when a repeat is of use, where it knows better than its code: in %i s", (retryAfterSeconds) => {
    for (const code of ["rate-limited", "forbidden"] as const) {
      const error = new TransferError(code, { reason: "for us", retryAfterSeconds });
      const { headers, body } = render({ kind: "failure", error });
      expect(headers["retry-after"]).toBe(String(retryAfterSeconds));
      expect(body).not.toHaveProperty("retryAfterSeconds");
    }
  });

  it("says of an occurrence that no repeat can mend neither that one is of use nor when", () => {
    const error = new TransferError("call-busy", { reason: "for us", retryable: false });
    const { status, headers, body } = render({ kind: "failure", error });
    expect({ status, retryable: body.retryable, effect: body.effect }).toEqual({ status: 409, retryable: false, effect: "none" });
    expect(headers).not.toHaveProperty("retry-after");
  });

  it("names the methods that a path takes", () => {
    const error = new TransferError("method-not-allowed", { reason: "", allow: "GET, POST" });
    expect(render({ kind: "failure", error }).headers).toEqual({ "content-type": "application/problem+json", allow: "GET, POST" });
  });

  const PROBLEM = "application/problem+json";
  const JSON_ALONE = "application/json";
  it.each([
    [undefined, PROBLEM],
    ["", PROBLEM],
    ["*/*", PROBLEM],
    ["application/*", PROBLEM],
    ["application/json", JSON_ALONE],
    ["APPLICATION/JSON", JSON_ALONE],
    ["application/json; charset=utf-8", JSON_ALONE],
    ["application/json, text/plain, */*", JSON_ALONE],
    ["application/json, */*;q=0.8", JSON_ALONE],
    ["application/problem+json", PROBLEM],
    ["application/problem+json, application/json", PROBLEM],
    ["application/problem+json;q=0.5, application/json", JSON_ALONE],
    ["application/problem+json, application/json;q=0.9", PROBLEM],
    ["application/json;q=0.5, */*", PROBLEM],
    ["application/problem+json;q=0, */*", JSON_ALONE],
    ["application/json;q=0", PROBLEM],
    ["text/html", PROBLEM],
    ["text/html, application/xhtml+xml, */*;q=0.8", PROBLEM],
    [", ;;q=x/", PROBLEM],
  ])("is answered to Accept %j as %s", (accept, type) => {
    expect(failure("forbidden", { accept }).headers["content-type"]).toBe(type);
  });
});

describe("a reply that is always 200", () => {
  const always = { style: "always-200" } as const;

  it.each(CODES)("tells in its body that %s is not ok", (code) => {
    const { status, headers, body } = failure(code, always);
    expect({ status, type: headers["content-type"] }).toEqual({ status: 200, type: "application/json" });
    expect(body).toMatchObject({ ok: false, code, retryable: failureOf(code).retryable, effect: failureOf(code).effect });
  });

  it("is ok for an accepted transfer alone", () => {
    expect(result({ state: "accepted", gateway: WORDS }, always)).toMatchObject({ status: 200, body: { ok: true, state: "accepted" } });
    expect(result({ state: "unknown", code: "gateway-error" }, always)).toMatchObject({
      status: 200,
      body: { ok: false, state: "unknown" },
    });
    expect(result({ state: "refused", code: "gateway-busy", gateway: WORDS }, always)).toMatchObject({ status: 200, body: { ok: false } });
  });

  it("is not there without being asked for", () => {
    expect(result({ state: "accepted", gateway: WORDS }).body).not.toHaveProperty("ok");
    expect(failure("forbidden").body).not.toHaveProperty("ok");
  });
});
