/**
 * A DynamoDB for local development and tests: dynalite on 127.0.0.1, in memory, for the unmodified SDK (AWS_ENDPOINT_URL_DYNAMODB). Signatures are not
 * verified, nothing expires by itself, and there are no transactions.
 */
import { once } from "node:events";
import { Server } from "node:http";
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from "@aws-sdk/client-dynamodb";

const LOOPBACK = "127.0.0.1";

type TableDefinition = Omit<CreateTableCommandInput, "TableName">;

/** As serverless.yml names it for the stage `local`. */
export const LOCAL_RECORDS_TABLE = "ccgw-local-records";

/** As serverless.yml has it, but for the time to live, which dynalite does not know. */
export const SESSIONS_TABLE: TableDefinition = {
  AttributeDefinitions: [{ AttributeName: "agent", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "agent", KeyType: "HASH" }],
  BillingMode: "PAY_PER_REQUEST",
};

/** Likewise. */
export const RECORDS_TABLE: TableDefinition = {
  AttributeDefinitions: [
    { AttributeName: "id", AttributeType: "S" },
    { AttributeName: "dueShard", AttributeType: "S" },
    { AttributeName: "dueAt", AttributeType: "N" },
    { AttributeName: "reference", AttributeType: "S" },
    { AttributeName: "call", AttributeType: "S" },
    { AttributeName: "firstSeenAt", AttributeType: "S" },
  ],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  GlobalSecondaryIndexes: [
    toIndex("due", "dueShard", "dueAt"),
    toIndex("reference", "reference", "firstSeenAt"),
    toIndex("call", "call", "firstSeenAt"),
  ],
  BillingMode: "PAY_PER_REQUEST",
};

function toIndex(name: string, hash: string, range: string): NonNullable<TableDefinition["GlobalSecondaryIndexes"]>[number] {
  return {
    IndexName: name,
    KeySchema: [
      { AttributeName: hash, KeyType: "HASH" },
      { AttributeName: range, KeyType: "RANGE" },
    ],
    Projection: { ProjectionType: "KEYS_ONLY" },
  };
}

export interface LocalDynamoDb {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Closes idle and live connections. */
  stop(): Promise<void>;
}

interface LocalDynamoDbOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** By their name. */
  readonly tables: Readonly<Record<string, TableDefinition>>;
}

/** Rejects with what `listen` failed with. */
export async function startLocalDynamoDb({ port, tables }: LocalDynamoDbOptions): Promise<LocalDynamoDb> {
  // Commands that use the names of its tables alone begin without it.
  const { default: dynalite } = await import("dynalite");
  const server = dynalite({ createTableMs: 0 });
  // dynalite throws what a request emits, which a client that hangs up would end this process with.
  server.on("request", (request) => request.removeAllListeners("error").on("error", () => {}));
  await once(server.listen(port, LOOPBACK), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  const url = `http://${LOOPBACK}:${address.port}`;
  await createTables(url, tables);
  return {
    url,
    port: address.port,
    stop() {
      // Not dynalite's own close: it ends the store under what is being carried out, which throws. What is in memory needs no end.
      const closed = new Promise<void>((resolve) => Server.prototype.close.call(server, () => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function createTables(endpoint: string, tables: LocalDynamoDbOptions["tables"]): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: "local", credentials: { accessKeyId: "local", secretAccessKey: "local" } });
  try {
    for (const [TableName, definition] of Object.entries(tables)) await client.send(new CreateTableCommand({ ...definition, TableName }));
  } finally {
    client.destroy();
  }
}
