/**
 * The simulator's control interface, plain HTTP and JSON on loopback: what was transferred, faults, calls, Guids. It is no part of the gateway.
 * There is no authentication: it only refuses what a web page may send (a foreign Host or Origin), so that no page can steer it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import * as z from "zod";
import { Fault } from "./faults.ts";
import { readLimitedBody } from "./limited-body.ts";
import { isAgentId } from "./transfer-endpoint.ts";

const LOCAL_AUTHORITY = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;

const Faults = z.array(Fault);
const Call = z.strictObject({ callid: z.string().min(1), agentId: z.string().refine(isAgentId) });

const HELP = {
  "GET /": "this help",
  "GET /transfers": "the transfers received so far, oldest first",
  "POST /faults": 'one fault or an array, such as {"kind":"hang","acts":true}; the kinds are in dev/gateway-simulator/faults.ts',
  "POST /calls": '{"callid":"…","agentId":"101"}: a call that can be transferred',
  "POST /agents/{agentid}/guid": "renews the agent's Guid, which signs it in too; answers {guid}",
  "POST /reset": "the calls and Guids of the start, no faults, no records",
};

export interface ControlledSimulator {
  transfers(): readonly unknown[];
  addFault(fault: Fault): void;
  addCall(call: z.output<typeof Call>): void;
  hasAgent(agentId: string): boolean;
  renewGuid(agentId: string): string;
  reset(): void;
}

interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly handle: (simulator: ControlledSimulator, given: { readonly param: string; readonly body: unknown }) => Reply;
}
type Reply = readonly [status: number, json: unknown];

const ROUTES: readonly Route[] = [
  { method: "GET", path: /^\/()$/, handle: () => [200, HELP] },
  { method: "GET", path: /^\/transfers()$/, handle: (simulator) => [200, simulator.transfers()] },
  {
    method: "POST",
    path: /^\/faults()$/,
    handle(simulator, { body }) {
      const faults = Faults.safeParse(Array.isArray(body) ? body : [body]);
      if (!faults.success) return toIssues(faults.error);
      for (const fault of faults.data) simulator.addFault(fault);
      return [200, { added: faults.data.length }];
    },
  },
  {
    method: "POST",
    path: /^\/calls()$/,
    handle(simulator, { body }) {
      const call = Call.safeParse(body);
      if (!call.success) return toIssues(call.error);
      simulator.addCall(call.data);
      return [200, { added: 1 }];
    },
  },
  {
    method: "POST",
    path: /^\/agents\/(\d+)\/guid$/,
    handle: (simulator, { param }) =>
      simulator.hasAgent(param) ? [200, { guid: simulator.renewGuid(param) }] : [404, { error: "no such agent" }],
  },
  {
    method: "POST",
    path: /^\/reset()$/,
    handle(simulator) {
      simulator.reset();
      return [200, { reset: true }];
    },
  },
];

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
  send(response, route.handle(simulator, { param, body: parseJson(received.text) }));
}

function isLocal({ headers }: IncomingMessage): boolean {
  const origin = headers.origin?.replace(/^https?:\/\//, "");
  return LOCAL_AUTHORITY.test(headers.host ?? "") && (origin === undefined || LOCAL_AUTHORITY.test(origin));
}

function send(response: ServerResponse, [status, json]: Reply): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8", "cache-control": "no-store" });
  response.end(`${JSON.stringify(json, null, 2)}\n`);
}

function toIssues(error: z.ZodError): Reply {
  return [400, { error: "invalid", issues: error.issues }];
}

/** What is no JSON is no body: the route's schema refuses it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
