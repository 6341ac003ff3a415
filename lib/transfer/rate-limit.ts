/** How many transfer requests a connection may make in a time, where it says so: one that runs away is held back before it reaches the gateway. */
import { TransferError } from "../errors.ts";
import type { RateLimit } from "./connection.ts";

export interface RateLimits {
  /** Counts one more. Undefined where the limit allows it; else how many seconds are left until the next time begins. Throws `store-unavailable`. */
  count(connectionName: string, limit: RateLimit, signal: AbortSignal): Promise<number | undefined>;
}

export function rateLimited({ requests, perSeconds }: RateLimit, leftSeconds: number): TransferError {
  return new TransferError("rate-limited", {
    reason: `more than ${requests} in ${perSeconds} s`,
    detail: `More than ${requests} transfer requests in ${perSeconds} s, the connection's rateLimit. Nothing was sent; repeat this delivery later.`,
    retryAfterSeconds: leftSeconds,
  });
}
