/**
 * Least privilege, both ways: the packaged functions, each with the policies of its own role between it and AWS. A call that its role does not allow is refused,
 * and fails here; so does a grant that no scenario needs.
 */
import { createHmac } from "node:crypto";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { type LocalDynamoDb, RECORDS_TABLE, SESSIONS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { toPauseId } from "../../lib/records/pauses.ts";
import { toNotice } from "../callbacks/callback-notice.ts";
import { toAgentEvent } from "../support/agent-event.ts";
import { BOT, CONVERSATION } from "../support/bot-connector.ts";
import { DEPLOYED_TO, startGuardedAws, toArn } from "../support/guarded-aws.ts";
import { toEvent } from "../support/http-event.ts";
import { lexEvent } from "../support/lex.ts";
import { invokePackaged, type LambdaFunction, readFunctions } from "../support/packaged-function.ts";
import { type DeployedNames, type FunctionPolicy, type Grant, isDenied, readPolicies } from "../support/role-policies.ts";
import { receive, startSqs, toRecord } from "../support/sqs.ts";
import { startTestIssuer, type TestIssuer } from "../support/token-issuer.ts";

const PREFIX = "ccgw/prod";
const KEY = "key-of-a-crm-with-few-rights";
const HAND_OVER_KEY = "key-of-the-agents-desk";
const EVENTS_KEY = "of-which-the-tokens-of-agents-are-made";
/** Signed in by a transfer itself, by a bot's, by the keeper, which polls for one and has the other's events pushed; and one that is handed over. */
const [INLINE, OF_LEX, POLLED, PUSHED, HANDED_OVER] = ["102", "105", "106", "107", "104"] as const;
/** Nobody is there: a gateway's pushes come from the test alone. */
const PUBLIC_BASE_URL = "https://127.0.0.1:1";
const CALL = "1552524689-16797384";
const SERVICE_URL = "https://bots.example.com/emea/";
/** A lease, and the time after which the gateway is asked about a transfer whose answer was lost. */
const LATER_MS = 100_000;
/** Of their tables, the queue and the stack. Where a function's calls go, its process alone knows. */
const NAMES = {
  ...DEPLOYED_TO,
  HttpApi: "api-id",
  SessionsTable: "sessions",
  "SessionsTable.Arn": toArn("dynamodb", "table/sessions"),
  RecordsTable: "records",
  "RecordsTable.Arn": toArn("dynamodb", "table/records"),
  "CallbackQueue.Arn": toArn("sqs", "callbacks"),
  "DataKey.Arn": toArn("kms", "key/data"),
} satisfies DeployedNames;

const folder = inject("packageFolder");
let gateway: GatewaySimulator;
let secrets: SecretsManagerEmulator;
let dynamoDb: LocalDynamoDb;
let sqs: LocalSqs;
let issuer: TestIssuer;
let functions: ReadonlyMap<string, LambdaFunction>;
let policies: ReadonlyMap<string, FunctionPolicy>;
/** What each function has used of its grants, and what it was refused. */
const seen = new Map<string, { readonly used: Set<Grant>; readonly denied: Grant[] }>();

beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0, settings: { pollWaitMs: 100 } });
  secrets = await startSecretsManagerEmulator({ port: 0 });
  dynamoDb = await startLocalDynamoDb({ port: 0, tables: { sessions: SESSIONS_TABLE, records: RECORDS_TABLE } });
  sqs = await startSqs();
  issuer = await startTestIssuer();
  functions = await readFunctions(folder);
  policies = await readPolicies(folder, { ...NAMES, CallbackQueue: sqs.queueUrl });
  seedSecrets();
});
afterAll(async () => {
  await issuer.stop();
  await sqs.stop();
  await dynamoDb.stop();
  await secrets.stop();
  await gateway.stop();
});

function seedSecrets(): void {
  const put = (name: string, document: object) => secrets.putSecret(`${PREFIX}/${name}`, { schemaVersion: 1, ...document });
  const allow = { agents: "any", targets: "any" };
  const rateLimit = { requests: 60, perSeconds: 60 };
  put("gateways/main", { url: gateway.url, ca: gateway.caPem });
  for (const agentId of [INLINE, OF_LEX, POLLED, PUSHED]) {
    const events = agentId === POLLED ? "poll" : "push";
    const signIn = { password: `password-of-${agentId}`, phonenum: `88880${agentId}`, events };
    gateway.putAccount({ agentId, password: signIn.password, phones: [signIn.phonenum] });
    put(`agents/main/${agentId}`, { session: "managed", signIn, inlineSignIn: true });
  }
  put(`agents/main/${HANDED_OVER}`, { session: "handed-over", verification: { secrets: [{ id: "desk", value: HAND_OVER_KEY }] } });
  put("keys/events", { value: EVENTS_KEY });
  put("keys/records", { value: "of-which-the-names-of-records-are-made" });
  put("keys/status", { value: "of-which-addresses-of-statuses-are-made" });
  const verification = { secrets: [{ id: "current", value: KEY }] };
  put("connections/crm", { source: "api", verification, gateway: "main", agentId: INLINE, allow, rateLimit });
  const ofBot = {
    issuer: issuer.url,
    metadataUrl: issuer.metadataUrl,
    channels: ["directline"],
    accepted: [{ id: "bot", value: BOT.appId }],
  };
  put("connections/bot", {
    ...{ source: "bot-framework", gateway: "main", agentId: INLINE, allow },
    verification: { scheme: "bot-framework-token", ...ofBot },
    connector: { ...BOT, tokenUrl: "https://login.example.com/token", serviceUrls: [SERVICE_URL] },
  });
  put("connections/lex-least-testalias1", {
    source: "lex-v2",
    verification: {},
    gateway: "main",
    agentId: OF_LEX,
    allow,
    rateLimit,
    targets: TARGETS,
  });
}
const TARGETS = { accounting: { type: "skill-queue", address: "31" } };

/** A process of the function, whose calls of AWS its own role decides. What it returned, an event each. */
async function run(name: string, events: readonly unknown[], aheadMs = 0): Promise<readonly unknown[]> {
  const [packaged, policy] = [functions.get(`${name}.zip`), policies.get(name)];
  if (packaged === undefined || policy === undefined) return expect.fail(`${name} is not in the template`);
  const upstreams = { secretsmanager: secrets.url, dynamodb: dynamoDb.url, sqs: sqs.url };
  const aws = await startGuardedAws({ grants: policy.grants, denials: policy.denials, upstreams });
  const { results } = await invokePackaged(
    ...[folder, `${name}.zip`, packaged, events],
    {
      ...policy.environment,
      // Begins with an agent only where it can wait for its keeper. A keeper keeps as long as it may.
      ...(name === "sign-out-agents" && { TEST_REMAINING_MS: String(packaged.Timeout * 1_000) }),
      AWS_REGION: DEPLOYED_TO["AWS::Region"],
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL: aws.url,
      CCGW_PUBLIC_BASE_URL: PUBLIC_BASE_URL,
      // The SDK posts to a queue's own address.
      CCGW_CALLBACK_QUEUE: sqs.queueUrl.replace(sqs.url, aws.url),
    },
    aheadMs,
  );
  await aws.stop();
  const { used, denied } = seen.get(name) ?? { used: new Set(), denied: [] };
  seen.set(name, { used: new Set([...used, ...aws.used]), denied: [...denied, ...aws.denied] });
  return results;
}

const JSON_TYPE = { "content-type": "application/json" };

function toTransfer(connection: string, authorization: string, body: object) {
  const headers = { ...JSON_TYPE, authorization };
  const path = `/v1/transfers/${connection}`;
  return toEvent({ method: "POST", path, route: "POST /v1/transfers/{connection}", connection, headers, body: JSON.stringify(body) });
}

function toStatus(transferId: string, by: { readonly query?: string; readonly headers?: Record<string, string> }) {
  const route = "GET /v1/transfers/{connection}/{transferId}";
  return toEvent({ method: "GET", path: `/v1/transfers/crm/${transferId}`, route, connection: "crm", transferId, ...by });
}

const Transferred = z.object({ statusCode: z.int(), body: z.string() }).transform(({ statusCode, body }) => ({
  status: statusCode,
  ...z.looseObject({ transferId: z.string(), statusUrl: z.string().optional() }).parse(JSON.parse(body)),
}));

describe("each packaged function, with its own role", () => {
  let transferred: z.output<typeof Transferred>;

  it("receive-transfer transfers, signing the agent in itself, and has a bot's conversation told", async () => {
    const now = Math.floor(Date.now() / 1_000);
    const token = await issuer.sign({ aud: BOT.appId, serviceurl: SERVICE_URL, nbf: now - 10, exp: now + 600 });
    const { conversationId, activityId, botId, userId } = CONVERSATION;
    const handoff = {
      ...{ type: "event", name: "handoff.initiate", id: activityId, channelId: "directline", serviceUrl: SERVICE_URL },
      ...{ from: { id: userId }, recipient: { id: botId }, conversation: { id: conversationId } },
      value: { ccgw_call_id: "by-a-bot", ccgw_target: "skill-queue:31" },
    };
    for (const callid of ["by-a-bot", "in-a-moment"]) gateway.addCall({ callid, agentId: INLINE });
    const body = { callId: CALL, target: { type: "agent", address: "205" } };
    const [first, ofBot] = await run("receive-transfer", [
      toTransfer("crm", `Bearer ${KEY}`, body),
      toTransfer("bot", `Bearer ${token}`, handoff),
    ]);
    transferred = Transferred.parse(first);
    expect(transferred).toMatchObject({ status: 200, state: "accepted", outcome: "pending" });
    expect(ofBot).toMatchObject({ statusCode: 200 });
    expect(gateway.transfers()).toHaveLength(2);
  });

  it("read-transfer tells its status, by the connection's key and by its address", async () => {
    const { transferId, statusUrl = "" } = transferred;
    const byKey = toStatus(transferId, { headers: { authorization: `Bearer ${KEY}` } });
    const results = await run("read-transfer", [byKey, toStatus(transferId, { query: new URL(statusUrl).search.slice(1) })]);
    expect(results).toMatchObject([{ statusCode: 200 }, { statusCode: 200 }]);
  });

  it("describe-connection describes one", async () => {
    const headers = { authorization: `Bearer ${KEY}` };
    const route = "GET /v1/connections/{connection}";
    const event = toEvent({ method: "GET", path: "/v1/connections/crm", route, connection: "crm", headers });
    expect(await run("describe-connection", [event])).toMatchObject([{ statusCode: 200 }]);
  });

  it("receive-lex transfers, signing the agent in itself", async () => {
    gateway.addCall({ callid: "1552524689-16797292", agentId: OF_LEX });
    const results = await run("receive-lex", [lexEvent("LEAST")]);
    expect(results).toMatchObject([{ sessionState: { sessionAttributes: { ccgw_state: "accepted" } } }]);
  });

  it("gateway-events takes a push, from which the outcome is told", async () => {
    const content = { result: 0, callId: CALL };
    const body = JSON.stringify({ workNo: INLINE, eventList: [{ eventType: "AgentEvent_SuccTransResult", workNo: INLINE, content }] });
    const headers = { ...JSON_TYPE, service_token: toServiceToken(INLINE) };
    const push = toAgentEvent("POST", "gateway-events", { agentId: INLINE, headers, body, timeEpoch: Date.now() });
    expect(await run("gateway-events", [push])).toMatchObject([{ statusCode: 200 }]);
    expect(await told()).toContainEqual(expect.objectContaining({ callId: CALL, outcome: "completed" }));
  });

  it("agent-sessions takes a session that is handed over, and its end", async () => {
    const headers = { ...JSON_TYPE, authorization: `Bearer ${HAND_OVER_KEY}` };
    const body = JSON.stringify({ guid: gateway.guidOf(HANDED_OVER), renewedAt: new Date().toISOString() });
    const events = [
      toAgentEvent("PUT", "agent-sessions", { agentId: HANDED_OVER, headers, body, timeEpoch: Date.now() }),
      toAgentEvent("DELETE", "agent-sessions", { agentId: HANDED_OVER, headers, timeEpoch: Date.now() }),
    ];
    expect(await run("agent-sessions", events)).toMatchObject([{ statusCode: 204 }, { statusCode: 204 }]);
  });

  it("dispatch-keepers has managed agents kept", async () => {
    await run("dispatch-keepers", [{}]);
  });

  it("keep-session signs an agent in, and hears how a transfer ended", async () => {
    gateway.addCall({ callid: "of-the-kept-one", agentId: POLLED });
    const tick = { gateway: "main", agentId: POLLED };
    await run("keep-session", [tick, { gateway: "main", agentId: PUSHED }]);
    await run("receive-transfer", [
      toTransfer("crm", `Bearer ${KEY}`, { callId: "of-the-kept-one", agentId: POLLED, target: { type: "agent", address: "205" } }),
    ]);
    await run("keep-session", [tick]);
    expect(await told()).toContainEqual(expect.objectContaining({ callId: "of-the-kept-one", outcome: "completed" }));
  });

  it("sweep-records asks the gateway about a lost answer, and tells what it learned", async () => {
    gateway.addFault({ kind: "drop", when: "after-request", acts: true });
    const lost = { callId: "in-a-moment", target: { type: "agent", address: "205" } };
    expect(await run("receive-transfer", [toTransfer("crm", `Bearer ${KEY}`, lost)])).toMatchObject([{ statusCode: 202 }]);
    await run("sweep-records", [{}, {}], LATER_MS);
    expect(await told()).toContainEqual(expect.objectContaining({ callId: "in-a-moment", outcome: "completed" }));
  });

  it("diagnose looks at secrets and sessions", async () => {
    const [result] = await run("diagnose", [{}]);
    const findings = Object(result).findings.map(({ name, subject = "", verdict }: Record<string, string>) => [name, subject, verdict]);
    expect(findings).toEqual(
      expect.arrayContaining([
        ["secrets", "", "ok"],
        ["session", `main/${POLLED}`, "ok"],
      ]),
    );
  });

  it("deliver-callbacks tells EventBridge, and puts off what it cannot tell a receiver", async () => {
    const callback = {
      secrets: [`whsec_${Buffer.alloc(32, 7).toString("base64")}`],
      allowAddresses: ["127.0.0.1"],
      url: "http://127.0.0.1:1/",
    };
    secrets.putSecret(`${PREFIX}/connections/told`, { schemaVersion: 1, source: "api", gateway: "main", callback });
    for (const to of ["callback", "event-bus"]) {
      const MessageBody = JSON.stringify({ to, notice: toNotice({ connection: "told" }) });
      await sqs.client.send(new SendMessageCommand({ QueueUrl: sqs.queueUrl, MessageBody }));
    }
    const [result] = await run("deliver-callbacks", [{ Records: (await receive(sqs, sqs.queueUrl)).map(toRecord) }]);
    expect(Object(result).batchItemFailures).toHaveLength(1);
  });

  it("sign-out-agents signs them out", async () => {
    const [result] = await run("sign-out-agents", [{}]);
    expect(Object(result).agents).toContainEqual(expect.objectContaining({ agentId: INLINE, ended: "signed-out" }));
  });

  it("health and unrouted ask AWS for nothing", async () => {
    await run("health", [toEvent({ method: "GET", path: "/v1/health", route: "GET /v1/health" })]);
    await run("unrouted", [toEvent({ method: "GET", path: "/", route: "$default" })]);
  });
});

describe("the roles", () => {
  it("are those of the functions above", () => {
    expect([...policies.keys()].toSorted()).toEqual([...seen.keys()].toSorted());
  });

  it("allow all that their functions ask for", () => {
    const denied = [...seen].flatMap(([name, { denied: calls }]) => calls.map(({ action, resource }) => `${name}: ${action} ${resource}`));
    expect(denied).toEqual([]);
  });

  it("allow nothing that their functions do not ask for", () => {
    const superfluous = [...policies].flatMap(([name, { grants }]) =>
      grants.filter((grant) => !seen.get(name)?.used.has(grant)).map(({ action, resource }) => `${name}: ${action} ${resource}`),
    );
    expect(superfluous).toEqual([]);
  });

  it("allow the stack's key for the services that their functions ask, which keep everything under it", () => {
    for (const [name, { decryptsFor }] of policies) {
      const asked = [...(seen.get(name)?.used ?? [])].map(({ action }) => action.split(":")[0] ?? "");
      const encrypting = new Set(asked.filter((service) => ["secretsmanager", "dynamodb", "sqs"].includes(service)));
      expect(decryptsFor.toSorted(), name).toEqual([...encrypting].toSorted());
    }
  });

  it("allow new data keys for what is put on the queue alone", () => {
    for (const [name, { encryptsFor }] of policies) {
      const sends = [...(seen.get(name)?.used ?? [])].some(({ action }) => action === "sqs:SendMessage");
      expect(encryptsFor, name).toEqual(sends ? ["sqs"] : []);
    }
  });

  it("let no function lift a pause, or make one, or write the book of them", () => {
    const writes = [...policies].flatMap(([name, { grants, denials }]) =>
      grants
        .filter(({ action, resource }) => /:(?:Put|Update|Delete)Item$/.test(action) && resource === NAMES["RecordsTable.Arn"])
        .map((grant) => [name, PAUSES.map((id) => isDenied(denials, grant, id))] as const),
    );
    expect(writes.length).toBeGreaterThan(0);
    for (const [name, denied] of writes) expect(denied, name).toEqual([true, true]);
  });

  it("allow events of our own source alone: rules of others trust what an event says of itself", () => {
    const put = [...policies.values()].flatMap(({ grants }) => grants.filter(({ action }) => action === "events:PutEvents"));
    expect(put.map(({ source }) => source)).toEqual(["ccgateway-transfer-webhooks"]);
  });
});

const PAUSES = [toPauseId("all"), "pause-entry:0123456789"];

/** What is in the queue for receivers. */
async function told(): Promise<readonly unknown[]> {
  return (await receive(sqs, sqs.queueUrl)).map(({ Body = "{}" }) => JSON.parse(Body).notice);
}

function toServiceToken(agentId: string): string {
  return createHmac("sha256", EVENTS_KEY)
    .update(JSON.stringify(["main", agentId]))
    .digest("hex")
    .slice(0, 48);
}
