/** Those who ask for one agent's lease, on one stepped clock, over a store in memory. */
import { expect } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { SessionRecords } from "../../lib/sessions/agent-record.ts";
import type { KeeperClock } from "../../lib/sessions/keeper-clock.ts";
import { type HeldLease, takeOver } from "../../lib/sessions/lease.ts";
import { createMemorySessions } from "../../lib/sessions/memory-sessions.ts";
import { INSTANT } from "../support/manual-clock.ts";
import { createSteppedClock, type SteppedClock } from "../support/stepped-clock.ts";

export const AGENT = "main/102";
export const LEASE_MS = 30_000;

interface TakeOptions {
  /** As whoever takes sees the clock. */
  readonly as?: KeeperClock;
  /** Left until its deadline. */
  readonly ms?: number;
  readonly by?: SessionRecords;
}

type Ended = { readonly lease: HeldLease | undefined; readonly atMs: number } | { readonly error: unknown; readonly atMs: number };

interface Taking {
  /** Undefined while it goes on. */
  ended(): Ended | undefined;
  /** Fails where it has none. */
  lease(): HeldLease;
}

export interface Leases {
  readonly clock: SteppedClock;
  readonly records: SessionRecords;
  /** Goes on while the clock does. */
  take(owner: string, options?: TakeOptions): Taking;
  /** Where nobody is in the way. */
  taken(owner: string, options?: TakeOptions): Promise<HeldLease>;
  /** Of all deadlines. */
  abort(): void;
}

export function startLeases(): Leases {
  const clock = createSteppedClock();
  const records = createMemorySessions(clock);
  const controller = new AbortController();

  function take(owner: string, { as = clock, ms = 150_000, by = records }: TakeOptions = {}): Taking {
    const endsAt = clock.monotonicMs() + ms;
    const deadline = { remainingMs: () => endsAt - clock.monotonicMs(), signal: controller.signal };
    const atMs = () => clock.monotonicMs() - INSTANT;
    let ended: Ended | undefined;
    const taking = takeOver({ records: by, clock: as, agent: AGENT, owner }, deadline).then(
      (lease) => {
        ended = { lease, atMs: atMs() };
      },
      (error: unknown) => {
        ended = { error, atMs: atMs() };
      },
    );
    void clock.during(taking);
    return {
      ended: () => ended,
      lease: () => (ended !== undefined && "lease" in ended && ended.lease) || expect.fail(`${owner} has no lease`),
    };
  }

  return {
    clock,
    records,
    take,
    async taken(owner, options) {
      const taking = take(owner, options);
      await clock.pass(0);
      return taking.lease();
    },
    abort: () => controller.abort(),
  };
}

type Method = "read" | "announce" | "takeLease" | "write" | "release";

/** The store, of which the first calls of one method fail: before they are carried out, or with `late` after. */
export function failing(records: SessionRecords, method: Method, { times = Number.POSITIVE_INFINITY, late = false } = {}): SessionRecords {
  let left = times;
  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    left -= 1;
    if (left < 0) return work();
    if (late) await work();
    throw new TransferError("store-unavailable", { reason: "told to fail" });
  }
  const failing: SessionRecords = {
    read: (...given) => call(() => records.read(...given)),
    announce: (...given) => call(() => records.announce(...given)),
    takeLease: (...given) => call(() => records.takeLease(...given)),
    write: (...given) => call(() => records.write(...given)),
    release: (...given) => call(() => records.release(...given)),
  };
  return { ...records, [method]: failing[method] };
}
