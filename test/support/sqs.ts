/** A local SQS for a test file, and what is in its queues. */
import { GetQueueAttributesCommand, type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { vi } from "vitest";
import { type LocalSqs, startLocalSqs } from "../../dev/queue/local-sqs.ts";

const REGION = "eu-central-1";
/** One of each and the queues are gone with it. */
export function startSqs(): Promise<LocalSqs> {
  return startLocalSqs({ port: 0, names: { queue: "callbacks", deadLetters: "callbacks-dead" }, region: REGION });
}

/** For the code that is tested, which reads them by itself. */
export function stubAws(endpoints: Readonly<Record<string, string>>): void {
  vi.stubEnv("AWS_REGION", REGION);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  for (const [name, url] of Object.entries(endpoints)) vi.stubEnv(`AWS_ENDPOINT_URL_${name}`, url);
}

/** Up to ten of what is visible. */
export async function receive({ client }: LocalSqs, queueUrl: string): Promise<Message[]> {
  const command = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All" as const] };
  return (await client.send(new ReceiveMessageCommand(command))).Messages ?? [];
}

/** All that is visible. */
export async function receiveAll(sqs: LocalSqs, queueUrl: string): Promise<Message[]> {
  const messages = await receive(sqs, queueUrl);
  return messages.length === 0 ? [] : [...messages, ...(await receiveAll(sqs, queueUrl))];
}

/** How many are visible, and how many are not. */
export async function countMessages({ client }: LocalSqs, queueUrl: string): Promise<readonly [visible: number, hidden: number]> {
  const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }));
  return [Number(Attributes?.[names[0]]), Number(Attributes?.[names[1]])];
}

/** As Lambda hands it to a function. */
export function toRecord({ MessageId = "", ReceiptHandle = "", Body = "", Attributes = {} }: Message): SQSRecord {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? "",
      SentTimestamp: Attributes.SentTimestamp ?? "",
      SenderId: Attributes.SenderId ?? "",
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? "",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:callbacks",
    awsRegion: REGION,
  };
}
