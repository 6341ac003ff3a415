/** A proxy before the DynamoDB of the tests that keeps what each call was: its operation, and the items that it was about. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { listenOnLoopback, trackConnections } from "./raw-gateway.ts";

/** What a budget counts apart. */
export type About = "records" | "sessions" | "pauses" | "rate limits";
export interface StoreCall {
  readonly operation: string;
  readonly about: About;
}

export interface RecordingDynamoDb {
  readonly url: string;
  /** What came since the last call. */
  take(): readonly StoreCall[];
  stop(): Promise<void>;
}

const Call = z.looseObject({ TableName: z.string().optional() });

export async function startRecordingDynamoDb(behind: string): Promise<RecordingDynamoDb> {
  const calls: StoreCall[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    const { host: _host, connection: _connection, "content-length": _length, ...headers } = incoming.headers;
    calls.push({ operation: String(headers["x-amz-target"]).split(".").at(-1) ?? "", about: toAbout(body) });
    const answer = await fetch(behind, { method: "POST", headers: headers as Record<string, string>, body });
    outgoing.writeHead(answer.status, { "content-type": String(answer.headers.get("content-type")) }).end(await answer.text());
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  return { url: `http://127.0.0.1:${port}`, take: () => calls.splice(0), stop: () => connections.stop() };
}

function toAbout(body: string): About {
  const { TableName = "records" } = Call.parse(JSON.parse(body));
  if (TableName !== "records") return "sessions";
  // As lib/records names their items.
  if (body.includes('"pause:')) return "pauses";
  return body.includes('"count:') ? "rate limits" : "records";
}
