/** One queue of SQS: the one file that knows its SDK. No message is read here: Lambda does that. */
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { TransferError } from "../errors.ts";
import { nameOf } from "./error-name.ts";

/** SQS answers in some ten milliseconds. With one repeat, the worst case is some four seconds. */
const CONNECTION_TIMEOUT_MS = 500;
const REQUEST_TIMEOUT_MS = 1_500;
const ATTEMPTS_MAX = 2;
/** Of SendMessageBatch. */
const BATCH_MAX = 10;

export interface SqsQueue {
  /** Settles once all are kept. Rejects with `store-unavailable` where one may not be, also where `signal` ends it: others may be, then. */
  send(bodies: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Hands a message that was received to nobody for so long, from now. Rejects with `store-unavailable`. */
  hide(receiptHandle: string, seconds: number): Promise<void>;
}

/** Endpoint, region and credentials come from the environment, as the SDK reads them. */
export function createSqsQueue(queueUrl: string): SqsQueue {
  const client = new SQSClient({
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });

  async function sendBatch(bodies: readonly string[], abortSignal: AbortSignal | undefined): Promise<void> {
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    const { Failed = [] } = await client.send(command, { ...(abortSignal && { abortSignal }) }).catch(unavailable);
    const [first] = Failed;
    if (first !== undefined) throw new TransferError("store-unavailable", { reason: `queue: ${first.Code}`, effect: "none" });
  }

  return {
    async send(bodies, signal) {
      for (let start = 0; start < bodies.length; start += BATCH_MAX) await sendBatch(bodies.slice(start, start + BATCH_MAX), signal);
    },
    async hide(receiptHandle, seconds) {
      const command = new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds });
      await client.send(command).catch(unavailable);
    },
  };
}

function unavailable(cause: unknown): never {
  throw new TransferError("store-unavailable", { reason: `queue: ${nameOf(cause)}`, effect: "none", cause });
}
