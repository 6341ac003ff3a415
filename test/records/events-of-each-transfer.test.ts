/** Events of a call that several deliveries have moved, or that one has twice: each counts for the transfer that it is of, and for no other. */
import { describe, expect, it } from "vitest";
import type { ToldOutcome } from "../../lib/records/sweep.ts";
import { ANSWERS, PENDING } from "../support/claims.ts";
import { DERIVED, named, SIGNAL, startOneCall, toCallEvent } from "../support/one-call.ts";
import { tellUnread } from "../support/tell-unread.ts";
import { toDeadline } from "../support/transfer-service.ts";

describe("an open first transfer, a second that was refused, and its retry", () => {
  async function begin() {
    const world = startOneCall();
    await (await world.claim(named("a"))).settle(ANSWERS.accepted);
    world.clock.pass(60_000);
    await (await world.claim(named("b"))).reopen(ANSWERS.refused);
    return world;
  }
  it("the retry's lost answer is not made accepted by the first one's event", async () => {
    const { claim, take, outcomeOf } = await begin();
    await (await claim(named("b"), { target: { type: "agent", address: "300" } })).settle(ANSWERS.unknown);
    await take(toCallEvent("transfer-result", { succeeded: true }));
    expect([await outcomeOf(named("b")), await outcomeOf(named("a"))]).toEqual(["unknown pending", "accepted completed"]);
  });
  it("the first one's event is not lost to a retry that is refused, too", async () => {
    const { claim, take, outcomeOf } = await begin();
    const again = await claim(named("b"));
    await take(toCallEvent("transfer-result", { succeeded: true }));
    await again.reopen(ANSWERS.refused);
    expect([await outcomeOf(named("b")), await outcomeOf(named("a"))]).toEqual(["open", "accepted completed"]);
  });
  it("the first one's failure, told once more, does not end a third", async () => {
    const world = startOneCall();
    await (await world.claim(named("a"))).settle(ANSWERS.accepted);
    world.clock.pass(60_000);
    const b = await world.claim(named("b"));
    await world.take(toCallEvent("connect-failed"));
    await b.reopen(ANSWERS.refused);
    world.clock.pass(1_000);
    await (await world.claim(named("c"))).settle(ANSWERS.accepted);
    await world.take(toCallEvent("connect-failed"));
    expect(await world.outcomeOf(named("c"))).toBe("accepted pending");
  });
});

describe("an event of the first transfer's own agent, after another agent's transfer was accepted", () => {
  it("is the first one's", async () => {
    const world = startOneCall();
    await (await world.claim(named("a"), { target: { type: "skill-queue", address: "q" } })).settle(ANSWERS.accepted);
    world.clock.pass(60_000);
    await (await world.claim(named("b"), { agentId: "102", target: { type: "agent", address: "300" } })).settle(ANSWERS.accepted);
    await world.take(toCallEvent("transfer-result", { succeeded: true }));
    expect(await world.outcomeOf(named("a"))).toBe("accepted completed");
  });
});

describe("a success of the first transfer, told while the second press is refused", () => {
  it("is not lost", async () => {
    const world = startOneCall();
    const first = await world.claim(DERIVED);
    await first.settle(ANSWERS.accepted);
    await world.take(toCallEvent("connect-failed"));
    world.clock.pass(3_000);
    const second = await world.claim(DERIVED);
    await world.take(toCallEvent("transfer-result", { succeeded: true }));
    await second.reopen({
      state: "refused",
      code: "gateway-refused",
      reason: "already-transferred",
      gateway: { retcode: "1", message: "Unknown ERROR._160021" },
    });
    const found = await world.records.find(PENDING.connection, first.transferId, SIGNAL);
    expect(found).toMatchObject({ result: { outcome: "completed" } });
  });
});

describe("an event that is not a repeat", () => {
  it("counts, ten minutes later, although the gateway's clock was set back meanwhile", async () => {
    const { clock, claim, take, outcomeOf } = startOneCall();
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed", { generatedAt: 1_000_000 }));
    clock.pass(10 * 60_000);
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    clock.pass(2_000);
    await take(toCallEvent("transfer-result", { succeeded: true, generatedAt: 1_000_000 + 10 * 60_000 - 2_000 }));
    expect(await outcomeOf(DERIVED)).toBe("accepted completed");
  });
});

describe("a customer who leaves an agent long after the transfer has failed", () => {
  it("is why it failed where they hung up with it", async () => {
    const world = startOneCall();
    await (await world.claim(DERIVED)).settle(ANSWERS.accepted);
    await world.take(toCallEvent("transfer-result", { succeeded: false }));
    world.clock.pass(1_000);
    await world.take(toCallEvent("customer-released"));
    const seen = await world.records.read(DERIVED, toDeadline(0));
    expect(seen).toMatchObject({ result: { outcome: "failed", outcomeReason: "customer-left" } });
  });
  it("is not why it failed", async () => {
    const world = startOneCall();
    await (await world.claim(DERIVED)).settle(ANSWERS.accepted);
    await world.take(toCallEvent("transfer-result", { succeeded: false, generatedAt: 1_000 }));
    world.clock.pass(20 * 60_000);
    await world.take(toCallEvent("customer-released", { generatedAt: 1_000 + 20 * 60_000 }));
    const seen = await world.records.read(DERIVED, toDeadline(0));
    expect(seen).toMatchObject({ result: { outcome: "failed", outcomeReason: "not-transferred" } });
  });
});

describe("outcomes of earlier transfers that were not told", () => {
  it("are all told", async () => {
    const { clock, records, claim, take } = startOneCall();
    const ids: string[] = [];
    for (let press = 0; press < 7; press += 1) {
      const one = await claim(DERIVED);
      ids.push(one.transferId);
      await one.settle(ANSWERS.accepted);
      clock.pass(61_000);
      await take(toCallEvent("connect-failed"));
    }
    const told: ToldOutcome[] = [];
    const sweep = records.sweep({ tell: async (each) => void told.push(each), inquire: async () => undefined, tellUnknown() {} });
    for await (const id of sweep.due(SIGNAL, tellUnread)) await sweep.settle(id, SIGNAL);
    expect(told.map(({ result }) => result.transferId)).toEqual(ids);
  });
});
