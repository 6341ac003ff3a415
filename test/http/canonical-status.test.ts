/** The canonical answer where more is to come: where and when to ask, and what is told to whoever asks. */
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { type ReplyContext, renderCanonical } from "../../lib/http/canonical-reply.ts";
import type { Outcome } from "../../lib/sources/source.ts";
import type { Ending } from "../../lib/transfer/outcome.ts";
import type { GatewayAnswer, Moved } from "../../lib/transfer/result.ts";

const MOVED: Omit<Moved, keyof Ending> = {
  transferId: "transfer-1",
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  reference: "ticket-4711",
  receivedAt: "2026-11-23T07:00:00.000Z",
  replayed: false,
};
const WORDS = { retcode: "0", message: "success" };
const ACCEPTED = { state: "accepted", gateway: WORDS } as const;
const UNKNOWN = { state: "unknown", code: "gateway-timeout" } as const;
const BUG = { state: "unknown", code: "internal" } as const;
const REFUSED = { state: "refused", code: "gateway-refused", reason: "no-such-call", gateway: WORDS } as const;
const URL = "https://hooks.example.com/transfer-1";
const PENDING: Ending = { outcome: "pending" };
const COMPLETED: Ending = { outcome: "completed", outcomeReason: "answered" };
const UNCONFIRMED: Ending = { outcome: "unconfirmed", outcomeReason: "no-event" };
const UNOBSERVED: Ending = { outcome: "not-observed" };

function render(outcome: Outcome, context: Partial<ReplyContext> = {}) {
  const statusUrlOf = (transferId: string) => `https://hooks.example.com/${transferId}`;
  const given: ReplyContext = { requestId: "request-1", accept: undefined, style: "native", statusUrlOf, ...context };
  const { body, ...reply } = renderCanonical(outcome, given);
  return { ...reply, body: JSON.parse(body) };
}
const result = (answer: GatewayAnswer, ending: Ending, context?: Partial<ReplyContext>) =>
  render({ kind: "result", result: { ...MOVED, ...ending, ...answer } }, context);

/** What a caller that polls decides by. */
const pollOf = ({ status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> }) => [
  status,
  headers.location,
  headers["retry-after"],
  headers["preference-applied"],
];

describe("the answer to a delivery", () => {
  it.each<[string, GatewayAnswer, Ending, readonly unknown[]]>([
    ["accepted, pending", ACCEPTED, PENDING, [200]],
    ["accepted, completed", ACCEPTED, COMPLETED, [200]],
    ["accepted, not observed", ACCEPTED, UNOBSERVED, [200]],
    ["unknown, pending", UNKNOWN, PENDING, [202, URL, "10"]],
    ["unknown, not observed", UNKNOWN, UNOBSERVED, [202, URL, "10"]],
    ["unknown, for good", UNKNOWN, UNCONFIRMED, [202, URL, "10"]],
    ["unknown after a bug of ours", BUG, PENDING, [500]],
  ])("is, %s, as ever, with the address of its status", (_what, answer, ending, poll) => {
    const reply = result(answer, ending);
    expect(pollOf(reply)).toEqual([...poll, undefined, undefined, undefined].slice(0, 4));
    expect(reply.body).toMatchObject({ statusUrl: URL, ...ending });
  });

  it("has the address behind the time", () => {
    const { body } = result(ACCEPTED, PENDING);
    expect(Object.keys(body).slice(-2)).toEqual(["receivedAt", "statusUrl"]);
  });

  it.each<[string, GatewayAnswer, Ending, readonly unknown[]]>([
    ["accepted, pending", ACCEPTED, PENDING, [202, URL, "5", "respond-async"]],
    ["accepted, completed", ACCEPTED, COMPLETED, [200]],
    ["accepted, which nobody will tell of", ACCEPTED, UNOBSERVED, [200]],
    ["accepted, given up", ACCEPTED, UNCONFIRMED, [200]],
    ["unknown, pending", UNKNOWN, PENDING, [202, URL, "10", "respond-async"]],
    ["unknown, which nobody will tell of", UNKNOWN, UNOBSERVED, [202, URL, "10"]],
  ])("is, %s, what a caller who prefers it can poll", (_what, answer, ending, poll) => {
    const reply = result(answer, ending, { respondAsync: true });
    expect(pollOf(reply)).toEqual([...poll, undefined, undefined, undefined].slice(0, 4));
    expect(reply.body).toEqual(result(answer, ending).body);
  });

  it("keeps to 200 where a connection says so, whatever is preferred", () => {
    const reply = result(ACCEPTED, PENDING, { respondAsync: true, style: "always-200" });
    expect(pollOf(reply)).toEqual([200, URL, "5", undefined]);
    expect(reply.body).toMatchObject({ ok: true, outcome: "pending", statusUrl: URL });
    expect(result(UNKNOWN, PENDING, { style: "always-200" })).toMatchObject({
      status: 200,
      headers: { location: URL },
      body: { ok: false },
    });
  });

  it.each<[string, Outcome]>([
    ["refused", { kind: "result", result: { ...MOVED, ...UNOBSERVED, ...REFUSED } }],
    ["a failure", { kind: "failure", error: new TransferError("duplicate-in-progress", { reason: "r", transferId: "transfer-1" }) }],
  ])("has no address where it is %s", (_what, outcome) => {
    const { headers, body } = render(outcome);
    expect(headers).not.toHaveProperty("location");
    expect(body).not.toHaveProperty("statusUrl");
  });

  it("has the address where a source tells a failure as a 202", () => {
    const error = new TransferError("internal", { reason: "r", transferId: "transfer-1" });
    expect(render({ kind: "failure", error }, { status: 202 })).toMatchObject({ status: 202, headers: { location: URL } });
    const nameless = new TransferError("internal", { reason: "r" });
    expect(render({ kind: "failure", error: nameless }, { status: 202 }).headers).not.toHaveProperty("location");
  });

  it("has none where it was done for another connection, whose status it is", () => {
    const reply = render({ kind: "result", result: { ...MOVED, ...PENDING, ...UNKNOWN }, isOfAnother: true });
    expect(reply.status).toBe(202);
    expect(reply.headers).not.toHaveProperty("location");
    expect(reply.body).not.toHaveProperty("statusUrl");
  });

  it.each<[string, Ending, boolean, boolean]>([
    ["that is new", UNOBSERVED, false, true],
    ["that may be settled yet", PENDING, true, true],
    ["that nobody will settle", UNOBSERVED, true, false],
    ["that was given up", UNCONFIRMED, true, false],
  ])("says of an unknown one %s whether a repeat tells more", (_what, ending, replayed, retryable) => {
    const { body, status } = render({ kind: "result", result: { ...MOVED, ...ending, ...UNKNOWN, replayed } });
    expect([status, body.retryable]).toEqual([202, retryable]);
  });

  it("has none where there is nobody to ask", () => {
    const reply = result(UNKNOWN, PENDING, { statusUrlOf: undefined });
    expect(reply.status).toBe(202);
    expect(reply.headers).not.toHaveProperty("location");
    expect(reply.body).not.toHaveProperty("statusUrl");
  });
});

describe("the answer to whoever asks later", () => {
  it.each<[string, GatewayAnswer, Ending, boolean, readonly unknown[]]>([
    ["accepted, pending", ACCEPTED, PENDING, false, [200]],
    ["accepted, pending, after respond-async", ACCEPTED, PENDING, true, [202, URL, "5"]],
    ["accepted, completed, after respond-async", ACCEPTED, COMPLETED, true, [200]],
    ["accepted, given up, after respond-async", ACCEPTED, UNCONFIRMED, true, [200]],
    ["unknown, pending", UNKNOWN, PENDING, false, [202, URL, "10"]],
    ["unknown, pending, after respond-async", UNKNOWN, PENDING, true, [202, URL, "10"]],
    ["unknown, given up", UNKNOWN, UNCONFIRMED, false, [200]],
    ["unknown, which nobody will tell of", UNKNOWN, UNOBSERVED, false, [200]],
    ["unknown after a bug of ours, pending", BUG, PENDING, false, [202, URL, "5"]],
    ["unknown after a bug of ours, given up", BUG, UNCONFIRMED, false, [200]],
    ["refused for good", REFUSED, UNOBSERVED, false, [200]],
  ])("is, %s, a 202 for as long as there is more to come", (_what, answer, ending, respondAsync, poll) => {
    const reply = result(answer, ending, { isStatus: true, respondAsync });
    expect(pollOf(reply)).toEqual([...poll, undefined, undefined, undefined].slice(0, 4));
    expect(reply.headers["content-type"]).toBe("application/json");
  });

  it("has the result as it was answered", () => {
    expect(result(ACCEPTED, COMPLETED, { isStatus: true }).body).toEqual(result(ACCEPTED, COMPLETED).body);
    expect(result(UNKNOWN, PENDING, { isStatus: true }).body).toEqual(result(UNKNOWN, PENDING).body);
  });

  it("says of an unknown one that is settled that no repeat tells more", () => {
    const { body } = result(UNKNOWN, UNCONFIRMED, { isStatus: true });
    expect(body).toMatchObject({ state: "unknown", code: "gateway-timeout", retryable: false, effect: "unknown" });
  });

  it("tells a refusal as what became of it", () => {
    const { body, code } = result(REFUSED, UNOBSERVED, { isStatus: true });
    const { transferId, callId, agentId, target, mode, reference, receivedAt, replayed } = MOVED;
    expect(body).toEqual({
      ...{ transferId, state: "refused", callId, agentId, target, mode, reference, gateway: WORDS, replayed, receivedAt },
      ...{ code: "gateway-refused", reason: "no-such-call", retryable: false, effect: "none", requestId: "request-1" },
    });
    expect(code).toBe("gateway-refused");
  });
});
