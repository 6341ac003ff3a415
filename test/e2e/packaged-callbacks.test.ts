/** The packaged function of callbacks, from its zip: what a queue hands it is told to a receiver and to EventBridge, and what is not stays in the queue. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { NOTICE, toNotice } from "../callbacks/callback-notice.ts";
import { invokePackaged, readFunctions } from "../support/packaged-function.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";
import { countMessages, receive, startSqs, toRecord } from "../support/sqs.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const KEY_OF_QUERY = "planted-key-of-the-query";
const folder = inject("packageFolder");

let secrets: SecretsManagerEmulator;
let sqs: LocalSqs;
beforeAll(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0 });
  sqs = await startSqs();
});
afterAll(async () => {
  await sqs.stop();
  await secrets.stop();
});

/** A receiver at /up and one that is down, and a bus. */
async function startServer() {
  const received: { readonly path: string; readonly headers: Record<string, string>; readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    const { url: path = "", headers } = request;
    received.push({ path, headers: headers as Record<string, string>, body: await text(request) });
    if (path === "/") return response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: "one" }] }));
    return response.writeHead(path.startsWith("/up") ? 204 : 503).end();
  });
  const connections = trackConnections(server);
  return { url: `http://127.0.0.1:${await listenOnLoopback(server)}`, received, stop: connections.stop };
}

function putConnection(name: string, callback: object | undefined): void {
  secrets.putSecret(`ccgw/prod/connections/${name}`, { schemaVersion: 1, source: "api", gateway: "main", callback });
}

it("tells what it can, and leaves the rest to the queue", async () => {
  const server = await startServer();
  const callback = { secrets: [SECRET], allowAddresses: ["127.0.0.1"] };
  putConnection("up", { ...callback, url: `${server.url}/up?key=${KEY_OF_QUERY}` });
  putConnection("down", { ...callback, url: `${server.url}/down` });
  putConnection("forbidden", { ...callback, allowAddresses: undefined, url: server.url.replace("http", "https") });
  putConnection("quiet", undefined);
  for (const [to, connection] of [
    ["callback", "up"],
    ["callback", "down"],
    ["callback", "forbidden"],
    ["callback", "quiet"],
    ["callback", "gone"],
    ["event-bus", "up"],
  ]) {
    const MessageBody = JSON.stringify({ to, notice: toNotice({ connection }) });
    await sqs.client.send(new SendMessageCommand({ QueueUrl: sqs.queueUrl, MessageBody }));
  }
  const Records = (await receive(sqs, sqs.queueUrl)).map(toRecord);
  const lambda = (await readFunctions(folder)).get("deliver-callbacks.zip");
  if (lambda === undefined) return expect.fail("it is not in the template");
  const { arity, results, log } = await invokePackaged(folder, "deliver-callbacks.zip", lambda, [{ Records }], {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: server.url,
    CCGW_PUBLIC_BASE_URL: "https://hooks.example.com",
    CCGW_SESSIONS_TABLE: "sessions",
    CCGW_RECORDS_TABLE: "records",
    CCGW_CALLBACK_QUEUE: sqs.queueUrl,
  });
  await server.stop();

  expect(arity).toBeLessThanOrEqual(2);
  const failing = Records.filter(({ body }) => /"connection":"(down|forbidden)"/.test(body));
  expect(results).toEqual([{ batchItemFailures: failing.map(({ messageId }) => ({ itemIdentifier: messageId })) }]);
  // As none of them was deleted by Lambda.
  expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, Records.length]);

  expect(server.received.map(({ path }) => path).toSorted()).toEqual(["/", "/down", `/up?key=${KEY_OF_QUERY}`]);
  const told = server.received.find(({ path }) => path.startsWith("/up"));
  expect(new Webhook(SECRET).verify(told?.body ?? "", told?.headers ?? {})).toEqual({
    type: "transfer.outcome",
    timestamp: NOTICE.at,
    data: { ...NOTICE, connection: "up" },
  });
  const lines = log.split("\n").filter((line) => line.includes('"message":"outcome'));
  expect(lines.map((line) => JSON.parse(line)).map(({ connection, to, ended, reason }) => [connection, to, ended, reason])).toEqual(
    expect.arrayContaining([
      ["up", "callback", "delivered", undefined],
      ["up", "event-bus", "delivered", undefined],
      ["down", "callback", "retry", "status 503"],
      ["forbidden", "callback", "retry", "the address is not public, and allowAddresses does not list it"],
      ["quiet", "callback", "nobody", "the connection has no callback"],
      ["gone", "callback", "nobody", "there is no such connection any more"],
    ]),
  );
  for (const confidential of [KEY_OF_QUERY, SECRET, SECRET.slice("whsec_".length), "127.0.0.1"]) expect(log).not.toContain(confidential);
});
