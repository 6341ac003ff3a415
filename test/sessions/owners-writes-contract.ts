/** What the owner of a lease writes: parts, each whole. */
import { describe, expect, it } from "vitest";
import type { PasswordFacts, RecordChange, SignInAttempt } from "../../lib/sessions/agent-record.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { newAgent, SESSION, type StartSessions, taken, UNTIL, writeAs } from "./sessions-under-test.ts";

const ATTEMPT: SignInAttempt = {
  secretVersion: "v1",
  at: INSTANT,
  result: "refused",
  retcode: "100-001",
  failures: 2,
  proven: true,
  parkedVersions: ["v-1", "v0"],
};
const PASSWORD: PasswordFacts = { mustChange: true, daysLeft: 3, at: INSTANT };
const POLLED = { ...SESSION, events: "poll" } as const;
const ALL: Required<RecordChange> = { session: POLLED, attempt: ATTEMPT, password: PASSWORD };

export function describeOwnersWrites(start: StartSessions): void {
  describe("of which the owner writes", () => {
    it("all parts, which anybody reads, with a new end and a beat more", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      const written = await writeAs(sessions, agent, holder, { ...ALL, until: UNTIL + 7 });
      expect(written).toEqual({ ...ALL, lease: { owner: "one", until: UNTIL + 7, beat: 2 }, fence: 1 });
      expect(await others.read(agent)).toEqual(written);
    });

    it.each<[string, RecordChange, RecordChange]>([
      ["nothing", {}, ALL],
      ["a session", { session: { guid: "next", renewedAt: INSTANT + 1 } }, { ...ALL, session: { guid: "next", renewedAt: INSTANT + 1 } }],
      ["how its events are had", { session: { ...SESSION, events: "push" } }, { ...ALL, session: { ...SESSION, events: "push" } }],
      ["that there is no session", { session: null }, { attempt: ATTEMPT, password: PASSWORD }],
      [
        "an attempt",
        { attempt: { ...ATTEMPT, retcode: undefined, result: "pending", proven: false, failures: 0, parkedVersions: undefined } },
        {
          ...ALL,
          attempt: { secretVersion: "v1", at: INSTANT, result: "pending", failures: 0, proven: false },
        },
      ],
      ["what the password is like", { password: { at: INSTANT + 5 } }, { ...ALL, password: { at: INSTANT + 5 } }],
      [
        "that the password is good",
        { password: { mustChange: false, daysLeft: 0, at: INSTANT } },
        { ...ALL, password: { mustChange: false, daysLeft: 0, at: INSTANT } },
      ],
    ])("%s, and what is left out stays", async (_what, change, expected) => {
      const { sessions } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await writeAs(sessions, agent, holder, { ...ALL, until: UNTIL });
      await writeAs(sessions, agent, holder, { ...change, until: UNTIL });
      expect(await sessions.read(agent)).toEqual({ ...expected, lease: { owner: "one", until: UNTIL, beat: 3 }, fence: 1 });
    });

    it("nothing by a beat that it has written since, or not yet", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await writeAs(sessions, agent, holder, { session: SESSION, until: UNTIL });
      for (const beat of [1, 3]) expect(await sessions.write(agent, { ...holder, beat }, { session: null, until: UNTIL })).toBeUndefined();
      expect((await sessions.read(agent))?.session).toEqual(SESSION);
    });

    it("a session without the cookies of the one before it", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await writeAs(sessions, agent, holder, { session: SESSION, until: UNTIL });
      await writeAs(sessions, agent, holder, { session: null, until: UNTIL });
      await writeAs(sessions, agent, holder, { session: { guid: "next", renewedAt: INSTANT }, until: UNTIL });
      expect((await sessions.read(agent))?.session).toEqual({ guid: "next", renewedAt: INSTANT });
    });

    it.each(["pending", "signed-in", "refused", "not-sent"] as const)("an attempt that is %s", async (result) => {
      const { sessions } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await writeAs(sessions, agent, holder, { attempt: { ...ATTEMPT, result }, until: UNTIL });
      expect((await sessions.read(agent))?.attempt).toEqual({ ...ATTEMPT, result });
    });

    it.each(["took its lease", "let it go"])("nothing once somebody %s", async (what) => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await writeAs(sessions, agent, holder, { ...ALL, until: UNTIL });
      if (what === "let it go") await sessions.release(agent, holder);
      else await taken(others, agent, "two");
      const before = await others.read(agent);
      const change = { session: null, attempt: { ...ATTEMPT, failures: 9 }, until: UNTIL + 1 };
      expect(await writeAs(sessions, agent, holder, change)).toBeUndefined();
      expect(await others.read(agent)).toEqual(before);
    });

    it("nothing under the fence of an earlier lease of its own, or another's fence", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      const first = await taken(sessions, agent, "one");
      const second = await taken(sessions, agent, "one");
      expect(await writeAs(sessions, agent, first.holder, { session: SESSION, until: UNTIL })).toBeUndefined();
      expect(await writeAs(sessions, agent, { owner: "two", fence: 2 }, { session: SESSION, until: UNTIL })).toBeUndefined();
      expect(await sessions.read(agent)).toEqual({ lease: second.lease, fence: 2 });
    });

    it("nothing of an agent of whom nothing is known", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      expect(await writeAs(sessions, agent, { owner: "one", fence: 1 }, { session: SESSION, until: UNTIL })).toBeUndefined();
      await sessions.release(agent, { owner: "one", fence: 1 });
      expect(await sessions.read(agent)).toBeUndefined();
    });

    it("nothing of another agent", async () => {
      const { sessions } = await start();
      const [agent, other] = [newAgent(), newAgent()];
      const { holder } = await taken(sessions, agent, "one");
      const before = await taken(sessions, other, "one");
      await writeAs(sessions, agent, holder, { ...ALL, until: UNTIL });
      expect(await sessions.read(other)).toEqual({ lease: before.lease, fence: 1 });
    });

    it("its parts, and a hand-over leaves all but the session", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await writeAs(sessions, agent, holder, { ...ALL, until: UNTIL });
      const handedOver = { guid: "handed-over", renewedAt: INSTANT + 1 };
      expect(await others.handOver(agent, handedOver)).toBe(true);
      const lease = { owner: "one", until: UNTIL, beat: 2 };
      expect(await sessions.read(agent)).toEqual({ session: handedOver, attempt: ATTEMPT, password: PASSWORD, lease, fence: 1 });
      await others.end(agent);
      expect(await sessions.read(agent)).toEqual({ attempt: ATTEMPT, password: PASSWORD, lease, fence: 1 });
    });
  });
}
