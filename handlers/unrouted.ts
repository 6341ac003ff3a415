/** Lambda of every request that no other route takes. */
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { unrouted } from "../lib/http/unrouted.ts";
import { createLog } from "../lib/log.ts";

export const handler = createHttpHandler(unrouted, { log: createLog(), clock: SYSTEM_CLOCK });
