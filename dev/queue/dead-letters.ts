/**
 * Moves dead letters back into their queue, where their attempts are counted anew: received, sent, and only then deleted. Whatever ends it midway, none is lost;
 * one that was sent and not yet deleted is there twice, which a receiver tells by its `webhook-id`. What is no notice stays where it is.
 */
import {
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandOutput,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { parseMessage } from "../../lib/queue/outcome-message.ts";

/** Of SQS. */
const BATCH_MAX = 10;
/** Asks all of SQS's servers, where less might find nothing though something is there. */
const WAIT_SECONDS = 1;
/** After it, those that were received and not moved are there again. */
export const HIDDEN_SECONDS = 120;

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
  /** No notices, or of another version. They are left. `why` names fields, never values. */
  readonly unreadable: readonly { readonly id: string; readonly why: string }[];
  /** Of what was moved before: the function cannot read them, or it would have taken a day. They are left, and end it. */
  readonly cameBack: number;
  /** `max` was reached: there may be more. */
  readonly isCut: boolean;
}

/** Rejects with the SDK's error where a queue is not there or not for us. */
export async function moveDeadLetters({ client, from, to, max }: MoveOptions): Promise<Moved> {
  const known = new Set<string | undefined>();
  const counts = { moved: 0, refused: 0, doubled: 0, cameBack: 0 };
  const unreadable: { readonly id: string; readonly why: string }[] = [];

  async function receive(): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: from,
      MaxNumberOfMessages: Math.min(BATCH_MAX, max - counts.moved - counts.refused),
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: HIDDEN_SECONDS,
    });
    return (await client.send(command)).Messages ?? [];
  }

  function isReadable({ MessageId = "", Body = "" }: Message): boolean {
    const parsed = parseMessage(Body);
    if ("message" in parsed) return true;
    known.add(MessageId);
    unreadable.push({ id: MessageId, why: parsed.why });
    return false;
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
    if (messages.length === 0) return { ...counts, unreadable, isCut: false };
    const fresh = messages.filter(({ MessageId }) => !known.has(MessageId));
    counts.cameBack += messages.length - fresh.length;
    const readable = fresh.filter(isReadable);
    if (readable.length > 0) await move(readable);
  }
  return { ...counts, unreadable, isCut: counts.cameBack === 0 };
}
