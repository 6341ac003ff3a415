/**
 * The real functions in this process, as handlers/ wires them, between a CC-Gateway simulator and a Secrets Manager emulator on free ports. Each
 * `connect` makes a gateway, an agent and a connection of new names, so that nothing that a function caches leaks from one test to the next.
 */
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { vi } from "vitest";
import { RECORDS_TABLE, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import type { HttpHandler } from "../../lib/http/handler.ts";
import type { SignedOutAgent } from "../../lib/sessions/sign-out-handler.ts";
import { type EventOptions, toContext, toEvent } from "./http-event.ts";

export const KEY = "test-key-of-a-connection";
const PREFIX = "ccgw/test";
const SESSIONS_TABLE_NAME = "sessions";
const RECORDS_TABLE_NAME = "records";
/** Of which the service tokens of agents are made. */
export const EVENTS_KEY = "key-of-service-tokens-for-tests-alone";
/** Under which names records are kept. */
const RECORDS_KEY = "key-of-the-records-for-tests-alone";
/** By which the addresses of transfers' statuses are signed. */
export const STATUS_KEY = "key-of-statuses-addresses-for-tests";
/** Where the callers of this stack think that they post: what some of them sign. */
export const PUBLIC_BASE_URL = "https://hooks.example.com/ccgw";

interface ConnectOptions {
  /** Over the secrets' usual documents. Undefined members are left out; `agent: null` makes no agent's secret. */
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly gateway?: Readonly<Record<string, unknown>>;
  readonly agent?: Readonly<Record<string, unknown>> | null;
  /** Whose session it is. 101 unless set. */
  readonly agentId?: string;
}

/** Names and secret names of what `connect` made. */
export interface Connected {
  readonly connection: string;
  readonly gateway: string;
  readonly secrets: { readonly connection: string; readonly gateway: string; readonly agent: string };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body, parsed as JSON when it is asked for. */
  readonly body: Record<string, unknown>;
}

export interface Stack {
  readonly gateway: GatewaySimulator;
  readonly secrets: SecretsManagerEmulator;
  connect(options?: ConnectOptions): Connected;
  /** `POST /v1/transfers/{connection}` with the connection's key; an object is sent as JSON. */
  transfer(connection: string, body: unknown, options?: Partial<EventOptions> & { readonly remainingMs?: number }): Promise<Answer>;
  /** `GET /v1/transfers/{connection}/{transferId}` with the connection's key. */
  status(connection: string, transferId: string, options?: Partial<EventOptions> & { readonly remainingMs?: number }): Promise<Answer>;
  /** `GET /v1/connections/{connection}` with the connection's key. */
  describe(connection: string, options?: Partial<EventOptions>): Promise<Answer>;
  /** Of an agent: the gateway's push, and the hand-over of whoever holds its session elsewhere. */
  callFor(agent: AgentRoute, options: Partial<EventOptions>): Promise<Answer>;
  /** One run of the function that keeps an agent signed in, with a runtime that lasts this long. */
  keep(agent: { readonly gateway: string; readonly agentId: string }, remainingMs: number): Promise<void>;
  /** One run of the function that signs all managed agents out. */
  signOutAgents(event: object): Promise<{ readonly agents: readonly SignedOutAgent[] }>;
  /** One run of the function that sweeps the records. */
  sweep(): Promise<void>;
  /** What is done meanwhile is done that much later, by the functions' wall clock. */
  later<Done>(ms: number, work: () => Promise<Done>): Promise<Done>;
  /** What the functions printed since the last call. */
  takeLog(): string[];
  /** What the simulator and the emulator logged since the last call. */
  takeServerLog(): string[];
  stop(): Promise<void>;
}

export interface AgentRoute {
  readonly route: "POST /v1/gateway-events" | "PUT /v1/agent-sessions" | "DELETE /v1/agent-sessions";
  readonly gateway: string;
  readonly agentId: string;
}

interface StackOptions {
  /** Where the functions' wall clock stands still, in ms since 1970. It goes on unless set. */
  readonly instantMs?: number;
  /** What the functions reach instead of the DynamoDB that there is. */
  readonly before?: (dynamoDbUrl: string) => Promise<string>;
  /** Where outcomes are left. Unless set, nobody is there. */
  readonly queue?: { readonly url: string; readonly queueUrl: string };
}

const NO_QUEUE = { url: "http://127.0.0.1:1", queueUrl: "http://127.0.0.1:1/queue" };

export async function startStack({ instantMs, before, queue = NO_QUEUE }: StackOptions = {}): Promise<Stack> {
  const served: string[] = [];
  const gateway = await startGatewaySimulator({ port: 0, log: (line) => served.push(line) });
  const secrets = await startSecretsManagerEmulator({ port: 0, log: (line) => served.push(line) });
  const tables = { [SESSIONS_TABLE_NAME]: SESSIONS_TABLE, [RECORDS_TABLE_NAME]: RECORDS_TABLE };
  const dynamoDb = await startLocalDynamoDb({ port: 0, tables });
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", (await before?.(dynamoDb.url)) ?? dynamoDb.url);
  vi.stubEnv("CCGW_SESSIONS_TABLE", SESSIONS_TABLE_NAME);
  vi.stubEnv("CCGW_RECORDS_TABLE", RECORDS_TABLE_NAME);
  vi.stubEnv("CCGW_RETENTION_DAYS", "30");
  vi.stubEnv("CCGW_KEEPER_FUNCTION", "keep-session");
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", queue.url);
  vi.stubEnv("CCGW_CALLBACK_QUEUE", queue.queueUrl);
  vi.stubEnv("CCGW_SECRETS_PREFIX", PREFIX);
  vi.stubEnv("CCGW_VERSION", "0.0.0-test");
  vi.stubEnv("CCGW_PUBLIC_BASE_URL", PUBLIC_BASE_URL);
  const printed: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  // Set once the servers have their certificates, which are judged by the machine's own clock.
  let aheadMs = 0;
  const { now } = Date;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => (instantMs ?? now()) + aheadMs);
  // Instances of this stack's own: a function reads its environment when it is loaded.
  vi.resetModules();
  const receiveTransfer = await import("../../handlers/receive-transfer.ts");
  const readTransfer = await import("../../handlers/read-transfer.ts");
  const describeConnection = await import("../../handlers/describe-connection.ts");
  secrets.putSecret(`${PREFIX}/keys/events`, { schemaVersion: 1, value: EVENTS_KEY });
  secrets.putSecret(`${PREFIX}/keys/records`, { schemaVersion: 1, value: RECORDS_KEY });
  secrets.putSecret(`${PREFIX}/keys/status`, { schemaVersion: 1, value: STATUS_KEY });
  let count = 0;

  async function invoke(handler: HttpHandler, options: EventOptions, remainingMs?: number): Promise<Answer> {
    return toResult(await handler(toEvent(options), toContext(remainingMs)));
  }

  return {
    gateway,
    secrets,
    connect({ connection = {}, gateway: site = {}, agent = {}, agentId = "101" } = {}) {
      count += 1;
      const names = { connection: `connection-${count}`, gateway: `gateway-${count}` };
      const paths = {
        connection: `${PREFIX}/connections/${names.connection}`,
        gateway: `${PREFIX}/gateways/${names.gateway}`,
        agent: `${PREFIX}/agents/${names.gateway}/${agentId}`,
      };
      secrets.putSecret(paths.gateway, { schemaVersion: 1, url: gateway.url, ca: gateway.caPem, ...site });
      if (agent !== null)
        secrets.putSecret(paths.agent, {
          schemaVersion: 1,
          ...("session" in agent ? {} : { session: "external", guid: agent.guid ?? gateway.guidOf(agentId) }),
          ...agent,
        });
      secrets.putSecret(paths.connection, {
        schemaVersion: 1,
        source: "api",
        verification: { scheme: "shared-secret", secrets: [{ id: "current", value: KEY }] },
        gateway: names.gateway,
        agentId,
        allow: { agents: "any", targets: "any", modes: "any" },
        ...connection,
      });
      return { ...names, secrets: paths };
    },
    transfer(connection, body, { remainingMs, headers, ...options } = {}) {
      const isRaw = typeof body === "string" || body instanceof Uint8Array;
      return invoke(
        receiveTransfer.handler,
        {
          method: "POST",
          path: `/v1/transfers/${connection}`,
          route: "POST /v1/transfers/{connection}",
          connection,
          headers: headers ?? { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
          body: isRaw ? body : JSON.stringify(body),
          ...options,
        },
        remainingMs,
      );
    },
    status(connection, transferId, { remainingMs, ...options } = {}) {
      return invoke(
        readTransfer.handler,
        {
          method: "GET",
          path: `/v1/transfers/${connection}/${transferId}`,
          route: "GET /v1/transfers/{connection}/{transferId}",
          connection,
          transferId,
          headers: { authorization: `Bearer ${KEY}` },
          ...options,
        },
        remainingMs,
      );
    },
    describe(connection, options = {}) {
      return invoke(describeConnection.handler, {
        method: "GET",
        path: `/v1/connections/${connection}`,
        route: "GET /v1/connections/{connection}",
        connection,
        headers: { authorization: `Bearer ${KEY}` },
        ...options,
      });
    },
    async callFor({ route, gateway: site, agentId }, options) {
      const isPush = route === "POST /v1/gateway-events";
      const { handler } = isPush ? await import("../../handlers/gateway-events.ts") : await import("../../handlers/agent-sessions.ts");
      const [method = "", path = ""] = route.split(" ");
      return invoke(handler, {
        method,
        path: `${path}/${site}/${agentId}`,
        route: `${route}/{gateway}/{agentId}`,
        agent: { gateway: site, agentId },
        ...options,
      });
    },
    async keep(agent, remainingMs) {
      const { handler } = await import("../../handlers/keep-session.ts");
      await handler(agent, toContext(remainingMs));
    },
    async signOutAgents(event) {
      const { handler } = await import("../../handlers/sign-out-agents.ts");
      const answer = await handler(event, toContext(300_000));
      if ("error" in answer) throw new Error(answer.error);
      return answer;
    },
    async sweep() {
      const { handler } = await import("../../handlers/sweep-records.ts");
      await handler({}, toContext(50_000));
    },
    async later(ms, work) {
      aheadMs = ms;
      try {
        return await work();
      } finally {
        aheadMs = 0;
      }
    },
    takeLog: () => printed.splice(0),
    takeServerLog: () => served.splice(0),
    async stop() {
      clock.mockRestore();
      stdout.mockRestore();
      stderr.mockRestore();
      vi.unstubAllEnvs();
      await dynamoDb.stop();
      await secrets.stop();
      await gateway.stop();
    },
  };
}

export function toResult({ statusCode = 0, headers = {}, body = "" }: APIGatewayProxyStructuredResultV2): Answer {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return {
    status: statusCode,
    headers: texts,
    text: body,
    get body() {
      return JSON.parse(body);
    },
  };
}

/** The vendor's own example (cec_07_0460) as a canonical request, for a call that the simulator knows. */
export function exampleRequest(callId: string): Record<string, unknown> {
  return { callId, target: { type: "agent", address: "205" }, mode: "release-after-transfer", caller: "88880021", callData: "help" };
}
