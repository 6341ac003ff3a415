/**
 * Moves dead letters back into their queue, where their attempts are counted anew: received, sent, and only then deleted. Whatever ends it midway, none is lost;
 * one that was sent and not yet deleted is there twice, which a receiver tells by its `webhook-id`.
 */
import {
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandOutput,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** Of SQS. */
const BATCH_MAX = 10;
/** Asks all of SQS's servers, where less might find nothing though something is there. */
const WAIT_SECONDS = 1;
/** After it, those that were received and not moved are there again. */
const HIDDEN_SECONDS = 120;

interface MoveOptions {
  readonly client: SQSClient;
  readonly from: string;
  readonly to: string;
  readonly max: number;
}

export interface Moved {
  readonly moved: number;
  /** SQS did not take them. They are left. */
  readonly refused: number;
  /** Moved, and still among the dead letters. */
  readonly doubled: number;
  /** Of what was moved before: nobody can read them, or it would have taken a day. They are left, and end it. */
  readonly cameBack: number;
  /** `max` was reached: there may be more. */
  readonly isCut: boolean;
}

/** Rejects with the SDK's error where a queue is not there or not for us. */
export async function moveDeadLetters({ client, from, to, max }: MoveOptions): Promise<Moved> {
  const known = new Set<string | undefined>();
  const counts = { moved: 0, refused: 0, doubled: 0, cameBack: 0 };

  async function receive(): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: from,
      MaxNumberOfMessages: Math.min(BATCH_MAX, max - counts.moved - counts.refused),
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: HIDDEN_SECONDS,
    });
    return (await client.send(command)).Messages ?? [];
  }

  async function move(messages: readonly Message[]): Promise<void> {
    const Entries = messages.map(({ Body = "" }, index) => ({ Id: String(index), MessageBody: Body }));
    const { Successful = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: to, Entries }));
    const sent = messages.filter((_message, index) => Successful.some(({ Id }) => Id === String(index)));
    for (const { MessageId } of [...Successful, ...messages]) known.add(MessageId);
    counts.moved += sent.length;
    counts.refused += messages.length - sent.length;
    if (sent.length > 0) counts.doubled += sent.length - (await remove(sent)).length;
  }

  async function remove(messages: readonly Message[]): Promise<NonNullable<DeleteMessageBatchCommandOutput["Successful"]>> {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    return (await client.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries }))).Successful ?? [];
  }

  while (counts.moved + counts.refused < max && counts.cameBack === 0) {
    const messages = await receive();
    if (messages.length === 0) return { ...counts, isCut: false };
    const fresh = messages.filter(({ MessageId }) => !known.has(MessageId));
    counts.cameBack += messages.length - fresh.length;
    if (fresh.length > 0) await move(fresh);
  }
  return { ...counts, isCut: counts.cameBack === 0 };
}
