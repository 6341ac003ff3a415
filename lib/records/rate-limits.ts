/** Counts the transfer requests of a connection in the table of records: an item for each connection and time, one conditional update each request. */
import type { RateLimits } from "../transfer/rate-limit.ts";
import type { Counters } from "./record-store.ts";

/** Clocks of instances differ. */
const KEPT_SECONDS = 60;

interface RateLimitsOptions {
  readonly store: Counters;
  readonly wallMs: () => number;
}

/** Times follow upon each other without a gap: at the border of two, up to twice as many may come within one. */
export function createRateLimits({ store, wallMs }: RateLimitsOptions): RateLimits {
  return {
    async count(connectionName, { requests, perSeconds }, signal) {
      const nowMs = wallMs();
      const number = Math.floor(nowMs / (perSeconds * 1_000));
      const endsAt = (number + 1) * perSeconds;
      const counter = { id: `count:${connectionName}:${perSeconds}:${number}`, expiresAt: endsAt + KEPT_SECONDS };
      if (await store.count(counter, requests, signal)) return undefined;
      return Math.ceil(endsAt - nowMs / 1_000);
    },
  };
}
