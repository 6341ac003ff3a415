/**
 * The simulator's control interface, plain HTTP and JSON on loopback. It is no part of the gateway, and what it can do is in control-routes.ts.
 * There is no authentication: it only refuses what a web page may send (a foreign Host or Origin), so that no page can steer it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import * as z from "zod";
import { type ControlledSimulator, type Reply, ROUTES } from "./control-routes.ts";
import { readLimitedBody } from "./limited-body.ts";

const LOCAL_AUTHORITY = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;

export function createControlServer(simulator: ControlledSimulator): Server {
  return createServer((request, response) => void serve(simulator, request, response));
}

async function serve(simulator: ControlledSimulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLocal(request)) return send(response, [403, { error: "only for this machine" }]);
  const path = request.url?.split("?", 1)[0] ?? "";
  const there = ROUTES.filter((route) => route.path.test(path));
  if (there.length === 0) return send(response, [404, { error: "not found" }]);
  const route = there.find(({ method }) => method === request.method);
  if (route === undefined) {
    response.setHeader("allow", there.map(({ method }) => method).join(", "));
    return send(response, [405, { error: "method not allowed" }]);
  }

  const received = await readLimitedBody(request);
  if (received === "aborted") return;
  if (received === "too-large") return send(response, [413, { error: "payload too large" }]);
  const param = route.path.exec(path)?.[1] ?? "";
  try {
    send(response, route.handle(simulator, { param, body: parseJson(received.text) }));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    send(response, [400, { error: "invalid", issues: error.issues.map(toIssue) }]);
  }
}

/** `field: message`. */
function toIssue({ path, message }: z.core.$ZodIssue): string {
  return `${path.length === 0 ? "body" : path.join(".")}: ${message}`;
}

function isLocal({ headers }: IncomingMessage): boolean {
  const origin = headers.origin?.replace(/^https?:\/\//, "");
  return LOCAL_AUTHORITY.test(headers.host ?? "") && (origin === undefined || LOCAL_AUTHORITY.test(origin));
}

function send(response: ServerResponse, [status, json]: Reply): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8", "cache-control": "no-store" });
  response.end(`${JSON.stringify(json, null, 2)}\n`);
}

/** What is no JSON is no body: the route's schema refuses it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
