/** `npm start` tells an outcome that is left in its queue. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { Webhook } from "standardwebhooks";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { LOCAL_QUEUES } from "../../dev/queue/local-sqs.ts";
import { SECRETS_PREFIX } from "../../dev/seed.ts";
import { NOTICE } from "../callbacks/callback-notice.ts";
import { freePorts, type LocalStack, startLocalStack } from "../support/local-stack-process.ts";
import { listenOnLoopback, trackConnections } from "../support/raw-gateway.ts";

/** Six servers start, and stop, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const ACCOUNT = { region: "eu-central-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

let stack: LocalStack | undefined;
afterEach(() => stack?.clear());

it("tells the receiver that a connection names, and says so", { timeout: TIMEOUT_MS }, async () => {
  const received: { readonly headers: Record<string, string>; readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    received.push({ headers: request.headers as Record<string, string>, body: await text(request) });
    response.end();
  });
  const connections = trackConnections(server);
  const receiver = `http://127.0.0.1:${await listenOnLoopback(server)}/outcomes`;
  onTestFinished(() => connections.stop());
  stack = startLocalStack(await freePorts());
  await stack.printed(/^Ctrl-C/m);

  const secrets = new SecretsManagerClient({ ...ACCOUNT, endpoint: `http://127.0.0.1:${stack.ports.SECRETS_MANAGER_PORT}` });
  const connection = { schemaVersion: 1, callback: { url: receiver, secrets: [SECRET], allowAddresses: ["127.0.0.1"] } };
  const SecretString = JSON.stringify(connection);
  await secrets.send(new CreateSecretCommand({ Name: `${SECRETS_PREFIX}/connections/${NOTICE.connection}`, SecretString }));
  const endpoint = `http://127.0.0.1:${stack.ports.SQS_PORT}`;
  const sqs = new SQSClient({ ...ACCOUNT, endpoint });
  const MessageBody = JSON.stringify({ to: "callback", notice: NOTICE });
  await sqs.send(new SendMessageCommand({ QueueUrl: `${endpoint}/000000000000/${LOCAL_QUEUES.queue}`, MessageBody }));

  await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: TIMEOUT_MS });
  expect(new Webhook(SECRET).verify(received[0]?.body ?? "", received[0]?.headers ?? {})).toMatchObject({ data: NOTICE });
  await stack.printed(/outcome +callback crm accepted completed transfer \S+ → delivered 200$/m);
  stack.interrupt();
  await stack.ended;
});
