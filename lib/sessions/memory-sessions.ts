/**
 * What is known of agents within one process: for tests and simulations. Another process, or a new instance of a function, knows nothing of it. Nothing is
 * forgotten before its time, so its size is bounded by what is asked of it alone.
 */
import type { AgentKey, AgentRecord, HandedOverSessions, Holder, LiveSession, SessionRecords } from "./agent-record.ts";

/** Of what nobody has written since. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

interface MemoryRecord extends AgentRecord {
  /** Also of a session that was ended. */
  readonly renewedAt?: number | undefined;
}

/** `wallMs` is in ms since 1970. */
export function createMemorySessions({ wallMs }: { readonly wallMs: () => number }): SessionRecords & HandedOverSessions {
  const kept = new Map<AgentKey, { readonly record: MemoryRecord; readonly expiresAt: number }>();
  const counts = new Map<string, number>();

  function look(agent: AgentKey): MemoryRecord | undefined {
    const entry = kept.get(agent);
    return entry !== undefined && entry.expiresAt > wallMs() ? entry.record : undefined;
  }

  /** Of whoever holds the lease now. */
  function lookAsOwner(agent: AgentKey, { owner, fence }: Holder): MemoryRecord | undefined {
    const record = look(agent);
    return record?.lease?.owner === owner && record.fence === fence ? record : undefined;
  }

  function keep(agent: AgentKey, record: MemoryRecord): AgentRecord {
    kept.set(agent, { record, expiresAt: wallMs() + KEPT_MS });
    return toKnown(record);
  }

  return {
    async read(agent) {
      const record = look(agent);
      return record && toKnown(record);
    },

    async takeLease(agent, { owner, until }, seen) {
      const record = look(agent);
      const fence = (seen?.fence ?? 0) + 1;
      if (isAsSeen(record, seen)) return keep(agent, { ...record, lease: { owner, until, beat: 1 }, fence });
      const own = lookAsOwner(agent, { owner, fence });
      return own && toKnown(own);
    },

    async announce(agent, successor, holder) {
      const record = lookAsOwner(agent, holder);
      if (record?.lease === undefined) return false;
      keep(agent, { ...record, lease: { ...record.lease, successor } });
      return true;
    },

    async write(agent, holder, { until, session, attempt, password }) {
      const record = lookAsOwner(agent, holder);
      if (record?.lease?.beat !== holder.beat) return undefined;
      const lease = { ...record.lease, until, beat: record.lease.beat + 1 };
      return keep(agent, {
        ...record,
        ...(session === undefined ? {} : toHeld(session, record)),
        lease,
        attempt: attempt ?? record.attempt,
        password: password ?? record.password,
      });
    },

    async release(agent, holder) {
      const record = lookAsOwner(agent, holder);
      if (record !== undefined) keep(agent, { ...record, lease: undefined });
    },

    async handOver(agent, session) {
      const record = look(agent);
      if (record?.renewedAt !== undefined && record.renewedAt >= session.renewedAt) return false;
      keep(agent, { fence: 0, ...record, ...toHeld(session, record) });
      return true;
    },

    async end(agent) {
      const record = look(agent);
      if (record?.renewedAt !== undefined) keep(agent, { ...record, ...toHeld(null, record) });
    },

    async count(agent, nowMs) {
      const key = `${agent}#${Math.floor(nowMs / 60_000)}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    },
  };
}

/** When the last one was renewed stays: an older session that arrives late is then known as one. */
function toHeld(session: LiveSession | null, known: MemoryRecord | undefined): Pick<MemoryRecord, "session" | "renewedAt"> {
  return session === null ? { session: undefined, renewedAt: known?.renewedAt } : { session, renewedAt: session.renewedAt };
}

function isAsSeen(record: MemoryRecord | undefined, seen: AgentRecord | undefined): boolean {
  if (record === undefined || seen === undefined) return record === seen;
  return record.fence === seen.fence && record.lease?.owner === seen.lease?.owner && record.lease?.beat === seen.lease?.beat;
}

function toKnown({ session, lease, fence, attempt, password }: MemoryRecord): AgentRecord {
  return { session, lease, fence, attempt, password };
}
