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
import { createSeed, DEMO_KEY, SECRETS_PREFIX } from "../../dev/seed.ts";
import { startTlsFront } from "./tls-front.ts";
import { type Addresses, AGENT, SESSIONS_TABLE_NAME, USUAL_SECRETS } from "./world.ts";

/** No connection of the bench is proven by a token. */
const NO_ISSUER = "http://127.0.0.1:9";

const gateway = await startGatewaySimulator({ port: 0, controlPort: 0 });
const secrets = await startSecretsManagerEmulator({ port: 0, region: REGION });
const dynamoDb = await startLocalDynamoDb({
  port: 0,
  tables: { [SESSIONS_TABLE_NAME]: SESSIONS_TABLE, [LOCAL_RECORDS_TABLE]: RECORDS_TABLE },
});

const guid = gateway.guidOf(AGENT);
const { url, caPem } = gateway;
const seed = createSeed({ prefix: SECRETS_PREFIX, gatewayUrl: url, gatewayCa: caPem, guid, issuer: NO_ISSUER });
for (const [name, document] of seed) secrets.putSecret(name, document);
secrets.putSecret(USUAL_SECRETS.api, { apiKey: DEMO_KEY });
secrets.putSecret(USUAL_SECRETS.gateway, { url, ca: caPem, agentId: AGENT, guid });

const [, , awsCaFile = ""] = process.argv;
const authority = await createCertificateAuthority({ name: "AWS of the bench" });
await writeFile(awsCaFile, authority.caPem);
const certificate = await authority.issue({ hosts: ["localhost"] });
const [secretsFront, dynamoDbFront] = await Promise.all([secrets.url, dynamoDb.url].map((behind) => startTlsFront(behind, certificate)));
const addresses: Addresses = {
  controlUrl: gateway.controlUrl ?? "",
  secretsUrl: secretsFront?.url ?? "",
  dynamoDbUrl: dynamoDbFront?.url ?? "",
  awsCaFile,
};
process.send?.(addresses);
