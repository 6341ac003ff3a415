/** Lambda of `GET /v1/connections/{connection}`. */
import { composeConnections } from "../lib/composition/connections.ts";
import { parseConfig } from "../lib/config.ts";
import { createAuthenticator } from "../lib/http/authenticate.ts";
import { createDescribeConnection } from "../lib/http/describe-connection.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const log = createLog();
const connections = composeConnections(createSecrets(config.secretsPrefix));
const authenticate = createAuthenticator({ connections, log, now: SYSTEM_CLOCK.monotonicMs });

export const handler = createHttpHandler(createDescribeConnection(authenticate), {
  log,
  edge: { ...SYSTEM_CLOCK, publicBaseUrl: config.publicBaseUrl },
});
