/** What all contenders meet, in a process of its own, and the request that they are asked for: the same one, of another call each time. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pMap from "p-map";
import * as z from "zod";
import { LOCAL_RECORDS_TABLE } from "../../dev/dynamodb/local-dynamodb.ts";
import { findCalls, prepareCalls, readTransfers } from "../../dev/local-gateway.ts";
import { REGION } from "../../dev/offline.ts";
import { DEMO_CONNECTION, DEMO_KEY, SECRETS_PREFIX } from "../../dev/seed.ts";
import { endChild, startChild } from "../measure/children.ts";

export const AGENT = "101";
export const SESSIONS_TABLE_NAME = "ccgw-local-sessions";
export const BASE_URL = "https://hooks.example.com";
/** Of Zendesk, with a mapping of its own. */
export const MAPPED_CONNECTION = "bench-zendesk";
export const USUAL_SECRETS = { api: "bench/usual/api", gateway: "bench/usual/gateway" } as const;
const START_TIMEOUT_MS = 60_000;
/** Calls that are made known at a time. */
const PREPARED_AT_ONCE = 8;
/** Nothing is told of these outcomes: no queue is asked. */
const NO_QUEUE = "http://127.0.0.1:9/000000000000/none";

/** As who the gateway is reached without a secret of ours. */
const Site = z.object({ url: z.string(), ca: z.string(), guid: z.string() });
const Addresses = z.object({
  controlUrl: z.string(),
  secretsUrl: z.string(),
  dynamoDbUrl: z.string(),
  /** Whom clients of the two have to trust. */
  awsCaFile: z.string(),
  issuerUrl: z.string(),
  gateway: Site,
});
export type Addresses = z.infer<typeof Addresses>;

export interface World {
  readonly addresses: Addresses;
  /** Makes a call known to the gateway: its id, of the vendor's form, and never the same. */
  prepareCall(): Promise<string>;
  prepareCalls(count: number): Promise<readonly string[]>;
  /** Makes calls known whose ids are in a sample. */
  prepareCallsOf(sample: string): Promise<void>;
  /** Throws unless the gateway was asked for each of these calls once, and moved it. */
  assertTransferred(callIds: readonly string[]): Promise<void>;
}

interface StartedWorld extends World {
  stop(): Promise<void>;
}

/** With so many connections `bench-0`, … beside those of the local stack. */
export async function startWorld(connections = 0): Promise<StartedWorld> {
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const exitWithParent = new URL("../../dev/exit-with-parent.ts", import.meta.url).href;
  const folder = await mkdtemp(join(tmpdir(), "ccgw-world-"));
  const child = startChild(
    process.execPath,
    ["--import", exitWithParent, file("serve.ts"), join(folder, "aws-ca.pem"), String(connections)],
    {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  );
  async function stop(): Promise<void> {
    await endChild(child);
    await rm(folder, { recursive: true, force: true });
  }
  try {
    return { ...openWorld(Addresses.parse(await firstMessage(child))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function openWorld(addresses: Addresses): World {
  const { controlUrl } = addresses;
  let last = 0;
  async function prepareCall(): Promise<string> {
    last += 1;
    const callId = `1600000000-${last}`;
    await prepareCalls(controlUrl, [{ callId, agentId: AGENT }]);
    return callId;
  }
  return {
    addresses,
    prepareCall,
    prepareCalls: (count) => pMap(Array.from({ length: count }), prepareCall, { concurrency: PREPARED_AT_ONCE }),
    prepareCallsOf: (sample) => prepareCalls(controlUrl, findCalls(sample)),
    async assertTransferred(callIds) {
      const asked = Map.groupBy(await readTransfers(controlUrl), ({ callId }) => callId);
      for (const callId of callIds) {
        const [first, ...more] = asked.get(callId) ?? [];
        if (first?.retcode !== "0" || more.length > 0)
          throw new Error(`the gateway was not asked for the call ${callId} once, with success`);
      }
    },
  };
}

/** Throws where it ends before it has said anything. */
async function firstMessage(child: ChildProcess): Promise<unknown> {
  const settled = new AbortController();
  const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
  const ended = once(child, "exit", { signal }).then(() => Promise.reject(new Error("the simulator ended before it was ready")));
  try {
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    return message;
  } finally {
    settled.abort();
    ended.catch(() => {});
  }
}

/** What Lambda sets, and this stack in the place of the deployed one. The credentials open nothing. */
export function toEnvironment({
  secretsUrl,
  dynamoDbUrl,
  awsCaFile,
}: Pick<Addresses, "secretsUrl" | "dynamoDbUrl" | "awsCaFile">): Readonly<Record<string, string>> {
  return {
    ...{ AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
    ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local", AWS_SESSION_TOKEN: "local" },
    ...{ AWS_LAMBDA_FUNCTION_NAME: "bench", AWS_LAMBDA_FUNCTION_VERSION: "$LATEST", AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512" },
    ...{ AWS_LAMBDA_LOG_GROUP_NAME: "bench", AWS_LAMBDA_LOG_STREAM_NAME: "bench", AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand" },
    ...{ LANG: "en_US.UTF-8", TZ: ":UTC" },
    ...{ AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl, AWS_ENDPOINT_URL_DYNAMODB: dynamoDbUrl },
    NODE_EXTRA_CA_CERTS: awsCaFile,
    CCGW_SECRETS_PREFIX: SECRETS_PREFIX,
    CCGW_PUBLIC_BASE_URL: BASE_URL,
    CCGW_SESSIONS_TABLE: SESSIONS_TABLE_NAME,
    CCGW_RECORDS_TABLE: LOCAL_RECORDS_TABLE,
    CCGW_CALLBACK_QUEUE: NO_QUEUE,
    CCGW_EVENT_BUS: "",
    ...{ API_SECRET: USUAL_SECRETS.api, GATEWAY_SECRET: USUAL_SECRETS.gateway },
  };
}

/** The event of API Gateway that asks for the transfer of a call. */
export function toTransferEvent(callId: string, headers: Readonly<Record<string, string>> = {}): string {
  const body = { callId, target: { type: "agent", address: "205" }, caller: "88880021", callData: "help", reference: "ticket-4711" };
  const own = { authorization: `Bearer ${DEMO_KEY}`, "content-type": "application/json" };
  return toEvent({ connection: DEMO_CONNECTION, headers: { ...own, ...headers }, body: JSON.stringify(body) });
}

/** A POST to a connection, in payload format 2.0. */
export function toEvent({ connection, headers, body, query = "" }: Post): string {
  const path = `/v1/transfers/${connection}`;
  const routeKey = "POST /v1/transfers/{connection}";
  const { host } = new URL(BASE_URL);
  return JSON.stringify({
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(query !== "" && { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
    headers: { ...headers, host },
    requestContext: {
      accountId: "123456789012",
      apiId: "api-id",
      domainName: host,
      domainPrefix: "hooks",
      http: { method: "POST", path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "bench" },
      requestId: "request-of-api",
      routeKey,
      stage: "$default",
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    pathParameters: { connection },
    body,
    isBase64Encoded: false,
  });
}

interface Post {
  readonly connection: string;
  /** Lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly query?: string;
}

const Answer = z.object({ statusCode: z.int(), body: z.string() });
const Transferred = z.looseObject({ state: z.string(), callId: z.string() });

/** Throws unless this is the answer to a transfer that was accepted. */
export function assertAccepted(response: string, callId: string): void {
  const { statusCode, body } = Answer.parse(JSON.parse(response));
  const answer = statusCode === 200 ? Transferred.parse(JSON.parse(body)) : undefined;
  if (answer?.state !== "accepted" || answer.callId !== callId) throw new Error(`answered ${statusCode}: ${body}`);
}

/** Throws unless this is the answer of a function that is asked for nothing. */
export function assertOk(response: string): void {
  const { statusCode, body } = Answer.parse(JSON.parse(response));
  if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${body}`);
}
