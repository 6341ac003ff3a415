/**
 * Who keeps an agent's session, one at a time. An owner lets go when its successor asks; one that died is replaced once its beat has stood still for as long as
 * the watcher's own clock says, so that clocks which differ do no harm. The fence guards what is written: at the gateway two may overlap.
 */
import { TransferError } from "../errors.ts";
import type { Deadline } from "../transfer/invocation.ts";
import { NewerVersion } from "../transfer/schema-version.ts";
import type { AgentKey, AgentRecord, Holder, RecordChange, SessionRecords } from "./agent-record.ts";
import type { KeeperClock } from "./keeper-clock.ts";

/** Longer than any time between two beats: the longest call to the gateway takes 25 s. Shorter than what a session survives without a sign of life, less a tick. */
const LEASE_MS = 30_000;
/** How often a waiting successor looks. */
const WATCH_MS = 500;
/** Whoever waits longer meets an owner that lives and does not let go: it does what is to be done. */
const WAIT_MAX_MS = LEASE_MS + 15_000;

export interface HeldLease {
  /** As it was when the lease was taken. */
  readonly record: AgentRecord;
  /** Whether whoever held it before let go: then all that it knew is in the record. */
  readonly isClean: boolean;
  /** Whether somebody waits for it, as far as the last write has shown. */
  isWanted(): boolean;
  /**
   * Throws `LeaseLost`, with nothing written, where somebody else has it; `store-unavailable` where the store does not answer. `lastsMs` is for one that is not
   * let go: so long it keeps out who goes by the clocks. Whoever watches its beat takes it as ever.
   */
  write(change: RecordChange, lastsMs?: number): Promise<void>;
  /** Never rejects: who cannot let go is replaced when its beat stands still. */
  release(): Promise<void>;
}

export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

interface LeaseOptions {
  readonly records: SessionRecords;
  readonly clock: KeeperClock;
  readonly agent: AgentKey;
  /** A name of this invocation alone. */
  readonly owner: string;
}

/** Undefined where somebody else keeps it, or asks for it after us. Throws `store-unavailable` at the end of the deadline, and at once where a newer version has it. */
export async function takeOver(options: LeaseOptions, deadline: Deadline): Promise<HeldLease | undefined> {
  const { records, clock, agent, owner } = options;
  const startedAt = clock.monotonicMs();
  let seen: AgentRecord | undefined;
  let seenAt = startedAt;
  let isFirst = true;
  let announcedTo: number | undefined;
  /** Of the one that we last tried to take. */
  let wasLetGo = false;
  let problem: unknown;

  while (!deadline.signal.aborted && deadline.remainingMs() > 0 && clock.monotonicMs() - startedAt < WAIT_MAX_MS) {
    try {
      const found = await records.read(agent);
      if (isFirst || !isSameSight(found, seen)) {
        seen = found;
        seenAt = clock.monotonicMs();
        isFirst = false;
      }
      const { lease, fence = 0 } = found ?? {};
      // A write of ours whose answer was lost.
      if (found !== undefined && lease?.owner === owner) return hold(options, found, wasLetGo);
      const isOver = lease === undefined || clock.monotonicMs() - seenAt >= LEASE_MS;
      if (isOver) {
        wasLetGo = lease === undefined;
        const taken = await records.takeLease(agent, { owner, until: clock.wallMs() + LEASE_MS }, found);
        if (taken !== undefined) return hold(options, taken, wasLetGo);
      } else if (announcedTo !== fence) {
        if (await records.announce(agent, owner, { owner: lease.owner, fence })) announcedTo = fence;
      } else if (lease.successor !== owner) return undefined;
      problem = undefined;
    } catch (error) {
      if (!(error instanceof TransferError) || error instanceof NewerVersion) throw error;
      problem = error;
    }
    await clock.sleep(WATCH_MS, deadline.signal);
  }
  if (problem !== undefined) throw problem;
  return undefined;
}

/** For whoever cannot wait and watch: takes it where the clocks leave no doubt that nobody holds it. */
export async function takeDead(options: LeaseOptions, seen: AgentRecord | undefined): Promise<HeldLease | undefined> {
  const { records, clock, agent, owner } = options;
  if (isLeaseLive(seen, clock.wallMs())) return undefined;
  const taken = await records.takeLease(agent, { owner, until: clock.wallMs() + LEASE_MS }, seen);
  return taken === undefined ? undefined : hold(options, taken, seen?.lease === undefined);
}

/** By how much the clocks of two machines of AWS are taken to differ at most. */
const SKEW_MAX_MS = 10_000;

export function isLeaseLive(record: AgentRecord | undefined, nowMs: number): boolean {
  return record?.lease !== undefined && record.lease.until + SKEW_MAX_MS > nowMs;
}

function hold({ records, clock, agent, owner }: LeaseOptions, record: AgentRecord, isClean: boolean): HeldLease {
  const holder: Holder = { owner, fence: record.fence };
  let { beat = 1, successor } = record.lease ?? {};

  /** Where it was our own earlier attempt that wrote. */
  async function writeAgain(wanted: RecordChange & { readonly until: number }): Promise<AgentRecord | undefined> {
    const found = await records.read(agent).catch((error: unknown) => {
      // It has taken the lease.
      if (error instanceof NewerVersion) return undefined;
      throw error;
    });
    if (found?.lease?.owner !== owner || found.fence !== holder.fence) return undefined;
    return records.write(agent, { ...holder, beat: found.lease.beat }, wanted);
  }

  return {
    record,
    isClean,
    isWanted: () => successor !== undefined,
    async write(change, lastsMs = LEASE_MS) {
      const wanted = { ...change, until: clock.wallMs() + lastsMs };
      const written = (await records.write(agent, { ...holder, beat }, wanted)) ?? (await writeAgain(wanted));
      if (written?.lease === undefined) throw new LeaseLost();
      ({ beat, successor } = { successor: undefined, ...written.lease });
    },
    async release() {
      await records.release(agent, holder).catch(() => undefined);
    },
  };
}

function isSameSight(one: AgentRecord | undefined, other: AgentRecord | undefined): boolean {
  return one?.fence === other?.fence && one?.lease?.owner === other?.lease?.owner && one?.lease?.beat === other?.lease?.beat;
}
