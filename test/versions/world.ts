/** One pair of tables, one queue and one gateway, and the versions that share them: the current one, and the one before as it was frozen. */
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { vi } from "vitest";
import { RECORDS_TABLE, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { openVersion } from "./surface.ts";
import type { OpenVersion, Version } from "./version.ts";

export const ACCEPTED = { state: "accepted", gateway: { retcode: "0", message: "success" } };
const KEY = "key-of-the-records-for-tests-alone";

/** Frozen code has no types of its own: `Version` is what was kept to when it was frozen. */
const previous: { readonly openVersion: OpenVersion } = await import(new URL("./previous/version.mjs", import.meta.url).href);

export const VERSIONS = { previous: previous.openVersion, current: openVersion } as const;
export type VersionName = keyof typeof VERSIONS;

export type Item = Readonly<Record<string, unknown>>;

export interface SharedWorld {
  readonly tables: { readonly records: string; readonly sessions: string };
  readonly clock: ReturnType<typeof createManualClock>;
  /** Calls that the gateway was asked to transfer, each time. */
  readonly ledger: readonly string[];
  readonly messages: readonly string[];
  /** How the gateway answers each POST from now on. */
  answer(answer: () => unknown): void;
  open(version: VersionName, keys?: readonly [string, ...string[]]): Version;
  items(table: string): Promise<readonly Item[]>;
  /** As whoever wrote it did, whatever it says. */
  plant(table: string, item: Item): Promise<void>;
}

export interface Versions {
  /** With empty tables of its own. */
  startWorld(): SharedWorld;
  stop(): Promise<void>;
}

/** How many worlds one server has. */
const WORLDS_MAX = 50;

export async function startVersions(): Promise<Versions> {
  const names = Array.from({ length: WORLDS_MAX }, (_, at) => ({ records: `records-${at}`, sessions: `sessions-${at}` }));
  const tables = Object.fromEntries(
    names.flatMap(({ records, sessions }) => [
      [records, RECORDS_TABLE],
      [sessions, SESSIONS_TABLE],
    ]),
  );
  const dynamoDb = await startLocalDynamoDb({ port: 0, tables });
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.url);
  const client = new DynamoDBClient({});
  return {
    startWorld() {
      const mine = names.pop();
      if (mine === undefined) throw new Error("no tables are left");
      return toWorld(client, mine);
    },
    async stop() {
      client.destroy();
      vi.unstubAllEnvs();
      await dynamoDb.stop();
    },
  };
}

function toWorld(client: DynamoDBClient, tables: SharedWorld["tables"]): SharedWorld {
  const clock = createManualClock();
  const ledger: string[] = [];
  const messages: string[] = [];
  let answered: () => unknown = () => ACCEPTED;
  let ids = 0;
  const send = (callId: string) => {
    ledger.push(callId);
    return answered();
  };
  const newId = () => {
    ids += 1;
    return `id-${ids}`;
  };
  return {
    ...{ tables, clock, ledger, messages },
    answer(answer) {
      answered = answer;
    },
    open(version, keys = [KEY]) {
      return VERSIONS[version]({ tables, wallMs: clock.wallMs, keys, newId, send, enqueue: (body) => void messages.push(body) });
    },
    async items(TableName) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Items.map((item) => unmarshall(item)).sort((one, other) => keyOf(one).localeCompare(keyOf(other)));
    },
    async plant(TableName, item) {
      await client.send(new PutItemCommand({ TableName, Item: marshall(item) }));
    },
  };
}

function keyOf({ id, agent }: Item): string {
  return String(id ?? agent);
}
