/** When an agent may be signed in. The vendor's codes stand here apart from those in lib/, as the pages list them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SignInAnswer } from "../../lib/sessions/agent-calls.ts";
import type { SignInAttempt } from "../../lib/sessions/agent-record.ts";
import { beginAttempt, decideSignIn, endAttempt, meaningOf, PARKING } from "../../lib/sessions/sign-in-rules.ts";
import { fuzz } from "../support/fuzz-settings.ts";
import { INSTANT } from "../support/manual-clock.ts";

/** Wrong password, expired, locked, phone or parameter that the gateway does not take. */
const FOR_GOOD = [
  ...["100-001", "100-004", "100-011", "100-012", "100-013", "100-014", "100-016", "100-017", "100-018", "100-020"],
  "110-016",
];
/** Busy, switched over, already signed in: the password was not judged, or was right. */
const PASSING = [
  ...["000-003", "000-004", "100-002", "100-003", "100-015", "100-021"],
  ...["105-001", "105-002", "105-003", "105-004", "105-005", "105-007"],
];
/** Nothing in the documents says that no password was counted. */
const UNCLEAR = ["000-000", "000-007", "100-006", "105-006", "999-999", "other", "constructor"];
/** Where one of them is repeated, an account gets locked or stays so. */
const COUNTED = ["100-004", "100-020", "110-016", "100-014"];

const VERSION = "version-1";
const MINUTE_MS = 60_000;
const UNHEARD: SignInAnswer = { kind: "unanswered", cause: "timeout" };
const NOT_SENT: SignInAnswer = { kind: "not-sent", cause: "ECONNREFUSED" };
const SIGNED_IN: SignInAnswer = { kind: "signed-in", session: { guid: "guid", renewedAt: INSTANT } };
/** Begun, written down, and never heard of again. */
const KILLED = "killed";
type Ending = SignInAnswer | typeof KILLED;

const refused = (retcode: string): SignInAnswer => ({ kind: "refused", retcode });
const decide = (attempt: SignInAttempt | undefined, nowMs = INSTANT, version = VERSION) => decideSignIn(attempt, version, nowMs);

function attemptAfter(...endings: readonly Ending[]): SignInAttempt | undefined {
  return endings.reduce<SignInAttempt | undefined>((last, ending) => {
    const begun = beginAttempt(last, VERSION, INSTANT);
    return ending === KILLED ? begun : endAttempt(begun, ending);
  }, undefined);
}

describe("a sign-in", () => {
  it("is made at once where there was none", () => {
    expect(decide(undefined)).toEqual({ kind: "now" });
  });

  it("is written down as pending, with its version and time", () => {
    expect(beginAttempt(undefined, VERSION, INSTANT)).toEqual({
      secretVersion: VERSION,
      at: INSTANT,
      result: "pending",
      failures: 1,
      proven: false,
    });
  });

  it("of another version knows nothing of the last one", () => {
    const last = attemptAfter(SIGNED_IN, UNHEARD, UNHEARD, UNHEARD);
    expect(beginAttempt(last, "version-2", INSTANT)).toMatchObject({ failures: 1, proven: false });
    expect(beginAttempt(last, VERSION, INSTANT)).toMatchObject({ failures: 4, proven: true });
  });
});

describe("what the gateway refuses for good", () => {
  it("is all of these codes, each with its meaning", () => {
    expect(Object.keys(PARKING).sort()).toEqual(FOR_GOOD);
    for (const code of FOR_GOOD) expect(meaningOf(code)).toMatch(/^[^\d]+ \w+$/);
  });

  it("parks a version that is moved back to, whatever was tried since", () => {
    const parked = attemptAfter(refused("100-004"));
    const second = endAttempt(beginAttempt(parked, "version-2", INSTANT), { kind: "refused", retcode: "100-020" });
    const third = endAttempt(beginAttempt(second, "version-3", INSTANT), { kind: "refused", retcode: "100-003" });
    for (const version of [VERSION, "version-2"])
      expect(decide(third, INSTANT + 60 * MINUTE_MS, version)).toEqual({ kind: "parked", why: "parked-before" });
    expect(decide(third, INSTANT + 60 * MINUTE_MS, "version-4")).toEqual({ kind: "now" });
    expect(beginAttempt(third, "version-4", INSTANT).parkedVersions).toEqual([VERSION, "version-2"]);
    const many = Array.from({ length: 30 }, (_, index) => `v-${index}`);
    expect(beginAttempt({ ...second, parkedVersions: many }, "version-4", INSTANT).parkedVersions).toHaveLength(20);
  });

  it.each(FOR_GOOD)("parks its version after %s, however long ago, proven or not, and no other", (retcode) => {
    for (const before of [[], [UNHEARD], [SIGNED_IN]]) {
      const attempt = attemptAfter(...before, refused(retcode));
      expect(attempt).toMatchObject({ result: "refused", retcode });
      for (const laterMs of [0, MINUTE_MS, 365 * 24 * 60 * MINUTE_MS])
        expect(decide(attempt, INSTANT + laterMs)).toEqual({ kind: "parked", why: retcode });
      expect(decide(attempt, INSTANT, "version-2")).toEqual({ kind: "now" });
    }
  });
});

describe("how long it waits", () => {
  it.each<[string, readonly Ending[], number]>([
    ["one that passes", [refused("000-004")], MINUTE_MS],
    ["two that pass", [refused("100-002"), refused("100-003")], MINUTE_MS],
    ...PASSING.map((code): [string, readonly Ending[], number] => [
      `${code}, and two unheard`,
      [UNHEARD, UNHEARD, refused(code)],
      MINUTE_MS,
    ]),
    ["one unheard", [UNHEARD], MINUTE_MS],
    ["one killed", [KILLED], MINUTE_MS],
    ["two unheard", [UNHEARD, UNHEARD], 2 * MINUTE_MS],
    ["one unheard, one killed", [UNHEARD, KILLED], 2 * MINUTE_MS],
    ["an unclear code after an unheard one", [UNHEARD, refused("000-000")], 2 * MINUTE_MS],
    ["two unheard of a proven one", [SIGNED_IN, UNHEARD, UNHEARD], 2 * MINUTE_MS],
    ["one that signed in after many", [SIGNED_IN, UNHEARD, UNHEARD, UNHEARD, SIGNED_IN], 10_000],
    ["one that signed in", [SIGNED_IN], 10_000],
    ["one that was not sent", [NOT_SENT], 10_000],
    ["one that was not sent after two unheard", [UNHEARD, UNHEARD, NOT_SENT], 10_000],
  ])("after %s", (_what, endings, waitMs) => {
    const attempt = attemptAfter(...endings);
    expect(decide(attempt)).toEqual({ kind: "wait", ms: waitMs });
    expect(decide(attempt, INSTANT + 1_000)).toEqual({ kind: "wait", ms: waitMs - 1_000 });
    expect(decide(attempt, INSTANT + waitMs - 1)).toEqual({ kind: "wait", ms: 1 });
    expect(decide(attempt, INSTANT + waitMs)).toEqual({ kind: "now" });
    expect(decide(attempt, INSTANT, "version-2")).toEqual({ kind: "now" });
    // Written by a clock that was ahead.
    expect(decide(attempt, INSTANT - 60 * MINUTE_MS)).toEqual({ kind: "wait", ms: waitMs });
  });
});

describe("a version of which nobody knows", () => {
  it.each<[string, readonly Ending[], string?]>([
    ["unheard", [UNHEARD, UNHEARD, UNHEARD]],
    ["killed", [KILLED, KILLED, KILLED]],
    ["unheard, the last killed", [UNHEARD, UNHEARD, KILLED]],
    ["unheard, with others that were not sent", [UNHEARD, NOT_SENT, UNHEARD, NOT_SENT, NOT_SENT, UNHEARD]],
    ["unheard, with others that passed", [UNHEARD, refused("000-004"), UNHEARD, refused("100-002"), UNHEARD]],
    ...UNCLEAR.map((code): [string, readonly Ending[], string] => [`with ${code}`, [UNHEARD, UNHEARD, refused(code)], code]),
  ])("parks after three of which nobody knows: %s", (_what, endings, why = "unanswered") => {
    const attempt = attemptAfter(...endings);
    expect(decide(attempt, INSTANT + 60 * MINUTE_MS)).toEqual({ kind: "parked", why });
    expect(meaningOf(why)).toMatch(/^3 attempts/);
    expect(decide(attempt, INSTANT, "version-2")).toEqual({ kind: "now" });
    // A password that was right once may be another by now.
    expect(decide(attemptAfter(SIGNED_IN, ...endings), INSTANT + 60 * MINUTE_MS)).toEqual({ kind: "parked", why });
  });

  it("goes on however often nothing was sent", () => {
    const attempt = attemptAfter(UNHEARD, UNHEARD, ...Array.from({ length: 20 }, () => NOT_SENT));
    expect(attempt).toMatchObject({ result: "not-sent", failures: 2, proven: false });
    expect(decide(attempt, INSTANT + MINUTE_MS)).toEqual({ kind: "now" });
  });

  it("goes on however often the gateway is busy", () => {
    const attempt = attemptAfter(...Array.from({ length: 20 }, () => refused("000-004")));
    expect(decide(attempt, INSTANT + MINUTE_MS)).toEqual({ kind: "now" });
  });
});

const ending: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Ending>(UNHEARD, NOT_SENT, KILLED) },
  { weight: 5, arbitrary: fc.constantFrom(...PASSING, ...UNCLEAR).map(refused) },
  // So rare that many sequences go on for long.
  { weight: 1, arbitrary: fc.constantFrom(...FOR_GOOD).map(refused) },
);

/** Asks every now and then, at any time, and makes each attempt that the rules allow. */
function live(steps: readonly (readonly [Ending, number])[], first: readonly Ending[] = []): readonly Ending[] {
  let attempt = attemptAfter(...first);
  let now = INSTANT;
  const made: Ending[] = [];
  for (const [ending, laterMs] of steps) {
    now += laterMs;
    const decision = decide(attempt, now);
    if (decision.kind === "wait") expect(decision.ms).toBeLessThanOrEqual(15 * MINUTE_MS);
    if (decision.kind !== "now") continue;
    made.push(ending);
    attempt = beginAttempt(attempt, VERSION, now);
    if (ending !== KILLED) attempt = endAttempt(attempt, ending);
  }
  return made;
}

const retcodeOf = (ending: Ending) => (typeof ending === "object" && ending.kind === "refused" ? ending.retcode : undefined);
const isCounted = (ending: Ending) => COUNTED.includes(retcodeOf(ending) ?? "");
/** By all that the documents say, the password may have been wrong, and the gateway may have counted it. */
const mayBeCounted = (ending: Ending) => ending !== NOT_SENT && !PASSING.includes(retcodeOf(ending) ?? "");

describe("no account is ever locked by us", () => {
  const steps = fc.array(fc.tuple(ending, fc.integer({ min: -MINUTE_MS, max: 30 * MINUTE_MS })), { maxLength: 60 });

  it("for whatever is answered, one attempt a version is answered as wrong, expired, locked or out of range", () => {
    const property = fc.property(steps, fc.constantFrom([], [SIGNED_IN]), (steps, first) => {
      expect(live(steps, first).filter(isCounted).length).toBeLessThanOrEqual(1);
    });
    fc.assert(property, fuzz());
  });

  it("for whatever is answered, three attempts since the last sign-in may have been counted", () => {
    const property = fc.property(steps, (steps) => {
      expect(live(steps).filter(mayBeCounted).length).toBeLessThanOrEqual(3);
    });
    fc.assert(property, fuzz());
  });
});
