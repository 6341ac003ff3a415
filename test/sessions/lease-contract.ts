/** Who may write: one owner at a time, whoever asks. */
import { describe, expect, it } from "vitest";
import { newAgent, SESSION, type StartSessions, taken, UNTIL, writeAs } from "./sessions-under-test.ts";

export function describeLeases(start: StartSessions): void {
  describe("of whose leases", () => {
    it("nothing is known where there was none", async () => {
      const { sessions } = await start();
      expect(await sessions.read(newAgent())).toBeUndefined();
    });

    it("one is taken where nothing is known", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const record = await sessions.takeLease(agent, { owner: "one", until: UNTIL }, undefined);
      expect(record).toEqual({ lease: { owner: "one", until: UNTIL, beat: 1 }, fence: 1 });
      expect(await others.read(agent)).toEqual(record);
    });

    it("one is taken where only a session is known, which stays", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      await sessions.handOver(agent, SESSION);
      expect(await sessions.read(agent)).toEqual({ session: SESSION, fence: 0 });
      expect(await taken(sessions, agent, "one")).toMatchObject({ session: SESSION, fence: 1 });
    });

    it("each has a higher fence, taken over or let go", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      const second = await taken(others, agent, "two");
      await others.release(agent, second.holder);
      expect((await sessions.read(agent))?.fence).toBe(2);
      const third = await taken(sessions, agent, "one");
      expect([holder.fence, second.fence, third.fence]).toEqual([1, 2, 3]);
      expect(third.lease).toEqual({ owner: "one", until: UNTIL, beat: 1 });
    });

    it.each(["nothing", "a session", "a lease", "a lease that was let go"])(
      "one alone is taken, however many ask, where there was %s",
      async (what) => {
        const { sessions, others } = await start();
        const agent = newAgent();
        if (what === "a session") await sessions.handOver(agent, SESSION);
        const before = what.includes("lease") ? await taken(sessions, agent, "before") : undefined;
        if (before !== undefined && what.includes("let go")) await sessions.release(agent, before.holder);

        const seen = await sessions.read(agent);
        const owners = Array.from({ length: 20 }, (_, index) => `owner-${index}`);
        const records = await Promise.all(
          owners.map((owner, index) => (index % 2 === 0 ? sessions : others).takeLease(agent, { owner, until: UNTIL }, seen)),
        );
        const winners = records.flatMap((record, index) => (record === undefined ? [] : [{ record, owner: owners[index] }]));
        expect(winners).toHaveLength(1);
        expect(winners[0]?.record).toMatchObject({ lease: { owner: winners[0]?.owner }, fence: (seen?.fence ?? 0) + 1 });
        expect(await sessions.read(agent)).toEqual(winners[0]?.record);
      },
    );

    it("none is taken that was not seen", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      await taken(sessions, agent, "one");
      expect(await others.takeLease(agent, { owner: "two", until: UNTIL }, undefined)).toBeUndefined();
    });

    it("none is taken where only a session was seen, and there is one meanwhile, or was", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      await sessions.handOver(agent, SESSION);
      const seen = await others.read(agent);
      const { holder } = await taken(sessions, agent, "one");
      expect(await others.takeLease(agent, { owner: "two", until: UNTIL }, seen)).toBeUndefined();
      await sessions.release(agent, holder);
      expect(await others.takeLease(agent, { owner: "two", until: UNTIL }, seen)).toBeUndefined();
    });

    it("none is taken whose owner has written since it was seen", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      const seen = await others.read(agent);
      await writeAs(sessions, agent, holder, { until: UNTIL });
      expect(await others.takeLease(agent, { owner: "two", until: UNTIL }, seen)).toBeUndefined();
      expect(await sessions.read(agent)).toMatchObject({ lease: { owner: "one" }, fence: 1 });
    });

    it("none is taken that was let go since it was seen, or let go and taken by the same", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      const seen = await others.read(agent);
      await sessions.release(agent, holder);
      expect(await others.takeLease(agent, { owner: "two", until: UNTIL }, seen)).toBeUndefined();
      await taken(sessions, agent, "one");
      expect(await others.takeLease(agent, { owner: "two", until: UNTIL }, seen)).toBeUndefined();
    });

    it("one is given again to an owner that did not hear that it got it", async () => {
      const { sessions } = await start();
      const agent = newAgent();
      const record = await sessions.takeLease(agent, { owner: "one", until: UNTIL }, undefined);
      expect(await sessions.takeLease(agent, { owner: "one", until: UNTIL }, undefined)).toEqual(record);
      await taken(sessions, agent, "one");
      expect(await sessions.takeLease(agent, { owner: "one", until: UNTIL }, undefined)).toBeUndefined();
    });

    it("the owner hears who waits for it, when it writes", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder, lease } = await taken(sessions, agent, "one");
      expect(await others.announce(agent, "two", holder)).toBe(true);
      expect(await others.read(agent)).toMatchObject({ lease: { ...lease, successor: "two" }, fence: 1 });
      expect(await writeAs(sessions, agent, holder, { until: UNTIL + 1 })).toEqual({
        lease: { owner: "one", until: UNTIL + 1, beat: 2, successor: "two" },
        fence: 1,
      });
    });

    it("whoever waited is forgotten with the next one", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await others.announce(agent, "two", holder);
      expect((await taken(others, agent, "two")).lease).toEqual({ owner: "two", until: UNTIL, beat: 1 });
    });

    it.each([
      ["another owner's", { owner: "other", fence: 1 }],
      ["of another fence", { owner: "one", fence: 2 }],
    ])("none hears who waits that is %s", async (_what, seen) => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const before = await taken(sessions, agent, "one");
      expect(await others.announce(agent, "two", seen)).toBe(false);
      expect((await sessions.read(agent))?.lease).toEqual(before.lease);
    });

    it("nobody waits for one that was let go, or that never was", async () => {
      const { sessions } = await start();
      const [agent, unknown] = [newAgent(), newAgent()];
      const { holder } = await taken(sessions, agent, "one");
      await sessions.release(agent, holder);
      expect(await sessions.announce(agent, "two", holder)).toBe(false);
      expect(await sessions.read(agent)).toEqual({ fence: 1 });
      expect(await sessions.announce(unknown, "two", { owner: "one", fence: 1 })).toBe(false);
      expect(await sessions.read(unknown)).toBeUndefined();
    });

    it("one is let go by its owner, and by nobody else", async () => {
      const { sessions, others } = await start();
      const agent = newAgent();
      const { holder } = await taken(sessions, agent, "one");
      await others.announce(agent, "two", holder);
      await others.release(agent, { owner: "two", fence: holder.fence });
      await others.release(agent, { owner: "one", fence: holder.fence + 1 });
      expect((await sessions.read(agent))?.lease).toMatchObject({ owner: "one", successor: "two" });
      await sessions.release(agent, holder);
      expect(await sessions.read(agent)).toEqual({ fence: 1 });
      await sessions.release(agent, holder);
      expect(await sessions.read(agent)).toEqual({ fence: 1 });
    });
  });
}
