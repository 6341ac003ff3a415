/** Everything that agents' sessions at the gateways are kept with. */
import type { Config } from "../config.ts";
import { AgentAccess } from "../gateway/agent-access.ts";
import { createAgentConnector } from "../gateway/agent-connection.ts";
import { createCertificateWatch } from "../gateway/certificate-watch.ts";
import { createGatewayClient } from "../gateway/client.ts";
import { GatewaySite } from "../gateway/site.ts";
import type { Log } from "../log.ts";
import { parseSecret } from "../secrets/secret-document.ts";
import { createSecretLookup } from "../secrets/secret-lookup.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { createDynamoDbSessions } from "../sessions/dynamodb-sessions.ts";
import { createManagedAgents } from "../sessions/managed-agents.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";
import { composeServiceTokens } from "./service-tokens.ts";

/** A changed gateway is in use within a minute. */
export const GATEWAYS_TTL_MS = 60_000;

export function composeAgents({ publicBaseUrl, sessionsTable }: Config, secrets: Secrets, log: Log) {
  const { wallMs, monotonicMs: now } = RUNNING_CLOCK;
  const certificates = createCertificateWatch({ log, clock: RUNNING_CLOCK });
  const sites = certificates.named(
    createSecretLookup({ read: secrets.read, folder: "gateways", schema: GatewaySite, ttlMs: GATEWAYS_TTL_MS, now }),
  );
  const tokens = composeServiceTokens(secrets);
  const send = createGatewayClient({ onCertificate: certificates.measure });
  const connect = createAgentConnector({
    sites,
    pushTarget: async (agent, signal) => ({
      callBackUri: `${publicBaseUrl}/v1/gateway-events/${agent.gateway}/${agent.agentId}`,
      serviceToken: await tokens.of(agent, signal),
    }),
    send,
    wallMs,
  });
  const open = createManagedAgents({
    async read(name) {
      const path = `agents/${name}`;
      const found = await secrets.readVersion(path);
      if (found === undefined) return undefined;
      return { access: await parseSecret(found.text, path, AgentAccess), versionId: found.versionId };
    },
    connect,
  });
  return { sites, send, open, records: createDynamoDbSessions(sessionsTable, { wallMs }) };
}
