/** What is deployed: the packaged functions themselves, each from its zip, with no node_modules near it, and the template that names them. */
import { createHmac } from "node:crypto";
import { posix } from "node:path";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { type LocalDynamoDb, RECORDS_TABLE, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { SOURCE_IDS } from "../../lib/sources/index.ts";
import manifest from "../../package.json" with { type: "json" };
import recorded from "../fixtures/http-api-event.json" with { type: "json" };
import { toAgentEvent } from "../support/agent-event.ts";
import { toEvent } from "../support/http-event.ts";
import { type LambdaEndpoint, startLambdaEndpoint } from "../support/lambda-endpoint.ts";
import { lexEvent } from "../support/lex.ts";
import { importEach, invokePackaged, type LambdaFunction, readFunctions, readResources, unpack } from "../support/packaged-function.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";

const ZIPS = [
  "agent-sessions.zip",
  "deliver-callbacks.zip",
  "describe-connection.zip",
  "diagnose.zip",
  "dispatch-keepers.zip",
  "gateway-events.zip",
  "health.zip",
  "keep-session.zip",
  "read-transfer.zip",
  "receive-lex.zip",
  "receive-transfer.zip",
  "sign-out-agents.zip",
  "sweep-records.zip",
  "unrouted.zip",
];
/** Of those that answer nobody, in seconds. */
const TIMEOUTS: Readonly<Record<string, number>> = { "keep-session.zip": 150, "sign-out-agents.zip": 300, "sweep-records.zip": 50 };
/** What the local stack, the tests and a source map alone have in them. */
const LOCAL_MARKERS = [
  "local-demo-key",
  "AgentGateway0",
  "selfsigned",
  "simulated failure",
  "test-key-of-a-connection",
  "sourceMappingURL",
];
const PREFIX = "ccgw/prod";
const KEY = "recorded-key-of-a-crm";
const HAND_OVER_KEY = "key-of-the-agents-desk";
const EVENTS_KEY = "of-which-the-tokens-of-agents-are-made";

const { version } = manifest;
const folder = inject("packageFolder");
let gateway: GatewaySimulator;
let secrets: SecretsManagerEmulator;
let dynamoDb: LocalDynamoDb;
let lambda: LambdaEndpoint;
let functions: ReadonlyMap<string, LambdaFunction>;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
  secrets = await startSecretsManagerEmulator({ port: 0 });
  dynamoDb = await startLocalDynamoDb({ port: 0, tables: { sessions: SESSIONS_TABLE, records: RECORDS_TABLE } });
  lambda = await startLambdaEndpoint(() => ({ status: 202, body: "" }));
  functions = await readFunctions(folder);
  secrets.putSecret(`${PREFIX}/gateways/main`, { schemaVersion: 1, url: gateway.url, ca: gateway.caPem });
  secrets.putSecret(`${PREFIX}/agents/main/101`, { schemaVersion: 1, session: "external", guid: gateway.guidOf("101") });
  secrets.putSecret(`${PREFIX}/agents/main/102`, {
    schemaVersion: 1,
    session: "managed",
    signIn: { password: "local-demo-password-102", phonenum: "88880102" },
  });
  secrets.putSecret(`${PREFIX}/agents/main/104`, {
    schemaVersion: 1,
    session: "handed-over",
    verification: { secrets: [{ id: "desk", value: HAND_OVER_KEY }] },
  });
  secrets.putSecret(`${PREFIX}/keys/events`, { schemaVersion: 1, value: EVENTS_KEY });
  secrets.putSecret(`${PREFIX}/keys/records`, { schemaVersion: 1, value: "of-which-the-names-of-records-are-made" });
  secrets.putSecret(`${PREFIX}/connections/crm`, {
    schemaVersion: 1,
    source: "api",
    verification: { secrets: [{ id: "current", value: KEY }] },
    gateway: "main",
    agentId: "101",
    allow: { agents: "any", targets: "any" },
  });
  secrets.putSecret(`${PREFIX}/connections/lex-packaged-testalias1`, {
    schemaVersion: 1,
    source: "lex-v2",
    verification: {},
    gateway: "main",
    agentId: "101",
    targets: { accounting: { type: "skill-queue", address: "31" } },
  });
});
afterAll(async () => {
  await lambda.stop();
  await dynamoDb.stop();
  await secrets.stop();
  await gateway.stop();
});

const HttpResult = z.object({ statusCode: z.int(), headers: z.record(z.string(), z.string()), body: z.string() });

async function invoke(zip: string, ...events: readonly APIGatewayProxyEventV2[]) {
  const { results, ...invoked } = await invokeAny(zip, events);
  const answers = results
    .map((result) => HttpResult.parse(result))
    .map(({ statusCode, body }) => ({ status: statusCode, body: JSON.parse(body) }));
  return { ...invoked, answers };
}

function invokeAny(zip: string, events: readonly unknown[], more: Readonly<Record<string, string>> = {}) {
  const packaged = functions.get(zip);
  if (packaged === undefined) return expect.fail(`${zip} is not in the template`);
  return invokePackaged(folder, zip, packaged, events, {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    CCGW_SESSIONS_TABLE: "sessions",
    CCGW_RECORDS_TABLE: "records",
    CCGW_CALLBACK_QUEUE: "http://127.0.0.1:1/queue",
    CCGW_PUBLIC_BASE_URL: PUBLIC_BASE_URL,
    ...more,
  });
}

/** The recorded event, as if it came now: a recorded time would leave no time to transfer. */
function eventOfNow(): APIGatewayProxyEventV2 {
  return { ...recorded, requestContext: { ...recorded.requestContext, timeEpoch: Date.now() } };
}

function toCrmEvent(body: object): APIGatewayProxyEventV2 {
  const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
  const route = "POST /v1/transfers/{connection}";
  return toEvent({ method: "POST", path: "/v1/transfers/crm", route, connection: "crm", headers, body: JSON.stringify(body) });
}

describe("the packaged transfer function", () => {
  it("transfers a recorded event once, and answers its repeat from the record", async () => {
    const { answers, arity, log } = await invoke("receive-transfer.zip", eventOfNow(), eventOfNow());
    expect(arity).toBeLessThanOrEqual(2);
    expect(answers).toMatchObject([
      { status: 200, body: { state: "accepted", replayed: false, reference: "ticket-4711", gateway: { retcode: "0" } } },
      { status: 200, body: { state: "accepted", replayed: true } },
    ]);
    expect(gateway.transfers()).toMatchObject([{ acted: true, agentId: "101", headers: { guid: gateway.guidOf("101") } }]);
    expect(log.split("\n").filter((line) => line.includes('"message":"request"'))).toHaveLength(2);
  });

  it("refuses a request with another key", async () => {
    const event = { ...eventOfNow(), headers: { ...recorded.headers, authorization: "Bearer another-key" } };
    const { answers } = await invoke("receive-transfer.zip", event);
    expect(answers).toMatchObject([{ status: 401, body: { code: "unauthenticated" } }]);
  });
});

describe("the other packaged functions", () => {
  it("transfer for a bot of Lex", async () => {
    const before = gateway.transfers().length;
    const event = lexEvent("PACKAGED");
    gateway.addCall({ callid: "1552524689-16797292", agentId: "101" });
    const { results, arity } = await invokeAny("receive-lex.zip", [event]);
    expect(arity).toBeLessThanOrEqual(2);
    expect(results).toMatchObject([{ sessionState: { intent: { state: "Fulfilled" }, sessionAttributes: { ccgw_state: "accepted" } } }]);
    expect(gateway.transfers()).toHaveLength(before + 1);
  });

  it("describe a connection", async () => {
    const headers = { authorization: `Bearer ${KEY}` };
    const route = "GET /v1/connections/{connection}";
    const event = toEvent({ method: "GET", path: "/v1/connections/crm", route, connection: "crm", headers });
    const { answers, arity } = await invoke("describe-connection.zip", event);
    expect(arity).toBeLessThanOrEqual(2);
    expect(answers).toMatchObject([{ status: 200, body: { connection: "crm", source: "api", agentId: "101" } }]);
  });

  it("have every managed agent kept, and no other", async () => {
    await invokeAny("dispatch-keepers.zip", [{}]);
    const requests = lambda.takeRequests();
    expect(requests.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ["/2015-03-31/functions/ccgateway-transfer-webhooks-prod-keep-session/invocations", { gateway: "main", agentId: "102" }],
    ]);
    expect(requests[0]?.headers["x-amz-invocation-type"]).toBe("Event");
  });

  it("keep an agent signed in, whose Guid a transfer then goes out with, and sign it out", async () => {
    gateway.configure({ pollWaitMs: 100 });
    const { log } = await invokeAny("keep-session.zip", [{ gateway: "main", agentId: "102" }]);
    expect(log).toContain('"signIn":"signed-in"');
    const event = toCrmEvent({ callId: "1552524689-16797384", agentId: "102", target: { type: "agent", address: "205" } });
    const { answers } = await invoke("receive-transfer.zip", event);
    expect(answers).toMatchObject([{ status: 200, body: { state: "accepted", agentId: "102" } }]);
    expect(gateway.transfers().at(-1)).toMatchObject({ acted: true, headers: { guid: gateway.guidOf("102") } });

    const { results } = await invokeAny("sign-out-agents.zip", [{}], { TEST_REMAINING_MS: "300000" });
    expect(results).toEqual([{ agents: [{ gateway: "main", agentId: "102", ended: "signed-out" }], left: [] }]);
    expect(gateway.agents()).toContainEqual(expect.objectContaining({ agentId: "102", signedIn: "no" }));
  });

  it("take a Guid that is handed over, and a push of the gateway's, from whoever proves it", async () => {
    const guid = gateway.guidOf("104");
    const headers = { authorization: `Bearer ${HAND_OVER_KEY}`, "content-type": "application/json" };
    const body = JSON.stringify({ guid, renewedAt: new Date().toISOString() });
    const handOver = toAgentEvent("PUT", "agent-sessions", { agentId: "104", headers, body, timeEpoch: Date.now() });
    expect((await invokeAny("agent-sessions.zip", [handOver])).results).toMatchObject([{ statusCode: 204 }]);

    const event = toCrmEvent({ callId: "1552524689-16797288", agentId: "104", target: { type: "agent", address: "205" } });
    expect((await invoke("receive-transfer.zip", event)).answers).toMatchObject([{ status: 200, body: { state: "accepted" } }]);

    const pushed = JSON.stringify({ workNo: "104", eventList: [{ eventType: "AgentEvent_Call_Release", workNo: "104", content: "1-1" }] });
    const token = createHmac("sha256", EVENTS_KEY).update('["main","104"]').digest("hex").slice(0, 48);
    const pushes = [token, "another"].map((serviceToken) =>
      toAgentEvent("POST", "gateway-events", {
        agentId: "104",
        headers: { service_token: serviceToken },
        body: pushed,
        timeEpoch: Date.now(),
      }),
    );
    const { answers, log } = await invoke("gateway-events.zip", ...pushes);
    expect(answers).toMatchObject([
      { status: 200, body: { message: "success", retcode: "0" } },
      { status: 401, body: { code: "unauthenticated" } },
    ]);
    expect(log.match(/"eventType":"AgentEvent_Call_Release"/g)).toHaveLength(1);
  });

  it("tell their health and version", async () => {
    const { answers, arity } = await invoke("health.zip", toEvent({ method: "GET", path: "/v1/health", route: "GET /v1/health" }));
    expect(arity).toBeLessThanOrEqual(2);
    expect(answers).toEqual([{ status: 200, body: { status: "ok", version } }]);
  });

  it("answer what has no route", async () => {
    const unknown = toEvent({ method: "GET", path: "/", route: "$default" });
    const { answers, arity } = await invoke("unrouted.zip", unknown, toEvent({ method: "PUT", path: "/v1/health", route: "$default" }));
    expect(arity).toBeLessThanOrEqual(2);
    expect(answers).toMatchObject([
      { status: 404, body: { code: "not-found" } },
      { status: 405, body: { code: "method-not-allowed" } },
    ]);
  });
});

function modulesOf(files: Readonly<Record<string, Uint8Array>>): readonly string[] {
  return Object.keys(files).filter((path) => path.endsWith(".mjs"));
}

/** Of the modules beside this one: `from"./a.mjs"`, `import"./a.mjs"` and `import("./a.mjs")`. */
function importsOf(files: Readonly<Record<string, Uint8Array>>, path: string): readonly string[] {
  const code = Buffer.from(files[path] ?? []).toString("utf8");
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.\.?\/[^"']+)["']/g)].map(([, to = ""]) => posix.join(posix.dirname(path), to));
}

describe("each zip", () => {
  it.each(ZIPS)(
    "%s holds the bundle of its handler in one file or several, the licences of what that is made of, and nothing else",
    async (zip) => {
      const lambda = functions.get(zip);
      const files = await unpack(folder, zip);
      const handler = lambda?.Handler.replace(/\.handler$/, "") ?? "";
      const [licenses, ...modules] = Object.keys(files).toSorted();
      expect(licenses).toBe("THIRD-PARTY-LICENSES.txt");
      expect(modules).toContain(`${handler}.mjs`);
      // What it loads on demand is beside it, under its name.
      expect(modules.filter((path) => !path.startsWith(`${handler}.`) || !path.endsWith(".mjs"))).toEqual([]);
      const bundle = Buffer.concat(Object.values(files)).toString("utf8");
      expect(LOCAL_MARKERS.filter((marker) => bundle.includes(marker))).toEqual([]);
    },
  );

  it.each(ZIPS)("%s holds each module that one of its own imports, at once or on demand", async (zip) => {
    const files = await unpack(folder, zip);
    const missing = modulesOf(files).flatMap((path) => importsOf(files, path).filter((imported) => !Object.hasOwn(files, imported)));
    expect(missing).toEqual([]);
  });

  it("holds beside the transfer function each source, and what a mapping takes", async () => {
    const files = await unpack(folder, "receive-transfer.zip");
    const onDemand = new Set(modulesOf(files).flatMap((path) => importsOf(files, path)));
    for (const name of [...SOURCE_IDS, "jsonata"]) expect([...onDemand].filter((path) => path.includes(`.${name}`))).not.toEqual([]);
  });

  it("holds modules that can be loaded, all but those that are left out", async () => {
    const modules: Record<string, readonly string[]> = {};
    for (const zip of ZIPS) {
      const files = await unpack(folder, zip);
      const handler = functions.get(zip)?.Handler.replace(/\.handler$/, ".mjs");
      modules[zip] = modulesOf(files).filter((path) => path !== handler);
    }
    const failures = z.array(z.tuple([z.string(), z.string()])).parse(await importEach(folder, modules));
    expect(failures.filter(([, why]) => !why.includes("is left out of this bundle"))).toEqual([]);
  });

  it("is that of a function in the template", () => {
    expect([...functions.keys()].sort()).toEqual(ZIPS);
  });
});

describe("the template", () => {
  it.each(ZIPS)("runs %s on the runtime that the tests run on, and lets our answer come before API Gateway's", (zip) => {
    const Timeout = TIMEOUTS[zip] ?? 28;
    expect(functions.get(zip)).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Timeout });
    expect(process.versions.node).toMatch(/^24\./);
    expect(functions.get(zip)?.Environment.Variables).toEqual({
      POWERTOOLS_SERVICE_NAME: "ccgateway-transfer-webhooks-prod",
      CCGW_SECRETS_PREFIX: PREFIX,
      CCGW_PUBLIC_BASE_URL: { "Fn::Sub": `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` },
      CCGW_VERSION: version,
      CCGW_SESSIONS_TABLE: { Ref: "SessionsTable" },
      CCGW_RECORDS_TABLE: { Ref: "RecordsTable" },
      CCGW_RETENTION_DAYS: "30",
      CCGW_KEEPER_FUNCTION: "ccgateway-transfer-webhooks-prod-keep-session",
      CCGW_CALLBACK_QUEUE: { Ref: "CallbackQueue" },
      CCGW_EVENT_BUS: "default",
    });
  });

  it("keeps live sessions without backups and records with them, both encrypted and no longer than they are of use", async () => {
    const tables = (await readResources(folder)).filter(({ Type }) => Type === "AWS::DynamoDB::Table");
    const common = { SSESpecification: { SSEEnabled: true }, TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true } };
    expect(tables.map(({ Properties }) => Properties)).toMatchObject([
      { ...SESSIONS_TABLE, ...common, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } },
      { ...RECORDS_TABLE, ...common, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ]);
  });
});
