/**
 * The Runtime API that Lambda gives to a runtime, for one function instance on loopback: hands events out, takes what becomes of them, and tells when.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. No extensions, no streaming.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

const LOOPBACK = "127.0.0.1";
const VERSION = "/2018-06-01/runtime";
const FUNCTION_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:bench";

export interface Invoked {
  /** What the handler returned. */
  readonly response: string;
  /** From the event's being handed out to the whole response. */
  readonly tookMs: number;
}

export interface RuntimeApi {
  /** As `AWS_LAMBDA_RUNTIME_API` has it. */
  readonly host: string;
  /** Settles when the runtime first asks for an event, or could not load its function. */
  readonly ready: Promise<void>;
  /** One after another. Rejects with what the runtime says of a handler that threw. */
  invoke(event: string, timeoutMs: number): Promise<Invoked>;
  stop(): Promise<void>;
}

interface Pending {
  readonly id: string;
  readonly event: string;
  readonly deadlineMs: number;
  handedOutMs: number;
  readonly settle: PromiseWithResolvers<Invoked>;
}

/** `onReady` is called the moment the runtime first asks, before anything is answered. */
export async function startRuntimeApi(onReady: () => void): Promise<RuntimeApi> {
  const ready = Promise.withResolvers<void>();
  let isReady = false;
  let waiting: ServerResponse | undefined;
  let pending: Pending | undefined;

  function handOut() {
    if (waiting === undefined || pending === undefined) return;
    const { id, event, deadlineMs } = pending;
    waiting.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": String(deadlineMs),
      "lambda-runtime-invoked-function-arn": FUNCTION_ARN,
      "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0",
    });
    pending.handedOutMs = performance.now();
    waiting.end(event);
    waiting = undefined;
  }

  function takeNext(response: ServerResponse) {
    if (!isReady) onReady();
    isReady = true;
    waiting = response;
    ready.resolve();
    handOut();
  }

  /** False for an invocation that is not under way. */
  async function takeResult(request: IncomingMessage, id: string, kind: string): Promise<boolean> {
    if (pending?.id !== id) return false;
    const { settle, handedOutMs } = pending;
    const body = await text(request);
    const tookMs = performance.now() - handedOutMs;
    pending = undefined;
    if (kind === "response") settle.resolve({ response: body, tookMs });
    else settle.reject(new Error(`the handler failed: ${body}`));
    return true;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.startsWith(VERSION) ? request.url.slice(VERSION.length) : "";
    if (request.method === "GET" && path === "/invocation/next") return takeNext(response);
    const [, id = "", kind = ""] = /^\/invocation\/([\w-]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method === "POST" && path === "/init/error") ready.reject(new Error(`the function was not loaded: ${await text(request)}`));
    else if (request.method !== "POST" || !(await takeResult(request, id, kind))) return void response.writeHead(404).end();
    response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await once(server.listen(0, LOOPBACK), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");

  return {
    host: `${LOOPBACK}:${address.port}`,
    ready: ready.promise,
    invoke(event, timeoutMs) {
      if (pending !== undefined) throw new Error("an invocation is under way");
      const settle = Promise.withResolvers<Invoked>();
      pending = { id: randomUUID(), event, deadlineMs: Date.now() + timeoutMs, handedOutMs: 0, settle };
      handOut();
      return settle.promise;
    },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
