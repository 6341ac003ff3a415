/** Lambda of `POST /v1/gateway-events/{gateway}/{agentId}`. */
import { composeCallEvents } from "../lib/composition/call-events.ts";
import { composeServiceTokens } from "../lib/composition/service-tokens.ts";
import { parseConfig } from "../lib/config.ts";
import { parseEvent } from "../lib/gateway/events.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createReceiveEvents } from "../lib/http/receive-events.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const tokens = composeServiceTokens(secrets);
const events = composeCallEvents(config, secrets, log);

const receiveEvents = createReceiveEvents({
  isFromGateway: tokens.isOf,
  deliver: (agent, given) => events.take(agent, given.map(parseEvent)),
});

export const handler = createHttpHandler(receiveEvents, { log, edge: { ...SYSTEM_CLOCK, publicBaseUrl: config.publicBaseUrl } });
