/** A table's endpoint, with another clock: that of AWS, where the operator's is wrong. */
import { createServer, request as forward } from "node:http";
import { onTestFinished } from "vitest";
import { listenOnLoopback } from "./raw-gateway.ts";

/** Of the table at this port, until the test has ended. */
export async function startTableOfAnotherTime(tablePort: number, aheadMs: number): Promise<number> {
  const proxy = createServer((request, response) => {
    const { method, headers, url } = request;
    const onwards = forward({ host: "127.0.0.1", port: tablePort, method, headers, path: url }, (answer) => {
      const date = new Date(Date.now() + aheadMs).toUTCString();
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, date });
      answer.pipe(response);
    });
    request.pipe(onwards);
  });
  const port = await listenOnLoopback(proxy);
  onTestFinished(() => void proxy.close());
  return port;
}
