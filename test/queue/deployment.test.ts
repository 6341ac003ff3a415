/** The queue and the function that it is handed to, as the package would deploy them, held against what the code counts on. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { CALLBACK_DEADLINE_MS } from "../../lib/callbacks/callback-client.ts";
import { RECEIVES_MAX, toBounds } from "../../lib/queue/back-off.ts";
import { startSqs } from "../support/sqs.ts";

const RETENTION_SECONDS = 14 * 24 * 60 * 60;
/** Reading the connection's secret before, and putting a message off after. */
const BESIDE_SECONDS = 10;

const Template = z.object({ Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.unknown() })) });
const Queue = z.looseObject({
  QueueName: z.string(),
  VisibilityTimeout: z.int(),
  RedrivePolicy: z.object({ maxReceiveCount: z.int(), deadLetterTargetArn: z.unknown() }),
});

let resources: z.infer<typeof Template>["Resources"];
beforeAll(async () => {
  const text = await readFile(join(inject("packageFolder"), "cloudformation-template-update-stack.json"), "utf8");
  resources = Template.parse(JSON.parse(text)).Resources;
});

function readQueue(): z.infer<typeof Queue> {
  return Queue.parse(resources.CallbackQueue?.Properties);
}

function timeoutSeconds(): number {
  return z.object({ Timeout: z.int() }).parse(resources.DeliverDashcallbacksLambdaFunction?.Properties).Timeout;
}

describe("the deployed queue", () => {
  it("and its dead letters are encrypted, named for their stage, and kept as long as SQS can", () => {
    for (const [id, name] of [
      ["CallbackQueue", "callbacks"],
      ["CallbackDeadLetters", "callbacks-dead"],
    ] as const)
      expect(resources[id]).toMatchObject({
        Type: "AWS::SQS::Queue",
        Properties: {
          QueueName: `ccgateway-transfer-webhooks-prod-${name}`,
          KmsMasterKeyId: { Ref: "DataKey" },
          MessageRetentionPeriod: RETENTION_SECONDS,
        },
      });
  });

  it("gives a message up after as many attempts as the code makes, into the dead letters", () => {
    expect(readQueue().RedrivePolicy).toEqual({
      maxReceiveCount: RECEIVES_MAX,
      deadLetterTargetArn: { "Fn::GetAtt": ["CallbackDeadLetters", "Arn"] },
    });
  });

  it("keeps a message for longer than its attempts take, however long a receiver asks for", () => {
    const longest = toBounds(RECEIVES_MAX).atMost;
    expect((longest + readQueue().VisibilityTimeout) * RECEIVES_MAX).toBeLessThan(RETENTION_SECONDS);
  });

  it("hides a message from others for six times as long as the function may take", () => {
    expect(readQueue().VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeoutSeconds());
  });

  it("is handed to the function in batches of which each message is answered for, by few at a time", () => {
    const mappings = Object.values(resources).filter(({ Type }) => Type === "AWS::Lambda::EventSourceMapping");
    expect(mappings.map(({ Properties }) => Properties)).toMatchObject([
      {
        EventSourceArn: { "Fn::GetAtt": ["CallbackQueue", "Arn"] },
        FunctionName: { "Fn::GetAtt": ["DeliverDashcallbacksLambdaFunction", "Arn"] },
        BatchSize: 10,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ScalingConfig: { MaximumConcurrency: 5 },
      },
    ]);
  });

  it("leaves the function time for a receiver's whole deadline", () => {
    expect(timeoutSeconds()).toBeGreaterThanOrEqual(CALLBACK_DEADLINE_MS / 1_000 + BESIDE_SECONDS);
  });

  it("is as the local one", async () => {
    const sqs = await startSqs();
    const command = new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl, AttributeNames: ["VisibilityTimeout", "RedrivePolicy"] });
    const { Attributes } = await sqs.client.send(command);
    await sqs.stop();
    const { VisibilityTimeout, RedrivePolicy } = readQueue();
    expect(Attributes?.VisibilityTimeout).toBe(String(VisibilityTimeout));
    expect(JSON.parse(Attributes?.RedrivePolicy ?? "")).toMatchObject({ maxReceiveCount: RedrivePolicy.maxReceiveCount });
  });
});
