/**
 * What Lambda does with a queue by itself, which serverless-offline leaves out: receives batches, has the function answer for them, and deletes the messages
 * that it does not name as failed. One batch after another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod";

/** As serverless.yml has it. */
const BATCH_MAX = 10;
const WAIT_SECONDS = 10;
/** After what should not happen: the queue or the function is gone. */
const TROUBLE_PAUSE_MS = 1_000;

const BatchResponse = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

interface MappingOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly region: string;
  /** Answers with what the function returned, or with anything else where it threw. */
  readonly invoke: (event: SQSEvent, signal: AbortSignal) => Promise<unknown>;
}

export interface EventSourceMapping {
  /** Gives up the batch that is with the function: what it was is handed out again. */
  stop(): Promise<void>;
}

export function startEventSourceMapping({ client, queueUrl, region, invoke }: MappingOptions): EventSourceMapping {
  const stopping = new AbortController();

  async function receive(): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: BATCH_MAX,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ["All"],
    });
    return (await client.send(command, { abortSignal: stopping.signal })).Messages ?? [];
  }

  async function pass(messages: readonly Message[]): Promise<void> {
    const event = { Records: messages.map((message) => toRecord(message, region)) };
    const answer = BatchResponse.safeParse(await invoke(event, stopping.signal));
    // As on AWS: an answer that is none has told of nothing.
    if (!answer.success) return;
    const failed = new Set(answer.data.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const Entries = messages
      .filter(({ MessageId = "" }) => !failed.has(MessageId))
      .map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const messages = await receive();
        if (messages.length > 0) await pass(messages);
      } catch {
        // The messages are handed out again once they are visible.
        await sleep(TROUBLE_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

function toRecord(
  { MessageId = "", ReceiptHandle = "", Body = "", MD5OfBody = "", Attributes = {} }: Message,
  awsRegion: string,
): SQSRecord {
  const { ApproximateReceiveCount = "1", SentTimestamp = "", SenderId = "", ApproximateFirstReceiveTimestamp = "" } = Attributes;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ApproximateReceiveCount, SentTimestamp, SenderId, ApproximateFirstReceiveTimestamp },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${awsRegion}:000000000000:local`,
    awsRegion,
  };
}
