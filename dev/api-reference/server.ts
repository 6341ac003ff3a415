/**
 * The API's description as a page, for whoever develops on this machine: `GET /docs`, `GET /openapi.json`, and `/v1/*`, which goes on to the API, so that the page
 * can try it out without a word about other origins in the API itself. On loopback alone; it refuses what a page of another site may send. Nothing of it is deployed.
 */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { join } from "node:path";
import getAbsoluteFSPath from "swagger-ui-dist/absolute-path.js";
import { parse } from "yaml";
import { CONTENT_SECURITY_POLICY, DOCUMENT_PATH, PAGE, START } from "./page.ts";

const LOOPBACK = "127.0.0.1";
const LOCAL_AUTHORITY = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;
const DOCUMENT = new URL("../../api/openapi.yaml", import.meta.url);
const JAVASCRIPT = "text/javascript; charset=utf-8";

/** Of the package: what the page loads, by its path. */
const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  "/docs/swagger-ui.css": { name: "swagger-ui.css", type: "text/css; charset=utf-8" },
  "/docs/swagger-ui-bundle.js": { name: "swagger-ui-bundle.js", type: JAVASCRIPT },
};

export interface ApiReference {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startApiReference({ port, apiUrl }: { readonly port: number; readonly apiUrl: string }): Promise<ApiReference> {
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  let url = "";

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { host = "", origin } = incoming.headers;
    const sender = origin?.replace(/^https?:\/\//, "");
    if (!LOCAL_AUTHORITY.test(host) || (sender !== undefined && !LOCAL_AUTHORITY.test(sender)))
      return send(outgoing, 403, "text/plain", "only for this machine");
    const path = (incoming.url ?? "/").split("?")[0] ?? "/";
    if (path.startsWith("/v1/")) return forward(incoming, outgoing, new URL(apiUrl));
    if (incoming.method !== "GET") return send(outgoing, 405, "text/plain", "only GET", { allow: "GET" });
    const file = FILES[path];
    if (file !== undefined) return sendFile(outgoing, file);
    switch (path) {
      case "/":
        return send(outgoing, 302, "text/plain", "see /docs", { location: "/docs" });
      case "/docs":
        return send(outgoing, 200, "text/html; charset=utf-8", PAGE);
      case "/docs/start.js":
        return send(outgoing, 200, JAVASCRIPT, START);
      case DOCUMENT_PATH:
        return send(outgoing, 200, "application/json", JSON.stringify(toLocal(await readFile(DOCUMENT, "utf8"), url)));
      default:
        return send(outgoing, 404, "text/plain", "see /docs");
    }
  }

  server.listen({ port, host: LOOPBACK });
  await once(server, "listening");
  const address = server.address();
  url = `http://${LOOPBACK}:${typeof address === "object" && address !== null ? address.port : port}`;
  return {
    url,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The committed document, with this server before the others. */
function toLocal(text: string, url: string): unknown {
  const document = parse(text);
  return { ...document, servers: [{ url, description: "The local stack of npm start." }, ...document.servers] };
}

function send(outgoing: ServerResponse, status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): void {
  outgoing.writeHead(status, { ...toHeaders(type), ...headers }).end(body);
}

function sendFile(outgoing: ServerResponse, { name, type }: { readonly name: string; readonly type: string }): void {
  const file = createReadStream(join(getAbsoluteFSPath(), name));
  file.on("error", (error) => outgoing.destroy(error));
  outgoing.writeHead(200, toHeaders(type));
  file.pipe(outgoing);
}

function toHeaders(type: string): Record<string, string> {
  return {
    "content-type": type,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}

/** As it is, both ways. */
function forward(incoming: IncomingMessage, outgoing: ServerResponse, { hostname, port, host }: URL): void {
  const { method, url: path, headers } = incoming;
  const upstream = request({ hostname, port, method, path, headers: { ...headers, host } }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  upstream.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    else send(outgoing, 502, "text/plain", "The API does not answer: is npm start running?");
  });
  outgoing.on("close", () => upstream.destroy());
  incoming.pipe(upstream);
}
