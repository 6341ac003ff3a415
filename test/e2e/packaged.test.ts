/** What is deployed: the packaged functions themselves, each from its zip, with no node_modules near it, and the template that names them. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import manifest from "../../package.json" with { type: "json" };
import recorded from "../fixtures/http-api-event.json" with { type: "json" };
import { toEvent } from "../support/http-event.ts";
import { lexEvent } from "../support/lex.ts";
import { invokePackaged, type LambdaFunction, readFunctions, readResources, unpack } from "../support/packaged-function.ts";
import { PUBLIC_BASE_URL } from "../support/stack.ts";

const ZIPS = ["describe-connection.zip", "health.zip", "receive-lex.zip", "receive-transfer.zip", "unrouted.zip"];
/** A cold start reads and compiles all of it. The SDK and undici make up four fifths of the 612 kB; another dependency of their size would not go unnoticed. */
const TRANSFER_ZIP_MAX_BYTES = 650_000;
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

const { version } = manifest;
const folder = inject("packageFolder");
let gateway: GatewaySimulator;
let secrets: SecretsManagerEmulator;
let functions: ReadonlyMap<string, LambdaFunction>;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
  secrets = await startSecretsManagerEmulator({ port: 0 });
  functions = await readFunctions(folder);
  secrets.putSecret(`${PREFIX}/gateways/main`, { schemaVersion: 1, url: gateway.url, ca: gateway.caPem });
  secrets.putSecret(`${PREFIX}/agents/main/101`, { schemaVersion: 1, session: "external", guid: gateway.guidOf("101") });
  secrets.putSecret(`${PREFIX}/connections/crm`, {
    schemaVersion: 1,
    source: "api",
    verification: { secrets: [{ id: "current", value: KEY }] },
    gateway: "main",
    agentId: "101",
    allow: { targets: "any" },
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

function invokeAny(zip: string, events: readonly unknown[]) {
  const lambda = functions.get(zip);
  if (lambda === undefined) return expect.fail(`${zip} is not in the template`);
  return invokePackaged(folder, zip, lambda, events, {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    CCGW_PUBLIC_BASE_URL: PUBLIC_BASE_URL,
  });
}

/** The recorded event, as if it came now: a recorded time would leave no time to transfer. */
function eventOfNow(): APIGatewayProxyEventV2 {
  return { ...recorded, requestContext: { ...recorded.requestContext, timeEpoch: Date.now() } };
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

  it("stays small", async () => {
    expect((await stat(join(folder, "receive-transfer.zip"))).size).toBeLessThan(TRANSFER_ZIP_MAX_BYTES);
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

describe("each zip", () => {
  it.each(ZIPS)("%s holds the bundle of its handler and nothing else", async (zip) => {
    const lambda = functions.get(zip);
    const files = await unpack(folder, zip);
    expect(Object.keys(files)).toEqual([`${lambda?.Handler.replace(/\.handler$/, "")}.mjs`]);
    const bundle = Buffer.concat(Object.values(files)).toString("utf8");
    expect(LOCAL_MARKERS.filter((marker) => bundle.includes(marker))).toEqual([]);
  });

  it("is that of a function in the template", () => {
    expect([...functions.keys()].sort()).toEqual(ZIPS);
  });
});

describe("the template", () => {
  it.each(ZIPS)("runs %s on the runtime that the tests run on, and lets our answer come before API Gateway's", (zip) => {
    expect(functions.get(zip)).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Timeout: 28 });
    expect(process.versions.node).toMatch(/^24\./);
    expect(functions.get(zip)?.Environment.Variables).toEqual({
      CCGW_SECRETS_PREFIX: PREFIX,
      CCGW_PUBLIC_BASE_URL: { "Fn::Sub": `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` },
      CCGW_VERSION: version,
    });
  });

  it("gives its role the logs and the secrets under its prefix, no more", async () => {
    const roles = (await readResources(folder)).filter(({ Type }) => Type === "AWS::IAM::Role");
    const statements = roles.flatMap(({ Properties }) =>
      Object(Properties).Policies.flatMap(({ PolicyDocument }: { PolicyDocument: { Statement: unknown } }) => PolicyDocument.Statement),
    );
    const arn = (service: string, rest: string) => ({
      "Fn::Sub": `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
    });
    const logGroups = "log-group:/aws/lambda/ccgateway-transfer-webhooks-prod";
    expect(roles.map(({ Properties }) => Object(Properties).ManagedPolicyArns)).toEqual([undefined]);
    expect(statements).toEqual([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"],
        Resource: [arn("logs", `${logGroups}*:*`)],
      },
      { Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: [arn("logs", `${logGroups}*:*:*`)] },
      {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue"],
        Resource: arn("secretsmanager", `secret:${PREFIX}/*`),
      },
    ]);
  });
});
