/** Lambda that Amazon Lex V2 invokes: connection `lex-{botId}-{botAliasId}`. */
import { parseConfig } from "../lib/config.ts";
import { createGatewayClient } from "../lib/gateway/client.ts";
import { AgentSession, GatewaySite } from "../lib/gateway/site.ts";
import { createTransferGateway } from "../lib/gateway/transfer-gateway.ts";
import { SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createLexHandler } from "../lib/lex/handler.ts";
import { createLog } from "../lib/log.ts";
import { createMemoryRecords } from "../lib/records/memory-records.ts";
import { createSecretLookup } from "../lib/secrets/secret-lookup.ts";
import { createSecretReader } from "../lib/secrets/secrets-manager.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import { createTransferService } from "../lib/transfer/service.ts";

const { secretsPrefix } = parseConfig(process.env);
const now = SYSTEM_CLOCK.monotonicMs;
const read = createSecretReader(secretsPrefix);

const connections = createSecretLookup({ read, folder: "connections", schema: ConfiguredConnection, ttlMs: 60_000, now });
const sites = createSecretLookup({ read, folder: "gateways", schema: GatewaySite, ttlMs: 60_000, now });
// A Guid may be replaced every minute: short, and a refused one is read anew at once.
const agents = createSecretLookup({ read, folder: "agents", schema: AgentSession, ttlMs: 10_000, now });

const gateway = createTransferGateway({ sites, agents, post: createGatewayClient(), now });
const transfers = createTransferService({ gateway, records: createMemoryRecords({ now }) });

export const handler = createLexHandler({ connections, transfers, log: createLog(), clock: SYSTEM_CLOCK });
