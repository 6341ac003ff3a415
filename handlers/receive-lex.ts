/** Lambda that Amazon Lex V2 invokes: connection `lex-{botId}-{botAliasId}`. */
import { composeConnections } from "../lib/composition/connections.ts";
import { composeRecords, composeStore } from "../lib/composition/records.ts";
import { composeTransfers } from "../lib/composition/transfers.ts";
import { parseConfig } from "../lib/config.ts";
import { SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createLexHandler } from "../lib/lex/handler.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const store = composeStore(config);

export const handler = createLexHandler({
  connections: composeConnections(secrets),
  transfers: composeTransfers({ config, secrets, store, openRecords: composeRecords(config, secrets, store), log }),
  log,
  clock: SYSTEM_CLOCK,
});
