/** Lambda of `GET /v1/transfers/{connection}/{transferId}`. */
import { composeConnections } from "../lib/composition/connections.ts";
import { composeFindTransfer } from "../lib/composition/records.ts";
import { RUNNING_CLOCK } from "../lib/composition/running-clock.ts";
import { composeStatusTokens } from "../lib/composition/status-tokens.ts";
import { parseConfig } from "../lib/config.ts";
import { createAuthenticator } from "../lib/http/authenticate.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createReadTransfer } from "../lib/http/read-transfer.ts";
import { createProveByAddress, createStatusUrls } from "../lib/http/status-url.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const { publicBaseUrl } = config;
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const tokens = composeStatusTokens(config, secrets);
const authenticate = createAuthenticator({
  connections: composeConnections(secrets),
  log,
  now: SYSTEM_CLOCK.monotonicMs,
  proveByAddress: createProveByAddress(tokens),
});
const readTransfer = createReadTransfer({
  authenticate,
  find: composeFindTransfer(config, secrets),
  statusUrls: createStatusUrls({ tokens, publicBaseUrl, log }),
  sleep: RUNNING_CLOCK.sleep,
});

export const handler = createHttpHandler(readTransfer, { log, edge: { ...SYSTEM_CLOCK, publicBaseUrl } });
