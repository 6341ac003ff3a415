/** HTTP API events (payload format 2.0) as API Gateway makes them, and a Lambda context. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";

export interface EventOptions {
  readonly method: string;
  readonly path: string;
  /** As API Gateway matched it. */
  readonly route: string;
  readonly connection?: string;
  readonly transferId?: string;
  readonly agent?: { readonly gateway: string; readonly agentId: string };
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Wall clock, ms. Now, unless set. */
  readonly timeEpoch?: number;
}

export function toEvent({
  method,
  path,
  route,
  connection,
  transferId,
  agent,
  query = "",
  headers = {},
  body,
  timeEpoch,
}: EventOptions): APIGatewayProxyEventV2 {
  const binary = body !== undefined && typeof body !== "string";
  return {
    version: "2.0",
    routeKey: route,
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: "123456789012",
      apiId: "api-id",
      domainName: "api-id.execute-api.eu-central-1.amazonaws.com",
      domainPrefix: "api-id",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: "request-of-api",
      routeKey: route,
      stage: "$default",
      time: "23/Nov/2026:07:00:00 +0000",
      timeEpoch: timeEpoch ?? Date.now(),
    },
    ...(connection !== undefined && { pathParameters: { connection, ...(transferId !== undefined && { transferId }) } }),
    ...(agent !== undefined && { pathParameters: { ...agent } }),
    ...(body !== undefined && { body: binary ? Buffer.from(body).toString("base64") : body }),
    isBase64Encoded: binary,
  };
}

export function toContext(remainingMs = 28_000): Context {
  const until = Date.now() + remainingMs;
  return {
    awsRequestId: "lambda-request",
    callbackWaitsForEmptyEventLoop: true,
    functionName: "receive-transfer",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:receive-transfer",
    memoryLimitInMB: "512",
    logGroupName: "log-group",
    logStreamName: "log-stream",
    getRemainingTimeInMillis: () => until - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
