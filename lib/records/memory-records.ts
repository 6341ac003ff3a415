/**
 * The claims and records of transfers within one process: for local use and tests. Another process, or a new instance of a function, knows nothing of
 * them, so it does not make a deployment safe against repeats.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery } from "../transfer/delivery.ts";
import type { Claim, RecordState, Records, Settled } from "../transfer/service.ts";

/** Longer than the time-out of the function that holds the claim (28 s): whoever held it then is gone. */
const LEASE_MS = 35_000;
/** How often one that is in progress is looked at. */
const POLL_MS = 50;
/** Kept back for rendering the answer of one that waited in vain. */
const WAIT_RESERVE_MS = 300;
/** Bounds the memory. The oldest are forgotten first, which a store that outlives the process does not do. */
const RECORDS_MAX = 10_000;

interface MemoryRecord {
  readonly fingerprint: string;
  readonly state: "open" | Held | Settled;
}

interface Held {
  readonly nonce: string;
  readonly leaseEndsAt: number;
  /** The result once the lease has run out: it may have been sent, and is never taken over. */
  readonly abandoned: Settled;
}

/** `now` is monotonic, in ms. */
export function createMemoryRecords({ now }: { readonly now: () => number }): Records {
  const records = new Map<string, MemoryRecord>();
  /** Of an alias, and of a delivery that an alias has shown to be another one. */
  const keys = new Map<string, string>();

  function keyOf(delivery: Delivery): string {
    const { key: own, alias } = delivery;
    const key = (alias === undefined ? undefined : keys.get(alias)) ?? keys.get(nameOf(delivery)) ?? own;
    if (alias !== undefined) keep(keys, alias, key);
    return key;
  }

  /** From then on it is that one under its own name, too: of a delivery that asks for what the one of that key does. */
  function adopt(delivery: Delivery, key: string): void {
    if (key !== delivery.key && records.get(key)?.fingerprint === delivery.fingerprint) keep(keys, nameOf(delivery), key);
  }

  function look(key: string): RecordState | undefined {
    const record = records.get(key);
    if (record === undefined) return undefined;
    const { fingerprint, state } = record;
    if (state === "open") return { kind: "open", fingerprint };
    if (!("nonce" in state)) return { kind: "settled", fingerprint, result: state };
    if (now() >= state.leaseEndsAt) return { kind: "settled", fingerprint, result: state.abandoned };
    return { kind: "in-progress", fingerprint, transferId: state.abandoned.transferId };
  }

  function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
    // At the end: what is in use is not the oldest.
    map.delete(key);
    map.set(key, value);
    const [oldest] = map.keys();
    if (map.size > RECORDS_MAX && oldest !== undefined) map.delete(oldest);
  }

  return {
    async read(delivery, { remainingMs, signal }) {
      for (;;) {
        const key = keyOf(delivery);
        const state = look(key);
        adopt(delivery, key);
        if (state?.kind !== "in-progress" || signal.aborted || remainingMs() <= WAIT_RESERVE_MS + POLL_MS) return state;
        await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
      }
    },

    async claim(delivery, pending) {
      const { fingerprint } = delivery;
      const key = keyOf(delivery);
      const state = look(key);
      if (state !== undefined && (!isOpen(state) || state.fingerprint !== fingerprint)) return undefined;
      const claim: Claim = { transferId: randomUUID(), key, nonce: randomUUID() };
      const abandoned: Settled = { ...pending, transferId: claim.transferId, replayed: false, state: "unknown", code: "gateway-timeout" };
      keep(records, key, { fingerprint, state: { nonce: claim.nonce, leaseEndsAt: now() + LEASE_MS, abandoned } });
      adopt(delivery, key);
      return claim;
    },

    async finish({ key, nonce }, ending) {
      const record = records.get(key);
      if (record === undefined || record.state === "open" || !("nonce" in record.state) || record.state.nonce !== nonce) return;
      keep(records, key, { ...record, state: ending });
    },
  };
}

/** With what it asks for: a name that is not signed can be given to anything, and must lead nothing else away. */
function nameOf({ key, fingerprint }: Delivery): string {
  return JSON.stringify([key, fingerprint]);
}

/** Nothing was moved, and nobody is moving it. */
function isOpen(state: RecordState): boolean {
  return state.kind === "open" || (state.kind === "settled" && state.result.state === "refused");
}
