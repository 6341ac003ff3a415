/** Lambda of `PUT` and `DELETE /v1/agent-sessions/{gateway}/{agentId}`. */
import { composeHandedOverAgents } from "../lib/composition/accesses.ts";
import { parseConfig } from "../lib/config.ts";
import { createHandOver } from "../lib/http/agent-sessions.ts";
import { createAgentAuthenticator } from "../lib/http/authenticate-agent.ts";
import { createHttpHandler, SYSTEM_CLOCK } from "../lib/http/handler.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";
import { createDynamoDbSessions } from "../lib/sessions/dynamodb-sessions.ts";

const config = parseConfig(process.env);
const log = createLog();
const agents = composeHandedOverAgents(createSecrets(config.secretsPrefix));
const authenticate = createAgentAuthenticator({ agents, log, now: SYSTEM_CLOCK.monotonicMs });
const sessions = createDynamoDbSessions(config.sessionsTable, SYSTEM_CLOCK);

export const handler = createHttpHandler(createHandOver({ authenticate, sessions }), {
  log,
  edge: { ...SYSTEM_CLOCK, publicBaseUrl: config.publicBaseUrl },
});
