import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import type { InquireCall, ToldOutcome } from "../../lib/records/sweep.ts";
import { type CallEvent, UNCONFIRMED_AFTER_MS } from "../../lib/transfer/outcome.ts";
import type { Pending } from "../../lib/transfer/records.ts";
import { ANSWERS, claimed, PENDING } from "../support/claims.ts";
import { collect } from "../support/collect.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { tellUnread } from "../support/tell-unread.ts";
import { toDeadline } from "../support/transfer-service.ts";

const SIGNAL = new AbortController().signal;
const LEASE_MS = 35_000;
const MINUTE_MS = 60_000;
const CALL = { gateway: PENDING.gateway, callId: PENDING.callId };
const DELIVERY = { explicit: true, key: "delivery", fingerprint: "request", call: JSON.stringify(["call", CALL.gateway, CALL.callId]) };
const SUCCESS: CallEvent = { kind: "transfer-result", ...CALL, agentId: "101", succeeded: true };

interface Options {
  /** What the gateway says of the call when it is asked. */
  readonly inquire?: InquireCall;
  readonly beforePut?: () => Promise<void>;
}

function start({ inquire = async () => undefined, beforePut = async () => {} }: Options = {}) {
  const clock = createManualClock();
  const kept = createMemoryStore(clock);
  const put: typeof kept.put = (...given) => beforePut().then(() => kept.put(...given));
  const store = { ...kept, put };
  const records = createTestRecords({ wallMs: clock.wallMs, store });
  const told: ToldOutcome[] = [];
  let fails = false;
  const asked: Pending[] = [];
  const tell = async (outcome: ToldOutcome) => {
    if (fails) throw new Error("the queue is gone");
    told.push(outcome);
  };
  const unknown: object[] = [];
  const sweeper = records.sweep({
    tell,
    tellUnknown: ({ gateway }, transferId) => void unknown.push({ gateway, transferId }),
    inquire(pending, signal) {
      asked.push(pending);
      return inquire(pending, signal);
    },
  });
  return {
    records,
    clock,
    told,
    asked,
    unknown,
    store,
    sweeper,
    outbox: records.outbox(tell),
    failToTell(now: boolean) {
      fails = now;
    },
    /** All that is due, and what was done with it. */
    async sweep() {
      const done: unknown[] = [];
      for await (const id of sweeper.due(SIGNAL, tellUnread)) done.push(await sweeper.settle(id, SIGNAL).catch((error: unknown) => error));
      return done;
    },
    now: async () => {
      const seen = await records.read(DELIVERY, toDeadline(0));
      return seen.kind === "settled" ? seen.result : undefined;
    },
  };
}

describe("the sweep", () => {
  it("has nothing to do with what is in flight, pending, open or told", async () => {
    const { records, sweep } = start();
    expect(await sweep()).toEqual([]);
    const claim = await claimed(records, DELIVERY);
    expect(await sweep()).toEqual([]);
    await claim.settle(ANSWERS.accepted);
    expect(await sweep()).toEqual([]);
    const other = await claimed(records, { ...DELIVERY, key: "other", call: "another call" });
    await other.reopen(ANSWERS.refused);
    expect(await sweep()).toEqual([]);
  });

  it("ends a lease once it is over, and what is left of it stays unknown", async () => {
    const { records, clock, sweep, now } = start();
    await claimed(records, DELIVERY);
    clock.pass(LEASE_MS);
    expect(await sweep()).toEqual(["lease-ended"]);
    expect(await sweep()).toEqual([]);
    expect(await now()).toMatchObject({ state: "unknown", code: "gateway-timeout", outcome: "pending" });
  });

  it("tells once of each that it leaves unknown", async () => {
    const { records, clock, sweep, unknown } = start();
    const { transferId } = await claimed(records, DELIVERY);
    clock.pass(LEASE_MS - 1);
    await sweep();
    expect(unknown).toEqual([]);
    clock.pass(1);
    await sweep();
    clock.pass(MINUTE_MS);
    await sweep();
    expect(unknown).toEqual([{ gateway: "main", transferId }]);
  });

  it("tells of none that an event has proved, or whose claimant was faster", async () => {
    let isFaster = async () => {};
    const { records, clock, sweep, unknown } = start({ beforePut: () => isFaster() });
    await claimed(records, DELIVERY);
    await records.events.take(SUCCESS, SIGNAL);
    clock.pass(LEASE_MS);
    expect(await sweep()).toEqual(["lease-ended"]);
    const late = await claimed(records, { ...DELIVERY, key: "late", call: "another call" });
    clock.pass(LEASE_MS);
    isFaster = async () => {
      isFaster = async () => {};
      await late.settle(ANSWERS.accepted);
    };
    expect(await sweep()).toContain("nothing");
    expect(unknown).toEqual([]);
  });

  it("leaves the truth to a claimant that comes late", async () => {
    const { records, clock, sweep, now } = start();
    const claim = await claimed(records, DELIVERY);
    clock.pass(LEASE_MS);
    await sweep();
    await claim.settle(ANSWERS.accepted);
    expect(await now()).toMatchObject({ state: "accepted" });
  });

  it("tells an outcome that an event brought, once", async () => {
    const { records, sweep, told } = start();
    const { transferId } = await claimed(records, DELIVERY).then(async (claim) => claim.settle(ANSWERS.accepted));
    await records.events.take(SUCCESS, SIGNAL);
    expect(await sweep()).toEqual(["told"]);
    expect(await sweep()).toEqual([]);
    expect(told).toMatchObject([{ connection: "crm", gateway: "main", result: { transferId, state: "accepted", outcome: "completed" } }]);
  });

  it.each([
    ["after the answer", 7_000, 4_000, 4_000],
    ["before it", 0, 0, 0],
  ])("tells how long it took to know the end: the event came %s", async (_when, answerMs, eventMs, tookMs) => {
    const { records, clock, sweep, told } = start();
    const claim = await claimed(records, DELIVERY);
    const isBefore = answerMs === 0;
    if (isBefore) await records.events.take(SUCCESS, SIGNAL);
    clock.pass(isBefore ? 2_000 : answerMs);
    await claim.settle(ANSWERS.accepted);
    clock.pass(eventMs);
    if (!isBefore) await records.events.take(SUCCESS, SIGNAL);
    clock.pass(MINUTE_MS);
    await sweep();
    expect(told.map((each) => each.tookMs)).toEqual([tookMs]);
  });

  it("does not take giving up for an end", async () => {
    const { records, clock, sweep, told } = start();
    await (await claimed(records, DELIVERY)).settle(ANSWERS.accepted);
    clock.pass(UNCONFIRMED_AFTER_MS);
    await sweep();
    expect(told).toMatchObject([{ result: { outcome: "unconfirmed" } }]);
    expect(told[0]).not.toHaveProperty("tookMs");
  });

  it("tells again what could not be told", async () => {
    const { records, sweep, told, failToTell } = start();
    await (await claimed(records, DELIVERY)).settle(ANSWERS.accepted);
    await records.events.take(SUCCESS, SIGNAL);
    failToTell(true);
    expect(await sweep()).toEqual([expect.any(Error)]);
    failToTell(false);
    expect(await sweep()).toEqual(["told"]);
    expect(told).toHaveLength(1);
  });

  it("tells that nothing was heard, and afterwards what was heard all the same", async () => {
    const { records, clock, sweep, told } = start();
    await (await claimed(records, DELIVERY)).settle(ANSWERS.accepted);
    clock.pass(UNCONFIRMED_AFTER_MS);
    expect(await sweep()).toEqual(["told"]);
    await records.events.take(SUCCESS, SIGNAL);
    expect(await sweep()).toEqual(["told"]);
    expect(told.map(({ result }) => result.outcome)).toEqual(["unconfirmed", "completed"]);
  });

  it("tells when it became known, whenever it is told", async () => {
    const { records, clock, sweep, told } = start();
    await (await claimed(records, DELIVERY)).settle(ANSWERS.accepted);
    clock.pass(UNCONFIRMED_AFTER_MS);
    const givenUpAt = clock.wallMs();
    clock.pass(MINUTE_MS);
    await sweep();
    await records.events.take(SUCCESS, SIGNAL);
    const heardAt = clock.wallMs();
    clock.pass(MINUTE_MS);
    await sweep();
    expect(told.map(({ at }) => Date.parse(at))).toEqual([givenUpAt, heardAt]);
  });

  it("tells nothing of a transfer whose agent nobody listens to", async () => {
    const { records, clock, sweep, told } = start();
    await (await claimed(records, DELIVERY, { observed: false })).settle(ANSWERS.accepted);
    clock.pass(UNCONFIRMED_AFTER_MS);
    expect(await sweep()).toEqual([]);
    expect(told).toEqual([]);
  });
});

describe("a transfer whose answer was lost", () => {
  const seenAtTarget: InquireCall = async ({ gateway, callId, target }) => ({ kind: "talking", gateway, callId, agentId: target.address });

  it("says nothing of another one of the same call, which was open before it", async () => {
    const { records, clock, sweep } = start({
      inquire: async (pending, signal) => (pending.agentId === "102" ? seenAtTarget(pending, signal) : undefined),
    });
    await (await claimed(records, DELIVERY, { target: { type: "skill-queue", address: "31" } })).settle(ANSWERS.unknown);
    clock.pass(MINUTE_MS);
    const second = await claimed(records, { ...DELIVERY, key: "second" }, { agentId: "102" });
    await second.settle(ANSWERS.unknown);
    clock.pass(MINUTE_MS);
    await sweep();
    expect(await records.read(DELIVERY, toDeadline(0))).toMatchObject({ result: { state: "unknown", outcome: "pending" } });
  });

  it("does not claim for itself what another one of the call has done since, whom the call was brought to by that", async () => {
    const { records, clock, sweep } = start({ inquire: seenAtTarget });
    await (await claimed(records, DELIVERY)).settle(ANSWERS.unknown);
    clock.pass(MINUTE_MS);
    await (await claimed(records, { ...DELIVERY, key: "second" })).settle(ANSWERS.accepted);
    await records.events.take(SUCCESS, SIGNAL);
    await sweep();
    expect(await records.read(DELIVERY, toDeadline(0))).toMatchObject({ result: { state: "unknown", outcome: "pending" } });
  });

  it("is asked after each minute, as long as it may be heard of", async () => {
    const { records, clock, sweep, asked } = start();
    await (await claimed(records, DELIVERY)).settle(ANSWERS.unknown);
    expect(await sweep()).toEqual([]);
    for (let minute = 1; minute <= 15; minute += 1) {
      clock.pass(MINUTE_MS);
      await sweep();
    }
    expect(asked.length).toBe(14);
    expect(asked[0]).toMatchObject(CALL);
    clock.pass(MINUTE_MS);
    await sweep();
    expect(asked.length).toBe(14);
  });

  it("is one of those whose fate is not known, whenever it is looked at in vain", async () => {
    const { records, clock, sweep } = start();
    await (await claimed(records, DELIVERY)).settle(ANSWERS.unknown);
    const done = [];
    for (let minute = 1; minute <= 15; minute += 1) {
      clock.pass(MINUTE_MS);
      done.push(...(await sweep()));
    }
    expect(done).toEqual([...Array.from({ length: 14 }, () => "unknown"), "told"]);
  });

  it("is settled by what the gateway says of the call", async () => {
    const { records, clock, sweep, now, told } = start({ inquire: seenAtTarget });
    await (await claimed(records, DELIVERY)).settle(ANSWERS.unknown);
    clock.pass(MINUTE_MS);
    expect(await sweep()).toEqual(["settled"]);
    expect(await now()).toMatchObject({ state: "accepted", outcome: "completed", outcomeReason: "answered" });
    await sweep();
    expect(told).toMatchObject([{ result: { state: "accepted", outcome: "completed" } }]);
  });

  it("stays unknown where the gateway cannot be asked, and is asked after again", async () => {
    let down = true;
    const inquire: InquireCall = (pending, signal) => (down ? Promise.reject(new Error("down")) : seenAtTarget(pending, signal));
    const { records, clock, sweep, now } = start({ inquire });
    await (await claimed(records, DELIVERY)).settle(ANSWERS.unknown);
    clock.pass(MINUTE_MS);
    expect(await sweep()).toEqual([expect.any(Error)]);
    expect(await now()).toMatchObject({ state: "unknown", outcome: "pending" });
    down = false;
    expect(await sweep()).toEqual(["settled"]);
  });
});

describe("a record that fails", () => {
  it("is due behind all others by then, and lives no longer for that", async () => {
    const inquire: InquireCall = async ({ callId }) => (callId === CALL.callId ? Promise.reject(new Error("down")) : undefined);
    const { records, clock, store, sweeper } = start({ inquire });
    await (await claimed(records, DELIVERY)).settle(ANSWERS.unknown);
    clock.pass(1);
    const other = { ...DELIVERY, key: "other", call: JSON.stringify(["call", CALL.gateway, "other"]) };
    await (await claimed(records, other, { callId: "other" })).settle(ANSWERS.unknown);
    clock.pass(MINUTE_MS + 1);
    const due = () => collect(sweeper.due(SIGNAL, tellUnread));
    const [first = "", second = "", ...others] = await due();
    expect(others).toEqual([]);
    const before = store.items().find(({ id }) => id === first);
    await expect(sweeper.settle(first, SIGNAL)).rejects.toThrow("down");
    expect(await due()).toEqual([second, first]);
    const after = { revision: expect.any(String), dueAt: clock.wallMs() };
    expect(store.items().find(({ id }) => id === first)).toEqual({ ...before, ...after });
  });

  it("is not put off where it was changed meanwhile", async () => {
    let change = async () => {};
    const { records, clock, store, sweeper } = start({ inquire: async () => change().then(() => Promise.reject(new Error("down"))) });
    await (await claimed(records, DELIVERY)).settle(ANSWERS.unknown);
    clock.pass(MINUTE_MS);
    const [id = ""] = await collect(sweeper.due(SIGNAL, tellUnread));
    const now = () => store.items().find((item) => item.id === id);
    let changed: unknown;
    change = async () => {
      await records.events.take(SUCCESS, SIGNAL);
      changed = now();
    };
    await expect(sweeper.settle(id, SIGNAL)).rejects.toThrow("down");
    expect(now()).toBe(changed);
  });
});

describe("the outbox", () => {
  it("tells at once what there is to tell, and leaves nothing to the sweep", async () => {
    const { records, outbox, sweep, told } = start();
    await (await claimed(records, DELIVERY)).settle(ANSWERS.accepted);
    const id = await records.events.take(SUCCESS, SIGNAL);
    expect(await outbox.tell(id ?? "", SIGNAL)).toBe(true);
    expect(await outbox.tell(id ?? "", SIGNAL)).toBe(false);
    expect(await sweep()).toEqual([]);
    expect(told).toHaveLength(1);
  });
});
