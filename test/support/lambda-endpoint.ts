/** AWS Lambda's Invoke over plain HTTP on loopback: keeps what it was asked, and answers what it is told. Verifies no signature. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface LambdaAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LambdaRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LambdaEndpoint {
  readonly url: string;
  /** What arrived since the last call. */
  takeRequests(): LambdaRequest[];
  stop(): Promise<void>;
}

/** `answer` is asked anew for each request; undefined cuts the connection. */
export async function startLambdaEndpoint(answer: () => LambdaAnswer | undefined): Promise<LambdaEndpoint> {
  const requests: LambdaRequest[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    requests.push({ method, path, headers, body: await text(request) });
    const given = answer();
    if (given === undefined) return request.socket.destroy();
    return response.writeHead(given.status ?? 200, { "content-type": "application/json", ...given.headers }).end(given.body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    takeRequests: () => requests.splice(0),
    async stop() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
