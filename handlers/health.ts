/** Lambda of `GET /v1/health`. */
import { parseConfig } from "../lib/config.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createHealth } from "../lib/http/health.ts";
import { createLog } from "../lib/log.ts";

const { version, publicBaseUrl } = parseConfig(process.env);

export const handler = createHttpHandler(createHealth(version), { log: createLog(), edge: { ...SYSTEM_CLOCK, publicBaseUrl } });
