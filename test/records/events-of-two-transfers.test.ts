/** Events that could be of one transfer of a call or of another: none makes a transfer end that goes on, and none is lost to a delivery that moved nothing. */
import { describe, expect, it } from "vitest";
import type { ToldOutcome } from "../../lib/records/sweep.ts";
import { ANSWERS, PENDING } from "../support/claims.ts";
import { DERIVED, named, SIGNAL, startOneCall, toCallEvent } from "../support/one-call.ts";
import { tellUnread } from "../support/tell-unread.ts";
import { toDeadline } from "../support/transfer-service.ts";

describe("what ended the first transfer, in other words and late", () => {
  it.each([
    ["without times", {}, {}],
    ["with the gateway's times", { generatedAt: 100 }, { generatedAt: 101 }],
  ])("ends no second one (%s)", async (_how, first, late) => {
    const { clock, claim, take, outcomeOf } = startOneCall();
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed", first));
    clock.pass(3_000);
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: false, ...late }));
    expect(await outcomeOf(DERIVED)).toBe("accepted pending");
  });

  it("ends no second one that somebody asked for within the second", async () => {
    const { clock, claim, take, outcomeOf } = startOneCall();
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed", { generatedAt: 100 }));
    clock.pass(500);
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: false, generatedAt: 180 }));
    expect(await outcomeOf(DERIVED)).toBe("accepted pending");
    await take(toCallEvent("transfer-result", { succeeded: true, generatedAt: 700 }));
    expect(await outcomeOf(DERIVED)).toBe("accepted completed");
  });

  it("ends no second one either where an older event came after it", async () => {
    const { clock, claim, take, outcomeOf } = startOneCall();
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: false, generatedAt: 100 }));
    await take(toCallEvent("released", { generatedAt: 90 }));
    clock.pass(3_000);
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: false, generatedAt: 100 }));
    expect(await outcomeOf(DERIVED)).toBe("accepted pending");
  });

  it("is told apart by the gateway's times from what ends the second, however soon", async () => {
    const { clock, claim, take, outcomeOf } = startOneCall();
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed", { generatedAt: 100 }));
    clock.pass(3_000);
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed", { generatedAt: 3_200 }));
    expect(await outcomeOf(DERIVED)).toBe("accepted failed");
  });
});

describe("an event of a transfer whose call somebody else asked for meanwhile", () => {
  async function startOpen() {
    const world = startOneCall();
    await (await world.claim(named("a"))).settle(ANSWERS.accepted);
    world.clock.pass(60_000);
    return world;
  }

  it("is its own where the other was never claimed", async () => {
    const { records, refuseClaims, take, outcomeOf } = await startOpen();
    const seen = await records.read(named("b"), toDeadline(0));
    refuseClaims(true);
    await expect(seen.claim(PENDING)).rejects.toThrow("gone");
    refuseClaims(false);
    await take(toCallEvent("transfer-result", { succeeded: true }));
    expect(await outcomeOf(named("a"))).toBe("accepted completed");
  });

  it("is its own where it came while the other was in flight, which was refused", async () => {
    const { claim, take, outcomeOf } = await startOpen();
    const other = await claim(named("b"));
    await take(toCallEvent("transfer-result", { succeeded: true }));
    await other.reopen(ANSWERS.refused);
    expect(await outcomeOf(named("a"))).toBe("accepted completed");
    expect(await outcomeOf(named("b"))).toBe("open");
  });

  it("proves nothing of the other where nobody knows whether the gateway took that", async () => {
    const { claim, take, outcomeOf } = await startOpen();
    await (await claim(named("b"), { target: { type: "agent", address: "300" } })).settle(ANSWERS.unknown);
    await take(toCallEvent("transfer-result", { succeeded: true }));
    expect(await outcomeOf(named("b"))).toBe("unknown pending");
    expect(await outcomeOf(named("a"))).toBe("accepted completed");
  });

  it("is the other's once the gateway has accepted that", async () => {
    const { claim, take, outcomeOf } = await startOpen();
    await (await claim(named("b"))).settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: true }));
    expect(await outcomeOf(named("b"))).toBe("accepted completed");
  });

  it("is its own after others were refused in turn", async () => {
    const { claim, take, outcomeOf } = await startOpen();
    for (const key of ["b", "c"]) await (await claim(named(key))).reopen(ANSWERS.refused);
    await take(toCallEvent("transfer-result", { succeeded: true }));
    expect(await outcomeOf(named("a"))).toBe("accepted completed");
  });
});

describe("why the second transfer of a call has failed, within a minute at a gateway without times", () => {
  it.each(["transfer-result", "customer-released"] as const)("is not why the first one has: %s", async (kind) => {
    const { clock, records, claim, take } = startOneCall();
    await (await claim(named("a"))).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed"));
    clock.pass(3_000);
    await (await claim(named("b"))).settle(ANSWERS.accepted);
    await take(toCallEvent(kind, { succeeded: false }));
    const first = await records.read(named("a"), toDeadline(0));
    expect(first).toMatchObject({ result: { outcome: "failed", outcomeReason: "connect-failed" } });
  });

  it("is neither a success of the first one, which is believed all the same", async () => {
    const { clock, claim, take, outcomeOf } = startOneCall();
    await (await claim(named("a"))).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed", { generatedAt: 100 }));
    clock.pass(3_000);
    await (await claim(named("b"))).settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: true, generatedAt: 100 }));
    expect([await outcomeOf(named("a")), await outcomeOf(named("b"))]).toEqual(["accepted completed", "accepted pending"]);
  });
});

describe("a transfer that failed and whose delivery is claimed again", () => {
  it("is still told, and still found by its id", async () => {
    const { clock, records, claim, take } = startOneCall();
    const first = await claim(DERIVED);
    await first.settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: false }));
    clock.pass(1_000);
    const second = await claim(DERIVED);
    await second.settle(ANSWERS.accepted);
    const told: ToldOutcome[] = [];
    const sweep = records.sweep({ tell: async (each) => void told.push(each), inquire: async () => undefined, tellUnknown() {} });
    for await (const id of sweep.due(SIGNAL, tellUnread)) await sweep.settle(id, SIGNAL);
    for await (const id of sweep.due(SIGNAL, tellUnread)) await sweep.settle(id, SIGNAL);
    expect(told.map(({ result }) => [result.transferId, result.outcome])).toEqual([[first.transferId, "failed"]]);
    const found = await records.find("crm", first.transferId, SIGNAL);
    expect(found).toMatchObject({ kind: "ended", result: { transferId: first.transferId, outcome: "failed" } });
    expect(await records.find("crm", second.transferId, SIGNAL)).toMatchObject({ result: { outcome: "pending" } });
  });
});

it("a signature that was seen is known for as long as its record, however late that was claimed", async () => {
  const { clock, records, claim } = startOneCall();
  const DAY_MS = 24 * 60 * 60 * 1_000;
  const signed = { ...named("one"), alias: "signature" };
  await (await claim(signed)).reopen(ANSWERS.refused);
  clock.pass(3 * DAY_MS);
  await (await claim(signed)).settle(ANSWERS.accepted);
  clock.pass(29 * DAY_MS);
  const again = await records.read({ ...named("made-up"), alias: "signature" }, toDeadline(0));
  expect(again).toMatchObject({ kind: "settled", isExplicit: true });
});

describe("a delivery whose claim was never made, between two that were", () => {
  /** `x` is accepted, and nobody knows how it ends; then `a` takes the call, and its claim is lost. */
  async function startLost() {
    const world = startOneCall();
    await (await world.claim(named("x"))).settle(ANSWERS.accepted);
    world.clock.pass(61_000);
    world.refuseClaims(true);
    await expect(world.claim(named("a"))).rejects.toThrow("gone");
    world.refuseClaims(false);
    world.clock.pass(100_000);
    return world;
  }

  it("does not take the end of the one before for its own once it is made, though one between has moved nothing", async () => {
    const { clock, claim, take, outcomeOf } = await startLost();
    await (await claim(named("b"))).reopen(ANSWERS.refused);
    clock.pass(1_000);
    await (await claim(named("a"))).settle(ANSWERS.unknown);
    await take(toCallEvent("transfer-result", { succeeded: false }));
    expect([await outcomeOf(named("x")), await outcomeOf(named("a"))]).toEqual(["accepted failed", "unknown pending"]);
  });

  it("does not hide what has ended the one before: told once more, it ends no later one", async () => {
    const { clock, claim, take, outcomeOf } = await startLost();
    const other = await claim(named("c"));
    await take(toCallEvent("transfer-result", { succeeded: false }));
    expect(await outcomeOf(named("x"))).toBe("accepted failed");
    await other.reopen(ANSWERS.refused);
    clock.pass(1_000);
    await (await claim(named("d"))).settle(ANSWERS.accepted);
    await take(toCallEvent("transfer-result", { succeeded: false }));
    expect(await outcomeOf(named("d"))).toBe("accepted pending");
  });
});

describe("the failure of a second transfer, within moments of the first one's", () => {
  it.each([
    ["of the same kind and later, is its own", { kind: "connect-failed", generatedAt: 10_700 }, "accepted failed"],
    [
      "of another kind, may be the first one's, by times in whole seconds, too",
      { kind: "transfer-result", generatedAt: 11_000 },
      "accepted pending",
    ],
  ] as const)("%s", async (_which, { kind, generatedAt }, outcome) => {
    const { clock, claim, take, outcomeOf } = startOneCall();
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    await take(toCallEvent("connect-failed", { generatedAt: 10_000 }));
    clock.pass(400);
    await (await claim(DERIVED)).settle(ANSWERS.accepted);
    clock.pass(300);
    await take(kind === "transfer-result" ? toCallEvent(kind, { succeeded: false, generatedAt }) : toCallEvent(kind, { generatedAt }));
    expect(await outcomeOf(DERIVED)).toBe(outcome);
  });
});
