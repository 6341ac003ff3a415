/**
 * Serves what comes over the gateway's HTTPS: finds the transfer, records it, lets it be judged, moves the call, answers, logs a line.
 * Recorded is a POST on the transfer's path whose body arrived whole within 1 MiB, or that a fault stopped before its body was read.
 * Silent in the documents, and chosen here: 404, 405 and 413 in plain text. The log never has a Guid, a caller or call data.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import * as z from "zod";
import type { Connections } from "./connections.ts";
import { type Answer, deliver, JSON_TYPE, pause, toFaultyAnswer } from "./fault-answers.ts";
import { type FaultQueue, nameOf } from "./faults.ts";
import { readLimitedBody } from "./limited-body.ts";
import type { GatewayState } from "./state.ts";
import { isAgentId, judgeTransfer, toAnswerText } from "./transfer-endpoint.ts";

const TRANSFER_PATH = /^\/agentgateway\/resource\/mediacall\/([^/]+)\/transfer$/;
/** A callid is shown in the log when it looks like one: it comes from the client. */
const PLAIN_CALLID = /^[\w-]{1,64}$/;
const MAX_LOGGED_PATH = 120;

export interface RecordedTransfer {
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
  /** Whether the call really moved. */
  readonly acted: boolean;
}

interface Wiring {
  readonly state: GatewayState;
  readonly faults: FaultQueue;
  readonly connections: Connections;
  /** Aborted when the simulator is reset or stopped. */
  readonly signal: () => AbortSignal;
  /** Keeps a record, and answers with the function that amends it. */
  readonly record: (transfer: RecordedTransfer) => (changes: Partial<RecordedTransfer>) => void;
  readonly log: (line: string) => void;
}

export function createRequestListener(wiring: Wiring): RequestListener {
  return (request, response) => {
    const connection = wiring.connections.of(request.socket);
    connection.begin();
    response.once("close", () => connection.end());

    const path = request.url?.split("?", 1)[0] ?? "";
    const agentId = TRANSFER_PATH.exec(path)?.[1];
    if (agentId === undefined || request.method !== "POST") {
      const status = agentId === undefined ? 404 : 405;
      wiring.log(`gateway  ${request.method} ${path.slice(0, MAX_LOGGED_PATH)} → HTTP ${status}`);
      return refuse(response, status);
    }
    void serveTransfer(wiring, agentId, request, response);
  };
}

async function serveTransfer(wiring: Wiring, agentId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { state, faults } = wiring;
  const connection = wiring.connections.of(request.socket);
  const signal = wiring.signal();
  const startedAt = performance.now();
  const received = toReceived(agentId, request);
  const fault = faults.takeForRequest(agentId);
  const log = (outcome: string, callid?: string) => {
    const call = callid !== undefined && PLAIN_CALLID.test(callid) ? callid : "?";
    const took = `${Math.round(performance.now() - startedAt)} ms`;
    const suffix = fault === undefined ? "" : `, fault ${nameOf(fault)}`;
    wiring.log(`gateway  POST transfer agent ${isAgentId(agentId) ? agentId : "?"} call ${call} → ${outcome} (${took})${suffix}`);
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
  if (fault?.kind === "delay" && !(await pause(fault.ms, signal))) return;

  const verdict = judgeTransfer(state, { agentId, guid: received.headers.guid, body: body.text });
  const acted = verdict.retcode === "0" && (fault === undefined || fault.acts);
  if (acted) state.removeCall(verdict.callid);

  const usual = { status: 200, contentType: JSON_TYPE, text: toAnswerText(verdict.retcode) };
  const answer = fault === undefined ? usual : toFaultyAnswer(fault, usual);
  const retcode = answer === undefined || fault?.kind === "drop" ? undefined : parseRetcode(answer.text);
  amend({ acted, retcode });
  log([toOutcome(answer, retcode), ...verdict.remarks].join(", "), verdict.callid);
  if (answer === undefined) {
    if (fault?.kind === "drop") connection.cut(fault);
    return;
  }
  await deliver(answer, fault, { response, connection, signal });
}

function toReceived(agentId: string, request: IncomingMessage): RecordedTransfer {
  const headers = new Map<string, string>();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase() ?? "";
    const value = request.rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return {
    at: new Date().toISOString(),
    agentId,
    method: request.method ?? "",
    path: request.url ?? "",
    headers: Object.fromEntries(headers),
    rawHeaders: [...request.rawHeaders],
    body: "",
    retcode: undefined,
    acted: false,
  };
}

function refuse(response: ServerResponse, status: 404 | 405 | 413): void {
  const text = { 404: "not found", 405: "method not allowed", 413: "payload too large" }[status];
  response.writeHead(status, { "content-type": "text/plain; charset=UTF-8", ...(status === 405 && { allow: "POST" }) }).end(`${text}\n`);
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
