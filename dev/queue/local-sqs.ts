/**
 * An SQS for local development and tests: fauxqs on 127.0.0.1, in memory, for the unmodified SDK (AWS_ENDPOINT_URL_SQS). Signatures are not verified, nothing
 * expires, and the 12 hours that a message may be invisible begin anew with each change.
 */
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { RECEIVES_MAX } from "../../lib/queue/back-off.ts";

const LOOPBACK = "127.0.0.1";
/** Of fauxqs. */
const ACCOUNT = "000000000000";
/** As serverless.yml has it: six times the function's time-out, and some. */
const VISIBILITY_SECONDS = 180;

interface QueueNames {
  readonly queue: string;
  readonly deadLetters: string;
}

/** As serverless.yml has it for the stage `local`. */
export const LOCAL_QUEUES: QueueNames = { queue: "ccgw-local-callbacks", deadLetters: "ccgw-local-callbacks-dead" };

export interface LocalSqs {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  readonly client: SQSClient;
  /** Closes idle and live connections. */
  stop(): Promise<void>;
}

interface LocalSqsOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly names: QueueNames;
  readonly region: string;
}

/** Rejects with what `listen` failed with. */
export async function startLocalSqs({ port, names, region }: LocalSqsOptions): Promise<LocalSqs> {
  // Commands that use the names of its queues alone begin without it.
  const { buildApp } = await import("fauxqs");
  // Not fauxqs' own start, which listens on every interface.
  const app = buildApp({ logger: false, defaultRegion: region });
  const url = await app.listen({ port, host: LOOPBACK });
  const client = new SQSClient({ endpoint: url, region, credentials: { accessKeyId: "local", secretAccessKey: "local" } });
  await client.send(new CreateQueueCommand({ QueueName: names.deadLetters }));
  const Attributes = {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:${region}:${ACCOUNT}:${names.deadLetters}`,
      maxReceiveCount: RECEIVES_MAX,
    }),
  };
  await client.send(new CreateQueueCommand({ QueueName: names.queue, Attributes }));
  return {
    url,
    // Not those that it answers: their host does not resolve.
    queueUrl: `${url}/${ACCOUNT}/${names.queue}`,
    deadLettersUrl: `${url}/${ACCOUNT}/${names.deadLetters}`,
    client,
    async stop() {
      client.destroy();
      await app.close();
    },
  };
}
