import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CallEvent,
  type CallFacts,
  isBackWithAgent,
  isFinal,
  OUTCOME_REASONS,
  OUTCOMES,
  proveAcceptance,
  toEnding,
  toFacts,
  UNCONFIRMED_AFTER_MS,
} from "../../lib/transfer/outcome.ts";
import type { Target } from "../../lib/transfer/target.ts";
import { fuzz } from "../support/fuzz-settings.ts";

const CALL = { gateway: "main", callId: "c-1" };
const AGENT: Target = { type: "agent", address: "205" };
const QUEUE: Target = { type: "skill-queue", address: "31" };
const tell = (kind: CallEvent["kind"], over: Partial<CallEvent> = {}): CallEvent => ({ kind, agentId: "101", ...CALL, ...over });
const endOf = (facts: CallFacts, elapsedMs = 0, observed = true) => toEnding({ facts, observed, elapsedMs });

describe("what an event of the agent who transferred says", () => {
  it.each<[CallEvent, CallFacts]>([
    [tell("transfer-result", { succeeded: true }), { transferred: true }],
    [tell("transfer-result", { succeeded: false }), { notTransferred: true }],
    [tell("transfer-result"), { notTransferred: true }],
    [tell("connect-failed"), { connectFailed: true }],
    [tell("released"), { letGo: true }],
    [tell("customer-released"), { customerLeft: true }],
    [tell("talking"), {}],
  ])("%j is %j", (event, facts) => {
    expect(toFacts(event, { agentId: "101", target: AGENT })).toEqual(facts);
  });
});

describe("what an event of somebody else says", () => {
  it.each<[string, Target, CallEvent, CallFacts]>([
    ["the target talks", AGENT, tell("talking", { agentId: "205" }), { answered: true }],
    ["the target, named with zeros, talks", { type: "agent", address: "00205" }, tell("talking", { agentId: "205" }), { answered: true }],
    ["one of the queue talks", QUEUE, tell("talking", { agentId: "207" }), { answered: true }],
    ["somebody talks who is not the target", AGENT, tell("talking", { agentId: "206" }), {}],
    ["the target's transfer failed", AGENT, tell("transfer-result", { agentId: "205", succeeded: false }), {}],
    ["the target let go", AGENT, tell("released", { agentId: "205" }), {}],
    ["the customer left the target", AGENT, tell("customer-released", { agentId: "205" }), {}],
    ["the target could not be connected, by its own word", AGENT, tell("connect-failed", { agentId: "205" }), {}],
  ])("%s", (_what, target, event, facts) => {
    expect(toFacts(event, { agentId: "101", target })).toEqual(facts);
  });
});

describe("how a transfer ended", () => {
  it.each<[CallFacts, string, string]>([
    [{ transferred: true }, "completed", "transferred"],
    [{ answered: true }, "completed", "answered"],
    [{ notTransferred: true }, "failed", "not-transferred"],
    [{ connectFailed: true }, "failed", "connect-failed"],
    [{ customerLeft: true }, "failed", "customer-left"],
    [{ customerLeft: true, notTransferred: true }, "failed", "customer-left"],
    [{ connectFailed: true, notTransferred: true }, "failed", "not-transferred"],
    [{ transferred: true, customerLeft: true }, "completed", "transferred"],
    [{ transferred: true, notTransferred: true }, "completed", "transferred"],
    [{ answered: true, connectFailed: true }, "completed", "answered"],
    [{ transferred: true, letGo: true }, "completed", "transferred"],
  ])("told %j, it has %s: %s", (facts, outcome, outcomeReason) => {
    expect(endOf(facts)).toEqual({ outcome, outcomeReason });
    expect(isFinal(endOf(facts))).toBe(true);
  });

  it("is not told by an agent who let go: it does so also where somebody hangs up", () => {
    expect(endOf({ letGo: true })).toEqual({ outcome: "pending" });
    expect(endOf({ letGo: true }, UNCONFIRMED_AFTER_MS)).toEqual({ outcome: "unconfirmed", outcomeReason: "let-go" });
  });

  it.each([
    [UNCONFIRMED_AFTER_MS - 1, { outcome: "pending" }],
    [UNCONFIRMED_AFTER_MS, { outcome: "unconfirmed", outcomeReason: "no-event" }],
  ])("is, %i ms after the answer and told nothing, %j", (elapsedMs, ending) => {
    expect(endOf({}, elapsedMs)).toEqual(ending);
    expect(isFinal(endOf({}, elapsedMs))).toBe(false);
  });

  it("is not observed where nobody listens, unless an event comes all the same", () => {
    expect(endOf({}, UNCONFIRMED_AFTER_MS, false)).toEqual({ outcome: "not-observed" });
    expect(endOf({ answered: true }, 0, false)).toMatchObject({ outcome: "completed" });
  });

  it("is the same whatever order the events come in, and however often", () => {
    const kinds = fc.constantFrom<CallEvent["kind"]>("transfer-result", "connect-failed", "released", "customer-released", "talking");
    const events = fc.array(
      fc.record({ kind: kinds, agentId: fc.constantFrom("101", "205"), succeeded: fc.boolean() }).map((event) => ({ ...CALL, ...event })),
      { maxLength: 8 },
    );
    const collect = (told: readonly CallEvent[]) =>
      Object.assign({}, ...told.map((event) => toFacts(event, { agentId: "101", target: AGENT }))) as CallFacts;
    fc.assert(
      fc.property(events, fc.infiniteStream(fc.nat()), (told, order) => {
        const shuffled = told.map((event) => ({ event, by: order.next().value })).sort((one, other) => one.by - other.by);
        expect(endOf(collect([...shuffled.map(({ event }) => event), ...told]))).toEqual(endOf(collect(told)));
      }),
      fuzz(),
    );
  });
});

it.each<[CallFacts, boolean]>([
  [{ transferred: true }, true],
  [{ notTransferred: true }, true],
  [{ connectFailed: true }, true],
  [{ answered: true }, true],
  [{ letGo: true }, false],
  [{ customerLeft: true }, false],
  [{}, false],
])("told %j, the gateway has taken the transfer for certain: %s", (facts, proven) => {
  expect(proveAcceptance(facts)).toBe(proven);
});

it.each([
  ["failed", "release-after-transfer", true],
  ["failed", "blind", false],
  ["completed", "release-after-transfer", false],
  ["unconfirmed", "release-after-transfer", false],
] as const)("after one that is %s, %s, the customer is with the agent: %s", (outcome, mode, isBack) => {
  expect(isBackWithAgent({ outcome }, mode)).toBe(isBack);
});

it("has closed lists of outcomes and reasons", () => {
  expect(OUTCOMES).toEqual(["pending", "completed", "failed", "unconfirmed", "not-observed"]);
  expect(OUTCOME_REASONS).toContain("customer-left");
});
