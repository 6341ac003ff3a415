/** Where a transfer gets its agent's session, and what is said where there is none. Nobody signs in here. */
import { describe, expect, it } from "vitest";
import type { SignInAttempt } from "../../lib/sessions/agent-record.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { AGENT, startSource } from "./session-source-under-test.ts";

const SESSION = { guid: "guid-1", cookies: "lb=1", renewedAt: INSTANT, events: "poll" } as const;
const NEWER = { ...SESSION, guid: "guid-2", renewedAt: INSTANT + 60_000 };
const HANDED_OVER = { session: "handed-over", verification: {} };
const ATTEMPT: SignInAttempt = { secretVersion: "version-1", at: INSTANT, result: "pending", failures: 1, proven: false };

const saying = (why: string, retryAfterSeconds?: number) =>
  expect.objectContaining({ code: "agent-not-signed-in", effect: "none", message: why, retryAfterSeconds });

describe("an external session", () => {
  it("is the one in the secret, and nothing else is read", async () => {
    const { put, find, reads } = startSource();
    put({ session: "external", guid: "JSESSIONID=guid-1", cookies: "lb=1" });
    expect(await find()).toMatchObject({ guid: "guid-1", cookies: "lb=1" });
    await find();
    expect(reads).toEqual(["secret"]);
  });

  it("that was refused is read anew", async () => {
    const { put, find, renew, reads } = startSource();
    put({ session: "external", guid: "guid-1" });
    await find();
    expect(await renew("guid-1")).toEqual({ why: "the Guid in the secret was refused" });
    put({ session: "external", guid: "guid-2" });
    expect(await renew("guid-1")).toMatchObject({ guid: "guid-2" });
    expect(reads).toEqual(["secret", "secret", "secret"]);
  });

  it("is none without a secret", async () => {
    const { put, find, renew, remove } = startSource();
    expect(await find()).toBeUndefined();
    put({ session: "external", guid: "guid-1" });
    remove();
    expect(await renew("guid-1")).toEqual({ why: "the agent's secret is gone" });
  });
});

describe("a session that is handed over", () => {
  it("is the last one that was", async () => {
    const { put, find, renew, records, clock } = startSource();
    put(HANDED_OVER);
    await records.handOver(AGENT, SESSION);
    expect(await find()).toEqual(SESSION);
    await records.handOver(AGENT, NEWER);
    expect(await renew(SESSION.guid)).toEqual(NEWER);
    clock.pass(3_000);
    expect(await find()).toEqual(NEWER);
  });

  it("is none where nothing was", async () => {
    const { put, find, renew } = startSource();
    put(HANDED_OVER);
    await expect(find()).rejects.toEqual(saying("nothing was handed over"));
    expect(await renew("guid-0")).toEqual({ why: "nothing was handed over" });
  });

  it("is none once it was ended, or refused", async () => {
    const { put, renew, records } = startSource();
    put(HANDED_OVER);
    await records.handOver(AGENT, SESSION);
    expect(await renew(SESSION.guid)).toEqual({ why: "what was handed over was refused" });
    await records.end(AGENT);
    expect(await renew(SESSION.guid)).toEqual({ why: "nothing was handed over" });
  });
});

describe("a managed session", () => {
  it("is the one that the keeper has", async () => {
    const { putManaged, find, renew, keep } = startSource();
    putManaged();
    await keep({ session: SESSION }, { lives: true });
    expect(await find()).toEqual(SESSION);
    await keep({ session: NEWER });
    expect(await renew(SESSION.guid)).toEqual(NEWER);
  });

  const attempt = (over: Partial<SignInAttempt>, laterMs = 0) => ({ change: { attempt: { ...ATTEMPT, ...over } }, laterMs });
  const refused = (retcode: string) => ({ result: "refused", retcode, failures: 0 }) as const;
  const NOBODY = "nobody keeps the agent signed in";
  const CASES: readonly [string, string, number, ReturnType<typeof attempt> & { readonly lives?: boolean }][] = [
    ["parked for its password", "sign-in is parked: wrong user name or password", 300, attempt(refused("100-004"))],
    ["parked for its password, long ago", "sign-in is parked: the account is locked", 300, attempt(refused("110-016"), 3_600_000)],
    ["parked since nobody answered", "sign-in is parked: 3 attempts without an answer", 300, attempt({ failures: 3 })],
    [
      "parked, and the keeper is there",
      "sign-in is parked: 3 attempts without an answer",
      300,
      { ...attempt({ failures: 3 }), lives: true },
    ],
    ["waiting", "sign-in waits after 100-003", 60 + 75, attempt(refused("100-003"))],
    ["waiting for half a minute", "sign-in waits after 100-003", 31 + 75, attempt(refused("100-003"), 29_001)],
    ["waiting, not heard of", "sign-in waits after pending", 60 + 75, attempt({})],
    ["waiting, not sent", "sign-in waits after not-sent", 10 + 75, attempt({ result: "not-sent", failures: 0 })],
    ["waiting for long", "sign-in waits after pending", 120 + 75, attempt({ failures: 2, proven: true })],
    ["pending, and the keeper is there", "the keeper is signing in", 25, { ...attempt({}), lives: true }],
    ["pending, and the keeper is gone", "sign-in waits after pending", 20 + 75, { ...attempt({}, 40_000), lives: true }],
    ["done with waiting", NOBODY, 75, attempt(refused("100-003"), 60_000)],
    ["signed in, and that is lost", NOBODY, 75, attempt({ result: "signed-in", failures: 0, proven: true })],
  ];

  it.each(CASES)("is none where a sign-in is %s", async (_what, why, seconds, { change, laterMs, lives = false }) => {
    const { putManaged, find, renew, keep, clock } = startSource();
    putManaged();
    await keep(change, { lives });
    clock.pass(laterMs);
    await expect(find()).rejects.toEqual(saying(why, seconds));
    expect(await renew("guid-0")).toEqual({ why, retryAfterSeconds: seconds });
  });

  it("is none where nobody ever was", async () => {
    const { putManaged, find, renew } = startSource();
    putManaged();
    await expect(find()).rejects.toEqual(saying(NOBODY, 75));
    expect(await renew("guid-0")).toEqual({ why: NOBODY, retryAfterSeconds: 75 });
  });

  it.each([
    [0, "the keeper is about to sign in", 25],
    [15_000, "the keeper is about to sign in", 25],
    [15_001, "the keeper has given no sign of life for a while", 120],
    [39_999, "the keeper has given no sign of life for a while", 120],
    [40_000, NOBODY, 75],
  ])("is none where a keeper was there %i ms ago, without one, or with one that is refused", async (laterMs, why, retryAfterSeconds) => {
    for (const change of [{}, { session: SESSION }]) {
      const { putManaged, renew, keep, clock } = startSource();
      putManaged();
      await keep(change, { lives: true });
      clock.pass(laterMs);
      expect(await renew(SESSION.guid)).toEqual({ why, retryAfterSeconds });
    }
  });
});
