/** Lambda of `GET /v1/connections/{connection}`. */
import { parseConfig } from "../lib/config.ts";
import { createAuthenticator } from "../lib/http/authenticate.ts";
import { createDescribeConnection } from "../lib/http/describe-connection.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createLog } from "../lib/log.ts";
import { createSecretLookup } from "../lib/secrets/secret-lookup.ts";
import { createSecretReader } from "../lib/secrets/secrets-manager.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";

const config = parseConfig(process.env);
const log = createLog();
const read = createSecretReader(config.secretsPrefix);
const now = SYSTEM_CLOCK.monotonicMs;
const connections = createSecretLookup({ read, folder: "connections", schema: ConfiguredConnection, ttlMs: 60_000, now });

export const handler = createHttpHandler(createDescribeConnection(createAuthenticator({ connections, log, now })), {
  log,
  edge: { ...SYSTEM_CLOCK, publicBaseUrl: config.publicBaseUrl },
});
