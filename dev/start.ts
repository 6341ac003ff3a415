/** `npm start`: the whole integration on this machine, the functions under serverless-offline and the servers that they need, all on loopback. */
import { startApiReference } from "./api-reference/server.ts";
import { DEMOS } from "./demos.ts";
import { LOCAL_RECORDS_TABLE, RECORDS_TABLE, SESSIONS_TABLE, startLocalDynamoDb } from "./dynamodb/local-dynamodb.ts";
import { startGatewaySimulator } from "./gateway-simulator/simulator.ts";
import { startLogsEmulator } from "./logs/emulator.ts";
import { REGION, startOffline } from "./offline.ts";
import { choosePorts, StartError, toTakenPort } from "./ports.ts";
import { startEventSourceMapping } from "./queue/event-source-mapping.ts";
import { LOCAL_QUEUES, startLocalSqs } from "./queue/local-sqs.ts";
import { toRequestLine } from "./request-line.ts";
import { startSecretsManagerEmulator } from "./secrets-manager/emulator.ts";
import { createSeed, DEMO_CONNECTION, DEMO_KEY, GATEWAY, HAND_OVER_KEY, HANDED_OVER_AGENT, SECRETS_PREFIX } from "./seed.ts";
import { startTokenIssuer } from "./token-issuer.ts";

/** Its call is of the seed, and in no sample: `npm run send` does not use it up. */
const DEMO_REQUEST = {
  callId: "1552524689-16797293",
  target: { type: "agent", address: "205" },
  caller: "88880021",
  callData: "help",
};
const MANAGED_REQUEST = { callId: "1552524689-16797393", agentId: "102", target: { type: "agent", address: "205" } };
/** As serverless.yml has it for the stage `local`. */
const SESSIONS_TABLE_NAME = "ccgw-local-sessions";
/** npm does not pass every signal on: without it, the stack would stay behind when npm alone is ended. */
const PARENT_POLL_MS = 1_000;

try {
  await start();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const ports = await choosePorts(process.env);
  const servers: { stop(): Promise<void> }[] = [];
  console.log("Starting the local stack…");
  try {
    const gateway = await startGatewaySimulator({ port: ports.gateway, controlPort: ports.control, log: print });
    servers.push(gateway);
    const secrets = await startSecretsManagerEmulator({ port: ports.secrets, region: REGION, log: (line) => print(`secrets  ${line}`) });
    servers.push(secrets);
    const tables = { [SESSIONS_TABLE_NAME]: SESSIONS_TABLE, [LOCAL_RECORDS_TABLE]: RECORDS_TABLE };
    const dynamoDb = await startLocalDynamoDb({ port: ports.dynamodb, tables });
    servers.push(dynamoDb);
    const sqs = await startLocalSqs({ port: ports.sqs, names: LOCAL_QUEUES, region: REGION });
    servers.push(sqs);
    const tokens = await startTokenIssuer({ port: ports.tokens });
    servers.push(tokens);
    const logs = await startLogsEmulator({ port: ports.logs });
    servers.push(logs);
    const { url: gatewayUrl, caPem: gatewayCa } = gateway;
    const seed = createSeed({ prefix: SECRETS_PREFIX, gatewayUrl, gatewayCa, guid: gateway.guidOf("101"), issuer: tokens.url });
    for (const [name, document] of seed) secrets.putSecret(name, document);
    const offline = await startOffline({
      httpPort: ports.http,
      lambdaPort: ports.lambda,
      secretsManagerUrl: secrets.url,
      dynamoDbUrl: dynamoDb.url,
      sqsUrl: sqs.url,
      callbackQueueUrl: sqs.queueUrl,
      secretsPrefix: SECRETS_PREFIX,
      onLine: (line) => {
        logs.add(line);
        const readable = toRequestLine(line);
        if (readable !== undefined) console.log(readable);
      },
    });
    servers.push(offline);
    const reference = await startApiReference({ port: ports.docs, apiUrl: offline.url });
    servers.push(reference);
    const invoke = (event: object, signal: AbortSignal) => offline.request("deliver-callbacks", event, signal);
    servers.push(startEventSourceMapping({ client: sqs.client, queueUrl: sqs.queueUrl, region: REGION, invoke }));
    // The schedule's first tick is up to a minute away.
    await offline.invoke("dispatch-keepers");
    await handOver(offline.url, gateway.guidOf(HANDED_OVER_AGENT));
    console.log(
      welcome({
        url: offline.url,
        docsUrl: `${reference.url}/docs`,
        gatewayUrl: gateway.url,
        controlUrl: gateway.controlUrl,
        secretsUrl: secrets.url,
        dynamoDbUrl: dynamoDb.url,
        sqsUrl: sqs.url,
        logsUrl: logs.url,
        issuerUrl: tokens.url,
      }),
    );
    const died = offline.ended.then((failure) => Promise.reject(failure));
    await Promise.race([stopRequested(), died]);
    console.log("Stopping…");
  } catch (error) {
    throw (error instanceof Error && toTakenPort(error, ports)) || error;
  } finally {
    // The functions first, so that none of them meets a server that is gone.
    for (const server of servers.reverse()) await server.stop();
  }
}

/** As whoever holds the agent's session would, once. */
async function handOver(url: string, guid: string): Promise<void> {
  const { status } = await fetch(`${url}/v1/agent-sessions/${GATEWAY}/${HANDED_OVER_AGENT}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${HAND_OVER_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ guid, renewedAt: new Date().toISOString() }),
  });
  if (status !== 204) throw new StartError(`The session of agent ${HANDED_OVER_AGENT} could not be handed over: ${status}.`);
}

function print(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
    if (process.env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    const timer = setInterval(() => process.ppid !== parent && resolve(), PARENT_POLL_MS);
    timer.unref();
  });
}

interface Addresses {
  readonly url: string;
  readonly docsUrl: string;
  readonly gatewayUrl: string;
  readonly controlUrl: string | undefined;
  readonly secretsUrl: string;
  readonly dynamoDbUrl: string;
  readonly sqsUrl: string;
  readonly logsUrl: string;
  readonly issuerUrl: string;
}

function welcome({ url, docsUrl, gatewayUrl, controlUrl, secretsUrl, dynamoDbUrl, sqsUrl, logsUrl, issuerUrl }: Addresses): string {
  const post = (request: object) =>
    `curl -s -w '\\n' ${url}/v1/transfers/${DEMO_CONNECTION} -H 'Authorization: Bearer ${DEMO_KEY}' -H 'Content-Type: application/json' -d '${JSON.stringify(request)}'`;
  return `
Webhooks          ${url}
API reference     ${docsUrl}
CC-Gateway        ${gatewayUrl} (simulator; what arrived and faults: ${controlUrl})
Secrets Manager   ${secretsUrl} (emulator)
DynamoDB          ${dynamoDbUrl} (dynalite)
SQS               ${sqsUrl} (fauxqs)
CloudWatch Logs   ${logsUrl} (emulator: npx ccgw explain, npx ccgw transfers tail)
Token issuer      ${issuerUrl} (in the place of Google's and Microsoft's)

Try it, from another terminal:

${post(DEMO_REQUEST)}

The same for agent 102, whom the integration keeps signed in by itself (101 is kept by somebody else):

${post(MANAGED_REQUEST)}

Or play a caller, with npm run send -- and one of ${DEMOS.map(({ source }) => source).join(", ")}

A call that was transferred is gone. The first ones are there again, and no fault is left, after

curl -s -X POST ${controlUrl}/reset

What was transferred is remembered all the same: to transfer it once more, add "attempt": "2". Agent 102 is signed in again within a minute.

Ctrl-C stops everything.
`;
}
