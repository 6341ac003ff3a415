/** A proxy before a DynamoDB that carries a request out and loses the answer, or carries one out again, late. Reads of a request what it asks for. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";

interface DynamoDbRequest {
  /** As `UpdateItem`. */
  readonly operation: string;
  readonly body: string;
}

export interface LossyDynamoDb {
  readonly url: string;
  readonly requests: readonly DynamoDbRequest[];
  /** The answer to the next update is lost, after it was carried out. */
  loseNextUpdate(): void;
  /** What was sent as this one arrives once more. */
  repeat(request: DynamoDbRequest): Promise<void>;
}

export async function startLossyDynamoDb(behind: string): Promise<LossyDynamoDb> {
  const requests: DynamoDbRequest[] = [];
  const sent = new Map<DynamoDbRequest, IncomingHttpHeaders>();
  let isNextLost = false;

  async function carryOut({ body }: DynamoDbRequest, headers: IncomingHttpHeaders): Promise<Response> {
    const passed = ["authorization", "content-type", "x-amz-date", "x-amz-target"].map((name) => [name, String(headers[name])]);
    return fetch(behind, { method: "POST", headers: Object.fromEntries(passed), body });
  }

  const server = createServer(async (incoming, outgoing) => {
    const operation = String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "";
    const request = { operation, body: await text(incoming) };
    requests.push(request);
    sent.set(request, incoming.headers);
    const isLost = isNextLost && operation === "UpdateItem";
    if (isLost) isNextLost = false;
    const answer = await carryOut(request, incoming.headers);
    const body = await answer.text();
    if (isLost) return void incoming.socket.destroy();
    outgoing.writeHead(answer.status, { "content-type": String(answer.headers.get("content-type")) }).end(body);
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  onTestFinished(() => connections.stop());
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    loseNextUpdate() {
      isNextLost = true;
    },
    async repeat(request) {
      await (await carryOut(request, sent.get(request) ?? {})).text();
    },
  };
}
