/** Lambda of every request that no other route takes. */
import { parseConfig } from "../lib/config.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { unrouted } from "../lib/http/unrouted.ts";
import { createLog } from "../lib/log.ts";

const { publicBaseUrl } = parseConfig(process.env);

export const handler = createHttpHandler(unrouted, { log: createLog(), edge: { ...SYSTEM_CLOCK, publicBaseUrl } });
