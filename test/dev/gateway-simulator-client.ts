/**
 * A plain node:https client of the simulated gateway, for its tests. It shares no code with the product's client, so that both cannot be
 * wrong alike. It has no time limit: a test that waits for nothing aborts it.
 */
import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { expect, onTestFinished } from "vitest";
import { type GatewaySimulator, type GatewaySimulatorOptions, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";

export const CALL = "1552524689-16797284";
/** The request and the answer of the vendor's page, as they are printed there. */
export const PAGE_REQUEST =
  '{ "callid": "1552524689-16797284", "caller": "88880021", "devicetype": 2, "mode": 2, "address": "205", "calldata": "help" }';
export const PAGE_ANSWER = '{"message":"success","retcode":"0"}';

export interface Sent {
  readonly agentId?: string;
  readonly guid?: string;
  readonly body?: string;
  readonly method?: string;
  readonly path?: string;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

export interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly chunks: number;
  /** Set when the connection broke within the answer. */
  readonly broken: string | undefined;
}

export async function startForTest(options: Partial<GatewaySimulatorOptions> = {}): Promise<GatewaySimulator> {
  const simulator = await startGatewaySimulator({ port: 0, ...options });
  onTestFinished(() => simulator.stop());
  return simulator;
}

export function transferPath(agentId: string): string {
  return `/agentgateway/resource/mediacall/${agentId}/transfer`;
}

/** Rejects with node's error when no answer has begun. */
export function send(simulator: GatewaySimulator, sent: Sent = {}): Promise<Received> {
  const { agentId = "101", body = PAGE_REQUEST, method = "POST" } = sent;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${simulator.url}${sent.path ?? transferPath(agentId)}`,
      {
        method,
        ca: simulator.caPem,
        headers: {
          "Content-Type": "application/json; charset=UTF-8",
          "Content-Length": Buffer.byteLength(body),
          Guid: sent.guid ?? simulator.guidOf(agentId),
        },
        // One connection a request, unless the test is about keeping them.
        agent: sent.agent ?? false,
        ...(sent.signal !== undefined && { signal: sent.signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        const done = (broken?: string) =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            text: Buffer.concat(chunks).toString("utf8"),
            chunks: chunks.length,
            broken,
          });
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () => done());
        response.once("error", (error: NodeJS.ErrnoException) => done(error.code));
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

export async function retcodeOf(simulator: GatewaySimulator, sent?: Sent): Promise<unknown> {
  return JSON.parse((await send(simulator, sent)).text).retcode;
}

/** The error's code; fails when there was an answer. */
export async function errorOf(answer: Promise<unknown>): Promise<string | undefined> {
  return answer.then(
    () => expect.fail("there was an answer"),
    (error: NodeJS.ErrnoException) => error.code,
  );
}

export interface Dialled {
  readonly socket: TLSSocket;
  readonly secured: () => boolean;
  /** How it ended: `closed`, or the code and system call of the error. */
  readonly ended: Promise<string>;
}

/** A TLS connection on which nothing is sent by itself. */
export function dial(simulator: GatewaySimulator): Dialled {
  const socket = connect({ host: "127.0.0.1", port: simulator.port, ca: simulator.caPem });
  onTestFinished(() => void socket.destroy());
  let secured = false;
  let failure = "closed";
  socket.once("secureConnect", () => {
    secured = true;
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    failure = [error.code, error.syscall].filter(Boolean).join(" ");
  });
  const ended = new Promise<string>((resolve) => void socket.once("close", () => resolve(failure)));
  socket.resume();
  return { socket, secured: () => secured, ended };
}

/** What the product would keep: connections that wait for their next request. */
export function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** The start of a request whose body, of which nothing is sent, has ten bytes. */
export function toHead(simulator: GatewaySimulator, agentId = "101"): string {
  const guid = simulator.guidOf(agentId);
  return `POST ${transferPath(agentId)} HTTP/1.1\r\nHost: localhost\r\nGuid: ${guid}\r\nContent-Length: 10\r\n\r\n`;
}
