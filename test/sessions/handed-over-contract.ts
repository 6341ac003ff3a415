/** Sessions that somebody else holds, as they are told of: the newest counts, in whatever order they arrive. */
import { describe, expect, it } from "vitest";
import type { LiveSession } from "../../lib/sessions/agent-record.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { newAgent, SESSION, type StartSessions, taken, UNTIL, writeAs } from "./sessions-under-test.ts";

const NEWER: LiveSession = { guid: "newer", renewedAt: INSTANT + 1 };

export function describeHandedOver(start: StartSessions): void {
  describe("of which one that is handed over", () => {
    it("is known from then on, with and without cookies", async () => {
      const { sessions, others } = await start();
      const [one, two] = [newAgent(), newAgent()];
      expect(await sessions.handOver(one, SESSION)).toBe(true);
      expect(await others.read(one)).toEqual({ session: SESSION, fence: 0 });
      expect(await sessions.handOver(two, NEWER)).toBe(true);
      expect(await others.read(two)).toEqual({ session: NEWER, fence: 0 });
    });

    it.each([
      ["older", { guid: "other", renewedAt: INSTANT - 1 }],
      ["as old", { guid: "other", renewedAt: INSTANT }],
      ["the same", SESSION],
    ])("is ignored if it is %s", async (_what, late) => {
      const { sessions, others } = await start();
      const agent = newAgent();
      await sessions.handOver(agent, SESSION);
      expect(await others.handOver(agent, late)).toBe(false);
      expect(await sessions.read(agent)).toEqual({ session: SESSION, fence: 0 });
    });

    it("replaces an older one whole: cookies that it has not are gone", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      await sessions.handOver(agent, SESSION);
      expect(await others.handOver(agent, NEWER)).toBe(true);
      expect(await sessions.read(agent)).toEqual({ session: NEWER, fence: 0 });
    });

    it("is the newest, in whatever order many arrive at once", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const ages = [3, 7, 1, 9, 5, 2, 8, 4, 6, 0];
      await Promise.all(
        ages.map((age, index) => (index % 2 === 0 ? sessions : others).handOver(agent, { guid: `guid-${age}`, renewedAt: INSTANT + age })),
      );
      expect((await sessions.read(agent))?.session).toEqual({ guid: "guid-9", renewedAt: INSTANT + 9 });
    });

    it("counts alone among those of the same age that arrive at once", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      await sessions.handOver(agent, SESSION);
      const told = ["a", "b", "c", "d"].map((guid) => ({ ...NEWER, guid }));
      const results = await Promise.all(told.map((session, index) => (index % 2 === 0 ? sessions : others).handOver(agent, session)));
      expect(results.filter((isKnown) => isKnown)).toEqual([true]);
      expect((await sessions.read(agent))?.session).toEqual(told[results.indexOf(true)]);
    });

    it("is not lost to a lease that is taken at the same time, nor the lease to it", async () => {
      const { sessions, others } = await start();
      for (let round = 0; round < 5; round += 1) {
        const agent = newAgent();
        const [lease, handedOver] = await Promise.all([
          sessions.takeLease(agent, { owner: "one", until: UNTIL }, undefined),
          others.handOver(agent, SESSION),
        ]);
        expect(handedOver).toBe(true);
        const record = await sessions.read(agent);
        expect(record?.session).toEqual(SESSION);
        expect(record?.lease?.owner).toBe(lease?.lease?.owner);
      }
    });

    it.each<["end" | "an owner", string, LiveSession, boolean]>([
      ["end", "older", { guid: "late", renewedAt: INSTANT - 1 }, false],
      ["end", "the same", SESSION, false],
      ["end", "newer", NEWER, true],
      ["an owner", "older", { guid: "late", renewedAt: INSTANT - 1 }, false],
      ["an owner", "the same", SESSION, false],
      ["an owner", "newer", NEWER, true],
    ])("and was taken away by %s comes back only by a newer one: %s", async (by, _what, next, comes) => {
      const { sessions, others } = await start();
      const agent = newAgent();
      await sessions.handOver(agent, SESSION);
      if (by === "end") await others.end(agent);
      else await writeAs(others, agent, (await taken(others, agent, "one")).holder, { session: null, until: UNTIL });
      expect((await sessions.read(agent))?.session).toBeUndefined();
      expect(await others.handOver(agent, next)).toBe(comes);
      expect((await sessions.read(agent))?.session).toEqual(comes ? next : undefined);
    });

    it("is ended, and its agent stays known", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      await sessions.handOver(agent, SESSION);
      await sessions.end(agent);
      expect(await sessions.read(agent)).toEqual({ fence: 0 });
      await sessions.end(agent);
      expect(await sessions.read(agent)).toEqual({ fence: 0 });
    });

    it("is not made known by the end of one of whom nothing is known", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      await sessions.end(agent);
      expect(await sessions.read(agent)).toBeUndefined();
      expect(await sessions.handOver(agent, SESSION)).toBe(true);
    });

    it("is not needed for an end, which changes nothing then", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      const { lease } = await taken(sessions, agent, "one");
      await sessions.end(agent);
      expect(await sessions.read(agent)).toEqual({ lease, fence: 1 });
    });

    it("is counted within a minute of the clock, each agent by itself", async () => {
      const { sessions, others } = await start();
      const [agent, other] = [newAgent(), newAgent()];
      const minute = Math.floor(INSTANT / 60_000) * 60_000;
      expect(await sessions.count(agent, minute)).toBe(1);
      expect(await others.count(agent, minute + 59_999)).toBe(2);
      expect(await sessions.count(agent, minute + 60_000)).toBe(1);
      expect(await sessions.count(other, minute)).toBe(1);
      expect(await others.count(agent, minute + 30_000)).toBe(3);
    });

    it("is counted once for each that asks, however many do at once, and its agent is not known by it", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const counts = await Promise.all([sessions, others, sessions, others, sessions].map((each) => each.count(agent, INSTANT)));
      expect(counts.toSorted()).toEqual([1, 2, 3, 4, 5]);
      expect(await sessions.read(agent)).toBeUndefined();
    });
  });
}
