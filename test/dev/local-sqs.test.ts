/** The local SQS, and what hands its messages to a function. */
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startEventSourceMapping } from "../../dev/queue/event-source-mapping.ts";
import { LOCAL_QUEUES, type LocalSqs, startLocalSqs } from "../../dev/queue/local-sqs.ts";
import { countMessages, receive } from "../support/sqs.ts";

const REGION = "eu-central-1";

async function started(): Promise<LocalSqs> {
  const sqs = await startLocalSqs({ port: 0, names: LOCAL_QUEUES, region: REGION });
  onTestFinished(() => sqs.stop());
  return sqs;
}

async function send({ client, queueUrl }: LocalSqs, ...bodies: readonly string[]): Promise<void> {
  for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
}

/** `answer` is asked anew for each batch. Stops with the test. */
function startMapping({ client, queueUrl }: LocalSqs, answer: (event: SQSEvent, signal: AbortSignal) => unknown) {
  const events: SQSEvent[] = [];
  const mapping = startEventSourceMapping({
    client,
    queueUrl,
    region: REGION,
    async invoke(event, signal) {
      events.push(event);
      return answer(event, signal);
    },
  });
  onTestFinished(() => mapping.stop());
  return { events, mapping };
}

describe("the local SQS", () => {
  it("is on loopback alone, where the code is told that it is", async () => {
    const sqs = await started();
    expect(sqs.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(sqs.queueUrl).toBe(`${sqs.url}/000000000000/ccgw-local-callbacks`);
    await send(sqs, "one");
    expect(await receive(sqs, sqs.queueUrl)).toMatchObject([{ Body: "one" }]);
  });

  it("does not start on a port that is taken", async () => {
    const { url } = await started();
    const again = startLocalSqs({ port: Number(new URL(url).port), names: LOCAL_QUEUES, region: REGION });
    await expect(again).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("stops while somebody waits for a message", async () => {
    const sqs = await startLocalSqs({ port: 0, names: LOCAL_QUEUES, region: REGION });
    const { mapping } = startMapping(sqs, () => ({}));
    await mapping.stop();
    await sqs.stop();
  });
});

describe("the messages of a queue", () => {
  it("are handed to the function as Lambda does, and gone once it has answered for them", async () => {
    const sqs = await started();
    await send(sqs, "one");
    const { events } = startMapping(sqs, () => ({ batchItemFailures: [] }));
    await vi.waitFor(async () => expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 0]));
    expect(events).toMatchObject([
      { Records: [{ body: "one", eventSource: "aws:sqs", awsRegion: REGION, attributes: { ApproximateReceiveCount: "1" } }] },
    ]);
    expect(events[0]?.Records[0]?.receiptHandle).toMatch(/./);
  });

  it("stay where the function names them as failed", async () => {
    const sqs = await started();
    await send(sqs, "one", "two", "three");
    const toFailure = ({ Records }: SQSEvent) =>
      Records.filter(({ body }) => body === "two").map(({ messageId }) => ({ itemIdentifier: messageId }));
    startMapping(sqs, (event) => ({ batchItemFailures: toFailure(event) }));
    await vi.waitFor(async () => expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 1]));
  });

  it.each<[string, () => unknown]>([
    ["throws", () => ({ errorMessage: "told to fail", errorType: "Error" })],
    ["answers nothing", () => null],
    ["cannot be reached", () => Promise.reject(new Error("told to fail"))],
  ])("stay where the function %s, and the next ones are handed out all the same", async (_what, fail) => {
    const sqs = await started();
    await send(sqs, "one");
    let failed = false;
    const { events } = startMapping(sqs, () => {
      if (failed) return { batchItemFailures: [] };
      failed = true;
      return fail();
    });
    await vi.waitFor(() => expect(events).toHaveLength(1));
    await send(sqs, "two");
    await vi.waitFor(async () => expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 1]), { timeout: 5_000 });
    expect(events.map(({ Records }) => Records.map(({ body }) => body))).toEqual([["one"], ["two"]]);
  });

  it("hold nobody up who wants to stop, though the function take long", async () => {
    const sqs = await started();
    await send(sqs, "one");
    const { events, mapping } = startMapping(
      sqs,
      (_event, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    await vi.waitFor(() => expect(events).toHaveLength(1));
    await mapping.stop();
    expect(await countMessages(sqs, sqs.queueUrl)).toEqual([0, 1]);
  });
});
