/** `npm run redrive` as somebody runs it, against a real queue and its dead letters. */
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { moveDeadLetters } from "../../dev/queue/dead-letters.ts";
import { LOCAL_QUEUES, type LocalSqs, startLocalSqs } from "../../dev/queue/local-sqs.ts";
import { toNotice } from "../callbacks/callback-notice.ts";
import { listenOnLoopback } from "../support/raw-gateway.ts";
import { runCcgw, type Sent, toNotLocal } from "../support/send-process.ts";
import { countMessages, receiveAll } from "../support/sqs.ts";

const REGION = "eu-central-1";
const STAGE = { queue: "ccgateway-transfer-webhooks-prod-callbacks", deadLetters: "ccgateway-transfer-webhooks-prod-callbacks-dead" };

let sqs: LocalSqs;
beforeEach(async () => {
  sqs = await startLocalSqs({ port: 0, names: LOCAL_QUEUES, region: REGION });
});
afterEach(() => sqs.stop());

async function bury({ client, deadLettersUrl }: LocalSqs, count: number): Promise<string[]> {
  const bodies = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ to: "callback", notice: toNotice({ reference: `planted-${index}` }) }),
  );
  for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl: deadLettersUrl, MessageBody }));
  return bodies;
}

async function bodiesIn(queueUrl: string): Promise<string[]> {
  return (await receiveAll(sqs, queueUrl)).map(({ Body = "" }) => Body).toSorted();
}

function run(...given: readonly string[]): Promise<Sent> {
  return runCcgw(["redrive", ...given], { SQS_PORT: new URL(sqs.url).port });
}

describe("npm run redrive", () => {
  it("moves all dead letters back, and says how many", async () => {
    const bodies = await bury(sqs, 23);
    expect(await run()).toEqual({
      code: 0,
      output: `23 dead letters moved back to ${LOCAL_QUEUES.queue}, 0 left in ${LOCAL_QUEUES.deadLetters}.\n`,
    });
    expect(await countMessages(sqs, sqs.deadLettersUrl)).toEqual([0, 0]);
    expect(await bodiesIn(sqs.queueUrl)).toEqual(bodies.toSorted());
    expect(await run()).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^0 dead letters moved back .*, 0 left .*\n.* hidden for 120 s\.\n$/),
    });
  });

  it("moves no more than it is told to, and says that there may be more", async () => {
    await bury(sqs, 13);
    const { code, output } = await run("--max", "12");
    expect(code).toBe(1);
    expect(output).toMatch(/^12 dead letters moved back to .*\nThere may be more/);
    expect(await countMessages(sqs, sqs.deadLettersUrl)).toEqual([1, 0]);
  });

  it("moves those of a deployed stage", async () => {
    const deployed = await startLocalSqs({ port: 0, names: STAGE, region: REGION });
    onTestFinished(() => deployed.stop());
    await bury(deployed, 1);
    const environment = {
      AWS_ENDPOINT_URL_SQS: toNotLocal(deployed.url),
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const sent = await runCcgw(["redrive", "--stage", "prod", "--region", REGION], environment);
    expect(sent).toEqual({ code: 0, output: `1 dead letter moved back to ${STAGE.queue}, 0 left in ${STAGE.deadLetters}.\n` });
    expect(await countMessages(deployed, deployed.queueUrl)).toEqual([1, 0]);
  });

  it("leaves what it cannot read, and says which it is and why, and nothing of what is in it", async () => {
    const bodies = await bury(sqs, 1);
    const { MessageId } = await sqs.client.send(
      new SendMessageCommand({ QueueUrl: sqs.deadLettersUrl, MessageBody: '{"to":"callback","notice":{"callId":"planted"}}' }),
    );
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toMatch(/^1 dead letter moved back to .*, 1 left in /);
    expect(output).toContain(`Message ${MessageId} cannot be read: it is not valid in notice.schemaVersion, notice.transferId, `);
    expect(output).not.toContain("planted");
    expect(await bodiesIn(sqs.queueUrl)).toEqual(bodies);
    expect(await countMessages(sqs, sqs.deadLettersUrl)).toEqual([0, 1]);
  });

  it("says how it is used", async () => {
    const { code, output } = await run("--help");
    expect(code).toBe(0);
    for (const option of ["--stage", "--region", "--profile", "--max"]) expect(output).toContain(option);
  });

  it.each([
    [["--max", "0"], "--max must be"],
    [["--max", "many"], "--max must be"],
    [["--stage", "a/b"], 'The name of the stage "a/b" has to be'],
    [["--region", REGION], "--region and --profile go with --stage"],
    [["--profile", "work"], "--region and --profile go with --stage"],
    [["--all"], "unknown option"],
    [["prod"], "too many arguments"],
  ])("moves nothing for %j", async (given, complaint) => {
    await bury(sqs, 1);
    const { code, output } = await run(...given);
    expect([code, output]).toEqual([2, expect.stringContaining(complaint)]);
    expect(output).not.toMatch(/^\s+at /m);
    expect(await countMessages(sqs, sqs.deadLettersUrl)).toEqual([1, 0]);
  });

  it("says where there is nobody, and where there is no such queue", async () => {
    expect(await runCcgw(["redrive"], { SQS_PORT: "1" })).toMatchObject({
      code: 2,
      output: expect.stringMatching(/Is `npm start` running.*\? For a deployed stack give --stage/),
    });
    const environment = { AWS_ENDPOINT_URL_SQS: toNotLocal(sqs.url), AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    const { code, output } = await runCcgw(["redrive", "--stage", "none", "--region", REGION], environment);
    expect([code, output]).toEqual([
      2,
      expect.stringMatching(/^There is no queue ccgateway-transfer-webhooks-none-callbacks\S*: .*--region/),
    ]);
  });

  it("says what to set where region or credentials are missing", async () => {
    const ofProd = (...more: string[]) => runCcgw(["redrive", "--stage", "prod", ...more], {});
    expect(await ofProd()).toEqual({ code: 2, output: "No region: give --region, or set AWS_REGION.\n" });
    expect(await ofProd("--region", REGION)).toEqual({
      code: 2,
      output: expect.stringMatching(/^No AWS credentials: set AWS_PROFILE, or /),
    });
    expect(await ofProd("--region", REGION, "--profile", "none")).toEqual({
      code: 2,
      output: expect.stringMatching(/^No AWS credentials: the profile none has none, or /),
    });
  });

  it("does not take a shell of the local stack for one of a stage", async () => {
    const { code, output } = await runCcgw(["redrive", "--stage", "prod", "--region", REGION], {
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
    });
    expect([code, output]).toEqual([2, expect.stringMatching(/local stack.*\n\n {2}unset AWS_ENDPOINT_URL$/m)]);
  });
});

describe("dead letters that are moved", () => {
  type Intercept = (operation: string) => object | "cut" | undefined | Promise<undefined>;

  /** Before the real queue: answers for it, cuts the connection, or lets the request through. */
  async function startBefore(intercept: Intercept) {
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const target = String(request.headers["x-amz-target"]);
      const answer = await intercept(target.replace("AmazonSQS.", ""));
      if (answer === "cut") return request.socket.destroy();
      response.setHeader("content-type", "application/x-amz-json-1.0");
      if (answer !== undefined) return response.end(JSON.stringify(answer));
      const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": target, authorization: "any" };
      const passed = await fetch(sqs.url, { method: "POST", headers, body });
      return response.writeHead(passed.status).end(await passed.text());
    });
    const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
    onTestFinished(async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    });
    return url;
  }

  async function moveBefore(intercept: Intercept) {
    const url = await startBefore(intercept);
    const client = new SQSClient({
      endpoint: url,
      region: REGION,
      credentials: { accessKeyId: "t", secretAccessKey: "t" },
      maxAttempts: 1,
      useQueueUrlAsEndpoint: false,
    });
    onTestFinished(() => client.destroy());
    return moveDeadLetters({ client, from: sqs.deadLettersUrl, to: sqs.queueUrl, max: 100 });
  }

  it("are still there where it ends before they were sent", async () => {
    const bodies = await bury(sqs, 3);
    const moving = moveBefore((operation) => (operation === "SendMessageBatch" ? "cut" : undefined));
    await expect(moving).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 0]);
    expect((await countMessages(sqs, sqs.deadLettersUrl))[1]).toBe(bodies.length);
  });

  it("stay where SQS takes some of them only", async () => {
    await bury(sqs, 2);
    const Failed = [0, 1].map((id) => ({ Id: String(id), Code: "InternalError", SenderFault: false }));
    const moved = await moveBefore((operation) => (operation === "SendMessageBatch" ? { Successful: [], Failed } : undefined));
    expect(moved).toEqual({ moved: 0, refused: 2, doubled: 0, unreadable: [], cameBack: 0, isCut: false });
    expect(await countMessages(sqs, sqs.deadLettersUrl)).toEqual([0, 2]);
  });

  it("are there twice, and said to be, where they could not be deleted", async () => {
    await bury(sqs, 2);
    const moved = await moveBefore((operation) => (operation === "DeleteMessageBatch" ? { Successful: [], Failed: [] } : undefined));
    expect(moved).toEqual({ moved: 2, refused: 0, doubled: 2, unreadable: [], cameBack: 0, isCut: false });
    expect(await countMessages(sqs, sqs.queueUrl)).toEqual([2, 0]);
    expect(await countMessages(sqs, sqs.deadLettersUrl)).toEqual([0, 2]);
  });

  it("end it where they come back at once", async () => {
    await bury(sqs, 1);
    let receives = 0;
    const moved = await moveBefore(async (operation) => {
      // As a function would that cannot read it: until it is with the dead letters again.
      if (operation === "ReceiveMessage" && ++receives === 2)
        for (let attempt = 0; attempt <= 12; attempt += 1)
          await sqs.client.send(new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl, VisibilityTimeout: 0 }));
      return undefined;
    });
    expect(moved).toEqual({ moved: 1, refused: 0, doubled: 0, unreadable: [], cameBack: 1, isCut: false });
    expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 0]);
  });
});
