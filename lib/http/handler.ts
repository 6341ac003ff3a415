/**
 * The stack around a route: event in, access line and answer out, and the one catch. A route gets a request within its limits and either returns a
 * reply or throws; nothing that it throws reaches the caller as it is.
 */
import middy, { type MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { TransferError, toTransferError } from "../errors.ts";
import { type Log, toErrorFields } from "../log.ts";
import type { Reply } from "../sources/source.ts";
import { renderCanonical } from "./canonical-reply.ts";
import { type Edge, type HttpRequest, MAX_BODY_BYTES, toHttpRequest } from "./request.ts";
import type { Clock } from "./stopwatch.ts";
import { toFailureFacts } from "./transfer-entries.ts";

export type Route = (request: HttpRequest) => Promise<Reply>;
export type HttpHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
type Middleware = MiddlewareObj<HttpRequest, Reply>;

export const SYSTEM_CLOCK: Clock = { wallMs: Date.now, monotonicMs: () => performance.now() };

export function createHttpHandler(route: Route, { log, edge }: { readonly log: Log; readonly edge: Edge }): HttpHandler {
  // No early time-out: it would answer while the route goes on. Deadlines are the stopwatch's.
  const stack = middy<HttpRequest, Reply>({ timeoutEarlyInMillis: 0 }).use(accessLine(log)).use(problems(log)).use(limits).handler(route);

  return async (event, context) => {
    const request = toHttpRequest(event, context, edge);
    try {
      const { status, headers, body } = await stack(request, context);
      const ours = { "cache-control": "no-store", "x-request-id": request.requestId };
      return { statusCode: status, headers: { ...headers, ...ours }, body };
    } finally {
      request.stopwatch.end();
    }
  };
}

const limits: Middleware = {
  before: ({ event: { webhook } }) => {
    if (webhook.body.length > MAX_BODY_BYTES)
      throw new TransferError("payload-too-large", {
        reason: "body over the limit",
        detail: `The body may have at most ${MAX_BODY_BYTES} bytes.`,
      });
  },
};

/** The one catch. What was thrown past a route may have been thrown after a transfer was sent. */
function problems(log: Log): Middleware {
  return {
    onError: (middle) => {
      const { event: request, error: thrown } = middle;
      const error = toTransferError(thrown, "unknown");
      noteFailure(request, error, log);
      middle.response = renderCanonical({ kind: "failure", error }, { ...contextOf(request), style: "native" });
    },
  };
}

function accessLine(log: Log): Middleware {
  function write({ event: request, response }: { readonly event: HttpRequest; readonly response?: Reply | null | undefined }): void {
    const { status, code } = response ?? {};
    const durationMs = Math.round(request.stopwatch.elapsedMs());
    log.access({ ...request.facts, requestId: request.requestId, status, code, durationMs });
  }
  return { after: write, onError: write };
}

/** Tells the access line why, and an operator where, if it is a bug. */
function noteFailure(request: HttpRequest, error: TransferError, log: Log): void {
  request.note(toFailureFacts(error));
  if (error.code === "internal") log.problem("bug", { requestId: request.requestId, ...toErrorFields(error.cause) });
}

export function contextOf({ requestId, webhook }: HttpRequest): { readonly requestId: string; readonly accept: string | undefined } {
  return { requestId, accept: webhook.headers.accept };
}
