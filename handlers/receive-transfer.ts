/** Lambda of `POST /v1/transfers/{connection}`. */
import { composeConnections } from "../lib/composition/connections.ts";
import { composeConversations } from "../lib/composition/conversations.ts";
import { composeRecords, composeShapes, composeStore } from "../lib/composition/records.ts";
import { composeStatusTokens } from "../lib/composition/status-tokens.ts";
import { composeTransfers } from "../lib/composition/transfers.ts";
import { parseConfig } from "../lib/config.ts";
import { createAuthenticator } from "../lib/http/authenticate.ts";
import { createCapture } from "../lib/http/capture.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createReceiveTransfer } from "../lib/http/receive-transfer.ts";
import { createStatusUrls } from "../lib/http/status-url.ts";
import { createTellConversation } from "../lib/http/tell-conversation.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const { publicBaseUrl } = config;
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const store = composeStore(config);
const openRecords = composeRecords(config, secrets, store);
const receiveTransfer = createReceiveTransfer({
  authenticate: createAuthenticator({ connections: composeConnections(secrets), log, now: SYSTEM_CLOCK.monotonicMs }),
  transfers: composeTransfers({ config, secrets, store, openRecords, log }),
  statusUrls: createStatusUrls({ tokens: composeStatusTokens(config, secrets), publicBaseUrl, log }),
  tellConversation: createTellConversation({ conversations: composeConversations(config, openRecords, log), log }),
  capture: createCapture({ shapes: composeShapes(store), log }),
  log,
});

export const handler = createHttpHandler(receiveTransfer, { log, edge: { ...SYSTEM_CLOCK, publicBaseUrl } });
