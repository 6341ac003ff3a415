/** Which pauses hold, from the table of records: one batch read, kept for some seconds. Writes nothing. */
import { type Pause, type PauseScope, type Pauses, toReason } from "../transfer/pause.ts";
import { NewerVersion } from "../transfer/schema-version.ts";
import { isKnownItem } from "./known-item.ts";
import type { RecordItem } from "./record-item.ts";
import type { RecordBatches } from "./record-store.ts";

/** With the longest deadline, 25 s: whatever was asked for before an instance hears of a pause is sent within 30 s of it, or not at all. */
export const KEPT_MS = 5_000;
/** A caller that names agents as it likes takes no more of the memory. */
const ENTRIES_MAX = 1_000;

interface Reading {
  readonly begunAt: number;
  readonly items: Promise<readonly RecordItem[]>;
}

interface PausesOptions {
  readonly store: RecordBatches;
  /** An instance that stood still has to read again: its monotonic clock may have stood still with it. */
  readonly wallMs: () => number;
  /** Of one that holds, when this instance meets it first. */
  readonly tell: (pause: Pause) => void;
}

export function createPauses({ store, wallMs, tell }: PausesOptions): Pauses {
  const readings = new Map<string, Reading>();
  /** Of each scope the last one that was told: as many as an operator has paused. */
  const met = new Map<PauseScope, string>();

  function isFresh({ begunAt }: Reading): boolean {
    const ageMs = wallMs() - begunAt;
    return ageMs >= 0 && ageMs < KEPT_MS;
  }

  function begin(name: string, scopes: readonly PauseScope[], signal: AbortSignal): Promise<readonly RecordItem[]> {
    const reading = { begunAt: wallMs(), items: store.getEach(scopes.map(toPauseId), signal) };
    readings.delete(name);
    readings.set(name, reading);
    const [first] = readings.keys();
    if (readings.size > ENTRIES_MAX && first !== undefined) readings.delete(first);
    return reading.items;
  }

  async function read(scopes: readonly PauseScope[], signal: AbortSignal): Promise<readonly RecordItem[]> {
    const name = scopes.join(" ");
    const kept = readings.get(name);
    const shared = kept !== undefined && isFresh(kept) ? await kept.items.catch(() => undefined) : undefined;
    // One that failed is none: who began it may have had less time.
    return shared ?? begin(name, scopes, signal);
  }

  function meet(pause: Pause): void {
    const reason = toReason(pause);
    if (met.get(pause.scope) === reason) return;
    met.set(pause.scope, reason);
    tell(pause);
  }

  return {
    async holding(scopes, signal) {
      const items = await read(scopes, signal);
      // One that may hold, in a way that this version does not know.
      if (!items.every(isKnownItem)) throw new NewerVersion("record");
      const nowMs = wallMs();
      const pauses = items.flatMap((item) => toPause(item) ?? []).filter(({ until }) => until === undefined || Date.parse(until) > nowMs);
      pauses.forEach(meet);
      return pauses;
    },
  };
}

/** Not hashed: an operator pauses without the keys, and no scope names a customer. */
export function toPauseId(scope: PauseScope): string {
  return `pause:${scope}`;
}

function toPause(item: RecordItem): Pause | undefined {
  if (item.kind !== "pause") return undefined;
  const { scope, firstSeenAt: since, until } = item;
  return { scope, since, until };
}
