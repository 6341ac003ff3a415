/** Lambda of `POST /v1/transfers/{connection}`. */
import { composeConnections } from "../lib/composition/connections.ts";
import { composeTransfers } from "../lib/composition/transfers.ts";
import { parseConfig } from "../lib/config.ts";
import { createAuthenticator } from "../lib/http/authenticate.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createReceiveTransfer } from "../lib/http/receive-transfer.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const authenticate = createAuthenticator({ connections: composeConnections(secrets), log, now: SYSTEM_CLOCK.monotonicMs });

export const handler = createHttpHandler(createReceiveTransfer({ authenticate, transfers: composeTransfers(config, secrets, log), log }), {
  log,
  edge: { ...SYSTEM_CLOCK, publicBaseUrl: config.publicBaseUrl },
});
