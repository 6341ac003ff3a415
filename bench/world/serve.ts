/**
 * The process of what all contenders meet: the gateway simulator and, behind TLS, the emulators of AWS, on ports given by the system. Says where they are, over its
 * channel. Its argument is the file that AWS's authority goes into: over http, the SDK would load what it never does on Lambda.
 */
import { writeFile } from "node:fs/promises";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { LOCAL_RECORDS_TABLE, RECORDS_TABLE, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { REGION } from "../../dev/offline.ts";
import { startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { createSeed, DEMO_CONNECTION, DEMO_KEY, SECRETS_PREFIX } from "../../dev/seed.ts";
import { startTokenIssuer } from "../../dev/token-issuer.ts";
import { startTlsFront } from "./tls-front.ts";
import { type Addresses, AGENT, MAPPED_CONNECTION, SESSIONS_TABLE_NAME, USUAL_SECRETS } from "./world.ts";

/** As docs/connect/zendesk.md has one: fields of the ticket become call data. */
const MAPPING = `{
  "callId": body.ccgw_call_id,
  "target": { "type": "agent", "address": "205" },
  "caller": body.ccgw_caller,
  "callDataFields": { "ticket": body.ticket_id, "status": body.ticket_status, "link": body.ticket_link },
  "reference": "zendesk-" & body.ticket_id,
  "deliveryId": body.ccgw_call_id & "/agent"
}`;
/** Where AWS's authority goes into, and how many connections there are beside those of the local stack. */
const [, , awsCaFile = "", connections = "0"] = process.argv;

const gateway = await startGatewaySimulator({ port: 0, controlPort: 0 });
const secrets = await startSecretsManagerEmulator({ port: 0, region: REGION });
const dynamoDb = await startLocalDynamoDb({
  port: 0,
  tables: { [SESSIONS_TABLE_NAME]: SESSIONS_TABLE, [LOCAL_RECORDS_TABLE]: RECORDS_TABLE },
});

const issuer = await startTokenIssuer({ port: 0 });

const guid = gateway.guidOf(AGENT);
const { url, caPem } = gateway;
const seed = createSeed({ prefix: SECRETS_PREFIX, gatewayUrl: url, gatewayCa: caPem, guid, issuer: issuer.url });
for (const [name, document] of seed) secrets.putSecret(name, document);
secrets.putSecret(`${SECRETS_PREFIX}/connections/${MAPPED_CONNECTION}`, { ...findSeed("demo-zendesk"), mapping: MAPPING });
for (let at = 0; at < Number(connections); at += 1)
  secrets.putSecret(`${SECRETS_PREFIX}/connections/bench-${at}`, findSeed(DEMO_CONNECTION));
secrets.putSecret(USUAL_SECRETS.api, { apiKey: DEMO_KEY });
secrets.putSecret(USUAL_SECRETS.gateway, { url, ca: caPem, agentId: AGENT, guid });

const authority = await createCertificateAuthority({ name: "AWS of the bench" });
await writeFile(awsCaFile, authority.caPem);
const certificate = await authority.issue({ hosts: ["localhost"] });
const [secretsFront, dynamoDbFront] = await Promise.all([secrets.url, dynamoDb.url].map((behind) => startTlsFront(behind, certificate)));
const addresses: Addresses = {
  controlUrl: gateway.controlUrl ?? "",
  secretsUrl: secretsFront?.url ?? "",
  dynamoDbUrl: dynamoDbFront?.url ?? "",
  awsCaFile,
  issuerUrl: issuer.url,
  gateway: { url, ca: caPem, guid },
};
process.send?.(addresses);

function findSeed(connection: string): object {
  const [, document] = seed.find(([name]) => name === `${SECRETS_PREFIX}/connections/${connection}`) ?? [];
  if (typeof document !== "object" || document === null) throw new Error(`no connection ${connection}`);
  return document;
}
