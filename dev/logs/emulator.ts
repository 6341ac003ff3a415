/**
 * CloudWatch Logs for local development and tests: `FilterLogEvents` alone, as AWS JSON 1.1 on 127.0.0.1, for the unmodified SDK (AWS_ENDPOINT_URL_CLOUDWATCH_LOGS). It
 * keeps the last lines that are JSON, in memory. serverless-offline does not say which function has printed a line: so whatever group is asked for has them all. No
 * groups, streams, permissions or delay; signatures are not verified; of filter patterns what dev/logs/filter-pattern.ts says.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import * as z from "zod";
import { parseFilterPattern } from "./filter-pattern.ts";

const CONTENT_TYPE = "application/x-amz-json-1.1";
const OPERATION = "Logs_20140328.FilterLogEvents";
/** Some hours of somebody who tries things. */
const LINES_MAX = 20_000;
/** AWS's own. */
const EVENTS_MAX = 10_000;
const LOOPBACK = "127.0.0.1";

const Input = z.object({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  startTime: z.int().default(0),
  endTime: z.int().optional(),
  filterPattern: z.string().optional(),
  limit: z.int().min(1).max(EVENTS_MAX).default(EVENTS_MAX),
  nextToken: z.string().regex(/^\d+$/).optional(),
});

interface LogEvent {
  readonly eventId: string;
  readonly timestamp: number;
  readonly message: string;
  readonly line: Readonly<Record<string, unknown>>;
}

export interface LogsEmulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What a function has printed. What is no JSON object is not kept. */
  add(line: string): void;
  /** Closes idle and live connections. */
  stop(): Promise<void>;
}

/** Port 0 takes a free one. Rejects with what `listen` failed with. */
export async function startLogsEmulator({
  port,
  now = Date.now,
}: {
  readonly port: number;
  readonly now?: () => number;
}): Promise<LogsEmulator> {
  const kept: LogEvent[] = [];
  let dropped = 0;

  /** `nextToken` counts from the first line that ever came: it stays right while lines are dropped. */
  function filter(given: unknown): { readonly status: number; readonly body: object } {
    const input = Input.safeParse(given);
    if (!input.success) return toFault(input.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; "));
    const { logGroupName, logGroupIdentifier, startTime, endTime, filterPattern, limit, nextToken } = input.data;
    if (logGroupName === undefined && logGroupIdentifier === undefined) return toFault("logGroupName must be given");
    const matches = filterPattern === undefined ? () => true : parseFilterPattern(filterPattern);
    if (matches === undefined) return toFault("The emulator does not speak this filterPattern.");
    const from = Math.max(0, Number(nextToken ?? 0) - dropped);
    const events: LogEvent[] = [];
    for (const [index, event] of kept.entries()) {
      const isWanted = index >= from && event.timestamp >= startTime && (endTime === undefined || event.timestamp < endTime);
      if (!isWanted || !matches(event.line)) continue;
      if (events.length === limit) return { status: 200, body: toPage(events, String(index + dropped)) };
      events.push(event);
    }
    return { status: 200, body: toPage(events, undefined) };
  }

  const server = createServer(async (request, response) => {
    const json = await readJson(request).catch(() => undefined);
    const isOurs = request.method === "POST" && request.headers["x-amz-target"] === OPERATION;
    const { status, body } = isOurs ? filter(json) : toFault("The emulator knows FilterLogEvents alone.", "UnknownOperationException");
    response.writeHead(status, { "content-type": CONTENT_TYPE, "x-amzn-requestid": randomUUID() }).end(JSON.stringify(body));
  });
  server.listen(port, LOOPBACK);
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://${LOOPBACK}:${typeof address === "object" && address !== null ? address.port : port}`,
    add(message) {
      const line = parseLine(message);
      if (line === undefined) return;
      kept.push({ eventId: randomUUID(), timestamp: now(), message, line });
      if (kept.length <= LINES_MAX) return;
      kept.shift();
      dropped += 1;
    },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function toPage(events: readonly LogEvent[], nextToken: string | undefined): object {
  const shown = events.map(({ line: _line, ...event }) => ({ ...event, logStreamName: "local", ingestionTime: event.timestamp }));
  return { events: shown, searchedLogStreams: [], ...(nextToken !== undefined && { nextToken }) };
}

function toFault(message: string, type = "InvalidParameterException") {
  return { status: 400, body: { __type: type, message } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function parseLine(text: string): LogEvent["line"] | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json) ? Object.fromEntries(Object.entries(json)) : undefined;
  } catch {
    return undefined;
  }
}
