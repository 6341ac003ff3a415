/** From an HTTP API event (payload format 2.0) to the bytes, headers and time of a request. Total: whatever the event holds, it throws nothing. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import type { LogFields } from "../log.ts";
import type { Webhook } from "../sources/source.ts";
import { type Clock, type Stopwatch, startStopwatch } from "./stopwatch.ts";

/** Ours: Lambda takes events of 6 MB, a transfer request has some kB, a bot's transcript some hundred. */
export const MAX_BODY_BYTES = 1024 * 1024;

export interface HttpRequest {
  readonly webhook: Webhook;
  readonly path: string;
  /** As API Gateway matched it: `POST /v1/transfers/{connection}`, `$default`. */
  readonly route: string;
  readonly connectionName: string;
  /** As the path names it. A text that nobody has looked at yet. */
  readonly transferId: string;
  /** As the path names it. Texts that nobody has looked at yet. */
  readonly agent: { readonly gateway: string; readonly agentId: string };
  /** Of the caller (`x-request-id`) or of API Gateway. */
  readonly requestId: string;
  readonly stopwatch: Stopwatch;
  /** What the access line will tell. */
  readonly facts: LogFields;
  note(facts: LogFields): void;
}

export interface Edge extends Clock {
  /** Address of the API as callers know it, without a slash at the end. Never taken from a request. */
  readonly publicBaseUrl: string;
}

export function toHttpRequest(event: APIGatewayProxyEventV2, context: Context, edge: Edge): HttpRequest {
  const { requestContext, pathParameters, rawPath = "", rawQueryString = "", routeKey = "" } = event;
  const headers = toLowerCase(event.headers);
  const method = requestContext?.http?.method ?? "";
  const path = withoutBasePath(String(rawPath), edge.publicBaseUrl);
  let facts: LogFields = { lambdaRequestId: context.awsRequestId, method, route: routeKey };
  return {
    webhook: {
      method,
      url: `${edge.publicBaseUrl}${path}${rawQueryString === "" ? "" : `?${rawQueryString}`}`,
      query: new URLSearchParams(rawQueryString),
      headers,
      body: toBytes(event),
      receivedAt: new Date(edge.wallMs()),
      requestedUrl: toRequestedUrl(event, headers, edge.publicBaseUrl),
    },
    path,
    route: routeKey,
    connectionName: pathParameters?.connection ?? "",
    transferId: pathParameters?.transferId ?? "",
    agent: { gateway: pathParameters?.gateway ?? "", agentId: pathParameters?.agentId ?? "" },
    requestId: toRequestId(headers["x-request-id"], requestContext?.requestId),
    stopwatch: startStopwatch({
      ...edge,
      requestedAtMs: requestContext?.timeEpoch,
      runtimeLeftMs: context.getRemainingTimeInMillis?.(),
    }),
    get facts() {
      return facts;
    },
    note(more) {
      facts = { ...facts, ...more };
    },
  };
}

/** How each of our routes begins. */
const ROUTES_BEGIN = "/v1/";

/**
 * The path of our API. Of a custom domain whose mapping has a path, AWS's page says that `rawPath` is without it, others have seen it with it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function withoutBasePath(rawPath: string, publicBaseUrl: string): string {
  const base = new URL(publicBaseUrl).pathname.replace(/\/$/, "");
  // A base path can be /v1, too.
  return rawPath.startsWith(`${base}${ROUTES_BEGIN}`) ? rawPath.slice(base.length) : rawPath;
}

/** Of API Gateway, with the stage where the path has it. The local stack names no protocol. */
function toRequestedUrl(
  { requestContext, rawPath = "", rawQueryString = "" }: APIGatewayProxyEventV2,
  headers: Readonly<Record<string, string>>,
  publicBaseUrl: string,
): string {
  const { "x-forwarded-proto": protocol = publicBaseUrl.split(":", 1)[0], host = requestContext?.domainName } = headers;
  return `${protocol}://${host}${rawPath}${rawQueryString === "" ? "" : `?${rawQueryString}`}`;
}

function toLowerCase(headers: APIGatewayProxyEventV2["headers"] | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])),
  );
}

function toBytes({ body, isBase64Encoded }: APIGatewayProxyEventV2): Uint8Array {
  return Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
}

/** A caller's own id is taken where it is one: it goes into the log and into a header. */
function toRequestId(ofCaller: string | undefined, ofApi: string | undefined): string {
  return ofCaller !== undefined && /^[A-Za-z0-9._:/+=-]{1,128}$/.test(ofCaller) ? ofCaller : (ofApi ?? "");
}
