/** A proxy before an AWS emulator that can be gone: then every request to it ends without an answer, as one to a service that is down. */
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { listenOnLoopback, trackConnections } from "./raw-gateway.ts";

export interface BreakableProxy {
  readonly url: string;
  setDown(now: boolean): void;
  /** Down once this many of these have been carried out. `PutItem`, as AWS names them. */
  setDownAfter(count: number, operation: string): void;
  stop(): Promise<void>;
}

export async function startBreakableProxy(behind: string): Promise<BreakableProxy> {
  let isDown = false;
  let left: { count: number; readonly operation: string } | undefined;
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    if (isDown) return void incoming.socket.destroy();
    const { host: _host, connection: _connection, "content-length": _length, ...headers } = incoming.headers;
    const answer = await fetch(behind, { method: "POST", headers: headers as Record<string, string>, body });
    if (left !== undefined && String(headers["x-amz-target"]).endsWith(`.${left.operation}`)) {
      left.count -= 1;
      isDown = left.count === 0;
    }
    outgoing.writeHead(answer.status, { "content-type": String(answer.headers.get("content-type")) }).end(await answer.text());
  });
  const connections = trackConnections(server);
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    setDown(now) {
      isDown = now;
      left = undefined;
    },
    setDownAfter(count, operation) {
      left = { count, operation };
    },
    stop: () => connections.stop(),
  };
}
