import { once } from "node:events";
import { connect } from "node:net";
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it, onTestFinished } from "vitest";
import { type LocalDynamoDb, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";

async function started(): Promise<{ readonly dynamoDb: LocalDynamoDb; readonly client: DynamoDBClient }> {
  const dynamoDb = await startLocalDynamoDb({ port: 0, tables: { sessions: SESSIONS_TABLE } });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint: dynamoDb.url, region: "local", credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return { dynamoDb, client };
}

describe("the local DynamoDB", () => {
  it("has its tables, ready to be used", async () => {
    const { dynamoDb, client } = await started();
    onTestFinished(() => dynamoDb.stop());
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(["sessions"]);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "sessions" }));
    expect(Table).toMatchObject({ TableStatus: "ACTIVE", KeySchema: [{ AttributeName: "agent", KeyType: "HASH" }] });
  });

  it("does not start on a port that is taken", async () => {
    const { dynamoDb } = await started();
    onTestFinished(() => dynamoDb.stop());
    expect(dynamoDb.url).toBe(`http://127.0.0.1:${dynamoDb.port}`);
    await expect(startLocalDynamoDb({ port: dynamoDb.port, tables: {} })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("outlives a client that hangs up within its request", async () => {
    const { dynamoDb, client } = await started();
    onTestFinished(() => dynamoDb.stop());
    const socket = connect(dynamoDb.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n");
    await once(socket, "data");
    socket.resetAndDestroy();
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(["sessions"]);
  });

  it("stops while requests are under way", async () => {
    const { dynamoDb, client } = await started();
    const update = { TableName: "sessions", UpdateExpression: "ADD seen :one", ExpressionAttributeValues: { ":one": { N: "1" } } };
    const updates = Array.from({ length: 20 }, (_, index) =>
      client.send(new UpdateItemCommand({ ...update, Key: { agent: { S: `main/${index % 3}` } } })),
    );
    await Promise.race(updates);
    await dynamoDb.stop();
    await Promise.allSettled(updates);
    await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
