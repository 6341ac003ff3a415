/** Nothing is paused. */
import type { Pauses } from "../../lib/transfer/pause.ts";

const NOT_PAUSED: Pauses = { holding: async () => [] };
export const HOLDING_NOTHING_BACK = { pauses: NOT_PAUSED } as const;
