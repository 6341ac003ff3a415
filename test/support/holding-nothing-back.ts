/** Nothing is paused, and no limit is reached. */
import type { Pauses } from "../../lib/transfer/pause.ts";
import type { RateLimits } from "../../lib/transfer/rate-limit.ts";

const NOT_PAUSED: Pauses = { holding: async () => [] };
const WITHIN_LIMITS: RateLimits = { count: async () => undefined };
export const HOLDING_NOTHING_BACK = { pauses: NOT_PAUSED, rateLimits: WITHIN_LIMITS } as const;
