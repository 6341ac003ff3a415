/** What nobody has written for 30 days is not known any more, whether or not the store has deleted it. */
import { describe, expect, it } from "vitest";
import type { AgentKey, Holder } from "../../lib/sessions/agent-record.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { newAgent, SESSION, type Sessions, type StartSessions, taken, UNTIL, writeAs } from "./sessions-under-test.ts";

const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;
/** Expiry is in whole seconds. */
const SECOND_MS = 1_000;

/** One with all its parts, whose fence is 2. */
async function full(sessions: Sessions): Promise<{ readonly agent: AgentKey; readonly holder: Holder }> {
  const agent = newAgent();
  await taken(sessions, agent, "before");
  const { holder } = await taken(sessions, agent, "one");
  const attempt = { secretVersion: "v1", at: INSTANT, result: "refused", retcode: "100-001", failures: 2, proven: true } as const;
  await writeAs(sessions, agent, holder, {
    session: SESSION,
    attempt,
    password: { mustChange: true, daysLeft: 1, at: INSTANT },
    until: UNTIL,
  });
  await sessions.announce(agent, "two", holder);
  return { agent, holder };
}

export function describeExpiry(start: StartSessions): void {
  describe("of which what is too old", () => {
    it.each([
      ["known until then", KEPT_MS - SECOND_MS, true],
      ["not known from then on", KEPT_MS, false],
    ])("is %s", async (_what, ageMs, isKnown) => {
      const { sessions, others, advance } = await start();
      const { agent } = await full(sessions);
      advance(ageMs);
      expect((await others.read(agent)) !== undefined).toBe(isKnown);
    });

    it.each<[string, (sessions: Sessions, agent: AgentKey, holder: Holder) => Promise<unknown>]>([
      ["a write of the owner", (sessions, agent, holder) => writeAs(sessions, agent, holder, { until: UNTIL })],
      ["an announcement", (sessions, agent, holder) => sessions.announce(agent, "two", holder)],
      ["a new lease", (sessions, agent) => taken(sessions, agent, "three")],
      ["the lease's end", (sessions, agent, holder) => sessions.release(agent, holder)],
      ["a hand-over", (sessions, agent) => sessions.handOver(agent, { ...SESSION, renewedAt: INSTANT + 1 })],
      ["the session's end", (sessions, agent) => sessions.end(agent)],
    ])("is counted from %s", async (_what, act) => {
      const { sessions, advance } = await start();
      const { agent, holder } = await full(sessions);
      advance(KEPT_MS - SECOND_MS);
      await act(sessions, agent, holder);
      advance(KEPT_MS - SECOND_MS);
      expect(await sessions.read(agent)).toBeDefined();
      advance(SECOND_MS);
      expect(await sessions.read(agent)).toBeUndefined();
    });

    it("is forgotten whole with the next lease", async () => {
      const { sessions, advance } = await start();
      const { agent } = await full(sessions);
      advance(KEPT_MS);
      const record = await sessions.takeLease(agent, { owner: "new", until: UNTIL }, undefined);
      expect(record).toEqual({ lease: { owner: "new", until: UNTIL, beat: 1 }, fence: 1 });
      expect(await sessions.read(agent)).toEqual(record);
    });

    it("is forgotten whole with the next session, however old that is", async () => {
      const { sessions, advance } = await start();
      const { agent } = await full(sessions);
      advance(KEPT_MS);
      const older = { guid: "older", renewedAt: INSTANT - 1 };
      expect(await sessions.handOver(agent, older)).toBe(true);
      expect(await sessions.read(agent)).toEqual({ session: older, fence: 0 });
    });

    it.each(["held", "let go"])("is not taken for what came after it, whose fence is the same: a lease that was %s", async (how) => {
      const { sessions, others, advance } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      if (how === "let go") await sessions.release(agent, holder);
      const seen = await sessions.read(agent);
      advance(KEPT_MS);
      const next = await taken(others, agent, "next");
      expect(next.fence).toBe(seen?.fence);
      expect(await sessions.takeLease(agent, { owner: "late", until: UNTIL }, seen)).toBeUndefined();
      expect(await writeAs(sessions, agent, holder, { session: SESSION, until: UNTIL })).toBeUndefined();
      expect(await sessions.read(agent)).toEqual({ lease: next.lease, fence: 1 });
    });

    it("is not brought back by those who knew it", async () => {
      const { sessions, advance } = await start();
      const { agent, holder } = await full(sessions);
      const seen = await sessions.read(agent);
      advance(KEPT_MS);
      expect(await writeAs(sessions, agent, holder, { until: UNTIL })).toBeUndefined();
      expect(await sessions.announce(agent, "three", holder)).toBe(false);
      expect(await sessions.takeLease(agent, { owner: "three", until: UNTIL }, seen)).toBeUndefined();
      await sessions.release(agent, holder);
      await sessions.end(agent);
      expect(await sessions.read(agent)).toBeUndefined();
    });
  });
}
