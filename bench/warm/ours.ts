/** The transfer function as handlers/receive-transfer.ts has it, over records in memory and secrets that are read once: all that it does itself, and no wait for AWS. */
import { composeConnections } from "../../lib/composition/connections.ts";
import { composeConversations } from "../../lib/composition/conversations.ts";
import { composeRecords, composeShapes } from "../../lib/composition/records.ts";
import { RUNNING_CLOCK } from "../../lib/composition/running-clock.ts";
import { composeStatusTokens } from "../../lib/composition/status-tokens.ts";
import { composeTransfers } from "../../lib/composition/transfers.ts";
import { parseConfig } from "../../lib/config.ts";
import { createAuthenticator } from "../../lib/http/authenticate.ts";
import { createCapture } from "../../lib/http/capture.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../../lib/http/handler.ts";
import { createReceiveTransfer } from "../../lib/http/receive-transfer.ts";
import { createStatusUrls } from "../../lib/http/status-url.ts";
import { createTellConversation } from "../../lib/http/tell-conversation.ts";
import { createLog } from "../../lib/log.ts";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import { createSecrets, type Secrets, type SecretVersion } from "../../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const { publicBaseUrl } = config;
const log = createLog();
const secrets = readOnce(createSecrets(config.secretsPrefix));
const store = createMemoryStore(RUNNING_CLOCK);
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

/** What is parsed of them expires as ever. */
function readOnce({ readVersion, list }: Secrets): Secrets {
  const kept = new Map<string, Promise<SecretVersion | undefined>>();
  async function readKept(name: string): Promise<SecretVersion | undefined> {
    const version = kept.get(name) ?? readVersion(name);
    kept.set(name, version);
    return version;
  }
  return { read: async (name) => (await readKept(name))?.text, readVersion: readKept, list };
}
