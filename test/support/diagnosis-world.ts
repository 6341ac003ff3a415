/** What a diagnosis looks at, on loopback: a gateway, Secrets Manager and the table of sessions, and the checks as the command and the function run them. */
import { onTestFinished, vi } from "vitest";
import { type LocalDynamoDb, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { composeDiagnosis } from "../../lib/composition/diagnosis.ts";
import type { Asked, Diagnose } from "../../lib/diagnosis/diagnose.ts";
import type { CheckName, Finding } from "../../lib/diagnosis/finding.ts";
import { createSecrets } from "../../lib/secrets/secrets-manager.ts";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { openLocalPlace } from "./local-place.ts";

const TABLE = "ccgw-local-sessions";
export const PREFIX = "ccgw/local";
/** In every place of a document that has a secret. */
export const CANARY = "canary-of-a-secret-0123456789";
export const WHSEC = `whsec_${Buffer.from(CANARY).toString("base64")}`;

export interface DiagnosisWorld {
  readonly gateway: GatewaySimulator;
  readonly secrets: SecretsManagerEmulator;
  readonly dynamoDb: LocalDynamoDb;
  readonly sessions: ReturnType<typeof createDynamoDbSessions>;
  readonly diagnose: Diagnose;
  /** Ports of the local stack, as the command reads them. */
  readonly ports: Readonly<Record<string, string>>;
  /** A document, for as long as the test runs. */
  put(path: string, document: object): void;
  versionOf(path: string): Promise<string>;
  /** All findings, or those of one check. */
  look(asked?: Partial<Asked>, name?: CheckName): Promise<readonly Finding[]>;
  stop(): Promise<void>;
}

export async function startDiagnosisWorld(wallMs = Date.now): Promise<DiagnosisWorld> {
  const gateway = await startGatewaySimulator({ port: 0 });
  const secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1" });
  const dynamoDb = await startLocalDynamoDb({ port: 0, tables: { [TABLE]: SESSIONS_TABLE } });
  const ports = { SECRETS_MANAGER_PORT: new URL(secrets.url).port, DYNAMODB_PORT: new URL(dynamoDb.url).port };
  const { config } = await openLocalPlace(ports);
  const diagnose = composeDiagnosis(config, wallMs);
  for (const key of ["events", "records", "status"]) keep(`keys/${key}`, { value: `${CANARY}-of-the-key-of-${key}` });

  function keep(path: string, document: object): void {
    secrets.putSecret(`${PREFIX}/${path}`, { schemaVersion: 1, ...document });
  }

  return {
    gateway,
    secrets,
    dynamoDb,
    sessions: createDynamoDbSessions(TABLE, { wallMs: Date.now }),
    diagnose,
    ports,
    put(path, document) {
      keep(path, document);
      onTestFinished(() => secrets.deleteSecret(`${PREFIX}/${path}`));
    },
    versionOf: async (path) => (await createSecrets(PREFIX).readVersion(path))?.versionId ?? "",
    async look(asked = {}, name) {
      const found: Finding[] = [];
      for await (const { findings } of diagnose({ deadline: deadlineOf(20_000), ...asked })) found.push(...(await findings));
      return name === undefined ? found : found.filter((finding) => finding.name === name);
    },
    async stop() {
      await dynamoDb.stop();
      await secrets.stop();
      await gateway.stop();
      vi.unstubAllEnvs();
    },
  };
}

export function deadlineOf(ms: number) {
  return { remainingMs: () => ms, signal: new AbortController().signal };
}
