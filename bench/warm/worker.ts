/**
 * The process of one contender that is a Lambda handler: loads it, and does over its channel what it is asked: invokes it, one event after another, and tells what
 * that took; or stands as an HTTP server before it, for load from outside. Nothing of the measuring is within what is measured.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { PerformanceObserver } from "node:perf_hooks";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { WorkerRequest } from "./contender.ts";

/** Longer than any answer takes. */
const REMAINING_MS = 28_000;
/** By then, the observer has been told of a collection. */
const OBSERVED_AFTER_MS = 50;
/** Rounds of collection, at most, and by how little two of them differ then. */
const SETTLED_WITHIN = 10;
const SETTLED_BYTES = 4_096;
const ROUTE = "POST /v1/transfers/{connection}";

interface Answer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
interface Event {
  readonly requestContext: { timeEpoch: number };
}
type Handler = (event: object, context: object) => Promise<Answer>;

const [, , bundle = ""] = process.argv;
const { handler }: { readonly handler: Handler } = await import(pathToFileURL(bundle).href);
const context = { awsRequestId: "request-of-lambda", getRemainingTimeInMillis: () => REMAINING_MS };
let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ["gc"] });

process.on("disconnect", () => process.exit(1));
// In good order: a profile is written then.
process.on("SIGTERM", () => process.exit(0));
process.on("message", async (request: WorkerRequest) => process.send?.(await answer(request)));
process.send?.({ ready: true });

async function answer(request: WorkerRequest): Promise<object> {
  switch (request.ask) {
    case "invoke":
      return invokeEach(request.events.map(parseEvent));
    case "allocate":
      return allocate(request.events.map(parseEvent));
    case "serve":
      return { port: await serve() };
    case "usage":
      return { cpuUs: readCpuUs() };
  }
}

async function invokeEach(events: readonly Event[]) {
  const tookMs: number[] = [];
  const answers: Answer[] = [];
  const cpuBefore = readCpuUs();
  for (const event of events) {
    event.requestContext.timeEpoch = Date.now();
    const begunMs = performance.now();
    answers.push(await handler(event, context));
    tookMs.push(performance.now() - begunMs);
  }
  const cpuUs = readCpuUs() - cpuBefore;
  return { tookMs, cpuUs, answers: answers.map((each) => JSON.stringify(each)) };
}

/** Started with room for young objects that nothing here fills: what the heap has grown by is what was allocated. */
async function allocate(events: readonly Event[]) {
  const before = await settleHeap();
  collections = 0;
  const { answers } = await invokeEach(events);
  const bytes = process.memoryUsage().heapUsed - before;
  await sleep(OBSERVED_AFTER_MS);
  return { bytes, collections, answers };
}

/** What a collection found is given back in the background, for a while: in bytes, once nothing is any more. */
async function settleHeap(): Promise<number> {
  let used = Number.POSITIVE_INFINITY;
  for (let round = 0; round < SETTLED_WITHIN; round += 1) {
    globalThis.gc?.();
    await sleep(OBSERVED_AFTER_MS);
    const now = process.memoryUsage().heapUsed;
    if (Math.abs(used - now) < SETTLED_BYTES) return now;
    used = now;
  }
  return used;
}

async function serve(): Promise<number> {
  const server = createServer((request, response) => void forward(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  return address !== null && typeof address !== "string" ? address.port : 0;
}

/** As API Gateway makes an event of a request (payload format 2.0). */
async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = "", headers } = request;
  const [rawPath = "", rawQueryString = ""] = url.split("?", 2);
  const http = { method: "POST", path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "bench" };
  const body = await text(request);
  const event = {
    ...{ version: "2.0", routeKey: ROUTE, rawPath, rawQueryString, headers, body, isBase64Encoded: false },
    requestContext: { http, requestId: "request-of-api", routeKey: ROUTE, stage: "$default", timeEpoch: Date.now() },
    pathParameters: { connection: rawPath.split("/").at(-1) },
  };
  const answered = await handler(event, context);
  response.writeHead(answered.statusCode, answered.headers).end(answered.body);
}

function parseEvent(json: string): Event {
  return JSON.parse(json);
}

function readCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
