/** A transfer that was forgotten: what its events say is said of nobody, and of no other transfer of its call. */
import { describe, expect, it } from "vitest";
import type { ToldOutcome } from "../../lib/records/sweep.ts";
import { ANSWERS } from "../support/claims.ts";
import { named, SIGNAL, startOneCall, toCallEvent } from "../support/one-call.ts";
import { tellUnread } from "../support/tell-unread.ts";

const QUEUE = { target: { type: "skill-queue", address: "q" } } as const;

describe("events of a call whose last transfer was forgotten", () => {
  /** The first has failed, the second one has moved the call. */
  async function startBoth() {
    const world = startOneCall();
    const told: string[] = [];
    const tell = async ({ result }: ToldOutcome) => void told.push(`${result.transferId} ${result.outcome}`);
    const sweep = world.records.sweep({ tell, inquire: async () => undefined, tellUnknown() {} });
    const tellDue = async () => {
      for await (const id of sweep.due(SIGNAL, tellUnread)) await sweep.settle(id, SIGNAL);
    };
    const a = await world.claim(named("a"), QUEUE);
    await a.settle(ANSWERS.accepted);
    await world.take(toCallEvent("transfer-result", { succeeded: false }));
    await tellDue();
    world.clock.pass(90_000);
    const b = await world.claim(named("b"), QUEUE);
    await b.settle(ANSWERS.accepted);
    return { ...world, a, b, told, tellDue };
  }

  it("change nothing of the transfer before, and nobody is told of one", async () => {
    const { a, b, take, tellDue, told, forget, clock, outcomeOf } = await startBoth();
    await take(toCallEvent("transfer-result", { succeeded: true }));
    await tellDue();
    await forget(b.transferId);
    clock.pass(20_000);
    expect(await take(toCallEvent("talking", { agentId: "205" }))).toBeUndefined();
    await tellDue();
    expect(told).toEqual([`${a.transferId} failed`, `${b.transferId} completed`]);
    expect([await outcomeOf(named("a")), await outcomeOf(named("b"))]).toEqual(["accepted failed", "accepted completed"]);
  });

  it("change neither where its outcome was open when it was forgotten", async () => {
    const { b, take, forget, outcomeOf } = await startBoth();
    await forget(b.transferId);
    for (const event of [toCallEvent("talking", { agentId: "205" }), toCallEvent("transfer-result", { succeeded: true })])
      expect(await take(event)).toBeUndefined();
    expect([await outcomeOf(named("a")), await outcomeOf(named("b"))]).toEqual(["accepted failed", "accepted not-observed"]);
  });

  it("are of the transfer that follows it", async () => {
    const { b, take, claim, forget, clock, outcomeOf } = await startBoth();
    await forget(b.transferId);
    clock.pass(60_000);
    await (await claim(named("c"), QUEUE)).settle(ANSWERS.accepted);
    await take(toCallEvent("talking", { agentId: "205" }));
    expect(await outcomeOf(named("c"))).toBe("accepted completed");
  });
});
