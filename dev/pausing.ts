/** The pauses of the local stack or a deployed one, for whoever sets them: by the table's clock, whatever this machine's says. */
import { randomUUID } from "node:crypto";
import { createDynamoDbStore } from "../lib/records/dynamodb-store.ts";
import { createPauseBook, type PauseBook } from "../lib/records/pause-book.ts";
import { useAccount } from "./chosen-account.ts";
import { LOCAL_RECORDS_TABLE } from "./dynamodb/local-dynamodb.ts";
import { REGION, SERVICE } from "./offline.ts";
import { parsePorts, StartError } from "./ports.ts";
import { SECRETS_PREFIX } from "./seed.ts";
import { readStoreClock } from "./store-clock.ts";

const LOCAL_RETENTION_DAYS = 30;
const DAY_SECONDS = 24 * 60 * 60;
/** Of what one command does at the table. */
const TIMEOUT_MS = 30_000;

export interface Pausing {
  readonly book: PauseBook;
  /** For what is done next: its time begins now. */
  readonly newSignal: () => AbortSignal;
  /** Of the secrets of its connections, agents and gateways. */
  readonly secretsPrefix: string;
  /** By which this machine's clock is ahead of the table's. */
  readonly aheadMs: number;
}

interface Which {
  /** Of a deployed stack; the local one's where there is none. */
  readonly stage: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

/** Of a deployed stack it needs the table alone: it stops one of another version, too. */
export async function openPauses({ stage, region, profile }: Which): Promise<Pausing> {
  if (stage !== undefined) useAccount({ region, profile });
  const { table, retentionDays, secretsPrefix } = stage === undefined ? toLocal() : await findDeployed(stage);
  const newSignal = () => AbortSignal.timeout(TIMEOUT_MS);
  const { wallMs, aheadMs } = await readStoreClock(table, newSignal());
  const store = createDynamoDbStore(table, { wallMs });
  const book = createPauseBook({ store, wallMs, newId: randomUUID, retentionSeconds: retentionDays * DAY_SECONDS });
  return { book, newSignal, secretsPrefix, aheadMs };
}

interface Place {
  readonly table: string;
  readonly retentionDays: number;
  readonly secretsPrefix: string;
}

function toLocal(): Place {
  const { dynamodb, secrets } = parsePorts(process.env);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${dynamodb}`;
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = `http://127.0.0.1:${secrets}`;
  Object.assign(process.env, { AWS_REGION: REGION, AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" });
  return { table: LOCAL_RECORDS_TABLE, retentionDays: LOCAL_RETENTION_DAYS, secretsPrefix: SECRETS_PREFIX };
}

/** The table that the functions use: theirs tell. */
async function findDeployed(stage: string): Promise<Place> {
  const FunctionName = `${SERVICE}-${stage}-receive-transfer`;
  // Whoever pauses the local stack does without it.
  const { GetFunctionConfigurationCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient({});
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const {
      CCGW_RECORDS_TABLE: table,
      CCGW_RETENTION_DAYS: days = "",
      CCGW_SECRETS_PREFIX: secretsPrefix = "",
    } = Environment?.Variables ?? {};
    if (table === undefined || !/^\d+$/.test(days)) throw new StartError(`${FunctionName} does not say which table has its records.`);
    return { table, retentionDays: Number(days), secretsPrefix };
  } finally {
    client.destroy();
  }
}
