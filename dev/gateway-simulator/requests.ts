/**
 * Serves what comes over the gateway's HTTPS: finds the endpoint, records the request, lets it be handled, answers, logs a line.
 * Recorded is what an endpoint was asked for by its method, if the body arrived whole within 1 MiB or a fault stopped it before its body was read.
 * Silent in the documents, and chosen here: 404, 405 and 413 in plain text. The log never has a Guid, a password, a caller or call data.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import * as z from "zod";
import { pause, type SimulatorClock } from "./clock.ts";
import type { Connections } from "./connections.ts";
import { type Endpoint, type EndpointName, isAgentId } from "./endpoint.ts";
import { type Answer, deliver, JSON_TYPE, toFaultyAnswer } from "./fault-answers.ts";
import { type FaultQueue, nameOf } from "./faults.ts";
import { readLimitedBody } from "./limited-body.ts";

/** A callid is shown in the log when it looks like one: it comes from the client. */
const PLAIN_CALLID = /^[\w-]{1,64}$/;
const MAX_LOGGED_PATH = 120;

export interface RecordedRequest {
  readonly endpoint: EndpointName;
  readonly at: string;
  readonly agentId: string;
  readonly method: string;
  readonly path: string;
  /** Lower case, as received. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  /** Text as received. */
  readonly body: string;
  /** What was answered; undefined when nothing, or no whole retcode, was. */
  readonly retcode: string | undefined;
  /** Whether the gateway really did it: at a transfer, whether the call moved. */
  readonly acted: boolean;
}

interface Wiring {
  readonly endpoints: readonly Endpoint[];
  readonly clock: SimulatorClock;
  readonly faults: FaultQueue;
  readonly connections: Connections;
  /** Aborted when the simulator is reset, restarted or stopped. */
  readonly signal: () => AbortSignal;
  /** Keeps a record, and answers with the function that amends it. */
  readonly record: (request: RecordedRequest) => (changes: Partial<RecordedRequest>) => void;
  readonly log: (line: string) => void;
}

export function createRequestListener(wiring: Wiring): RequestListener {
  return (request, response) => {
    const connection = wiring.connections.of(request.socket);
    connection.begin();
    response.once("close", () => connection.end());

    const path = request.url?.split("?", 1)[0] ?? "";
    const there = wiring.endpoints.filter((endpoint) => endpoint.path.test(path));
    const endpoint = there.find(({ method }) => method === request.method);
    if (endpoint === undefined) {
      const status = there.length === 0 ? 404 : 405;
      wiring.log(`gateway  ${request.method} ${path.slice(0, MAX_LOGGED_PATH)} → HTTP ${status}`);
      const allow = there.map(({ method }) => method).join(", ");
      return refuse(response, status, allow === "" ? {} : { allow });
    }
    const [, agentId = "", subject = ""] = endpoint.path.exec(path) ?? [];
    void serve(wiring, { endpoint, agentId, subject, request, response });
  };
}

interface Exchange {
  readonly endpoint: Endpoint;
  readonly agentId: string;
  readonly subject: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function serve(wiring: Wiring, { endpoint, agentId, subject, request, response }: Exchange): Promise<void> {
  const connection = wiring.connections.of(request.socket);
  const stopped = wiring.signal();
  const left = new AbortController();
  response.once("close", () => left.abort());
  const startedAt = performance.now();
  const received = { ...toReceived(request), endpoint: endpoint.name, at: new Date(wiring.clock.now()).toISOString(), agentId };
  const fault = wiring.faults.takeForRequest({ agentId, endpoint: endpoint.name });
  const log = (outcome: string, callid?: string) => {
    const call = endpoint.name === "transfer" ? ` call ${callid !== undefined && PLAIN_CALLID.test(callid) ? callid : "?"}` : "";
    const took = `${Math.round(performance.now() - startedAt)} ms`;
    const suffix = fault === undefined ? "" : `, fault ${nameOf(fault)}`;
    const agent = isAgentId(agentId) ? agentId : "?";
    wiring.log(`gateway  ${endpoint.method} ${endpoint.name} agent ${agent}${call} → ${outcome} (${took})${suffix}`);
  };

  if (fault?.kind === "drop" && fault.when === "during-request") {
    wiring.record({ ...received, body: "" });
    log("no answer");
    return connection.cut(fault);
  }

  const body = await readLimitedBody(request);
  if (body === "aborted") return log("client left");
  if (body === "too-large") {
    log("HTTP 413");
    return refuse(response, 413);
  }
  const amend = wiring.record({ ...received, body: body.text });
  // A client that leaves meanwhile changes nothing: its request has arrived.
  if (fault?.kind === "delay" && !(await pause(fault.ms, stopped))) return;

  const acts = fault === undefined || ("acts" in fault && fault.acts);
  const verdict = await endpoint.handle({ agentId, subject, headers: received.headers, body: body.text, acts, stopped, left: left.signal });
  if (verdict === undefined) return log(stopped.aborted ? "no answer" : "client left");

  const usual = { status: 200, contentType: JSON_TYPE, text: verdict.text, headers: verdict.headers };
  const answer = fault === undefined ? usual : toFaultyAnswer(fault, usual);
  const isLost = answer === undefined || fault?.kind === "drop";
  const retcode = isLost ? undefined : parseRetcode(answer.text);
  amend({ acted: verdict.acted, retcode });
  if (verdict.quiet !== true || fault !== undefined)
    log([toOutcome(answer, retcode), ...(verdict.remarks ?? [])].join(", "), verdict.callid);
  if (!isLost) verdict.onAnswered?.();
  if (answer !== undefined) await deliver(answer, fault, { response, connection, signal: stopped });
  else if (fault?.kind === "drop") connection.cut(fault);
  verdict.afterwards?.();
}

function toReceived(request: IncomingMessage): Omit<RecordedRequest, "endpoint" | "at" | "agentId"> {
  const headers = new Map<string, string>();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase() ?? "";
    const value = request.rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: Object.fromEntries(headers),
    rawHeaders: [...request.rawHeaders],
    body: "",
    retcode: undefined,
    acted: false,
  };
}

function refuse(response: ServerResponse, status: 404 | 405 | 413, headers: Readonly<Record<string, string>> = {}): void {
  const text = { 404: "not found", 405: "method not allowed", 413: "payload too large" }[status];
  response.writeHead(status, { "content-type": "text/plain; charset=UTF-8", ...headers }).end(`${text}\n`);
}

function toOutcome(answer: Answer | undefined, retcode: string | undefined): string {
  if (answer === undefined) return "no answer";
  return retcode ?? (answer.status === 200 ? "no retcode" : `HTTP ${answer.status}`);
}

const WithRetcode = z.object({ retcode: z.string() });

function parseRetcode(text: string): string | undefined {
  try {
    return WithRetcode.safeParse(JSON.parse(text)).data?.retcode;
  } catch {
    return undefined;
  }
}
