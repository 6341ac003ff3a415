/** The same DynamoDB calls by the SDK alone: what the endpoint was asked for by the store's first transfer is asked for again, as it stands. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";

const Calls = z.array(z.object({ operation: z.string(), input: z.record(z.string(), z.unknown()) }));

const client = new DynamoDBClient({});
const recorded = await fetch(`${process.env.AWS_ENDPOINT_URL_DYNAMODB}/recorded`);
const calls = Calls.parse(await recorded.json());
const sends = calls.map(({ operation, input }) => toSend(operation, input));

export const handler = async () => {
  for (const send of sends) await send();
  return { statusCode: 200, headers: {}, body: JSON.stringify(calls.map(({ operation }) => operation)) };
};

/** The wire has what a command takes. */
function toSend(operation: string, input: Readonly<Record<string, unknown>>): () => Promise<unknown> {
  if (operation === "GetItem") return () => client.send(new GetItemCommand(input as unknown as GetItemCommand["input"]));
  if (operation === "PutItem") return () => client.send(new PutItemCommand(input as unknown as PutItemCommand["input"]));
  throw new Error(`${operation} is not one of them`);
}
