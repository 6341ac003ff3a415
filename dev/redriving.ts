/** The dead letters of outcomes, moved back into their queue: of the local stack or a deployed one. */
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { useAccount } from "./chosen-account.ts";
import { REGION, SERVICE } from "./offline.ts";
import { parsePorts, StartError } from "./ports.ts";
import { HIDDEN_SECONDS, type Moved, moveDeadLetters } from "./queue/dead-letters.ts";
import { LOCAL_QUEUES } from "./queue/local-sqs.ts";

interface Which {
  /** Of a deployed stack; the local one's where there is none. */
  readonly stage: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly max: number;
}

export interface Redriven extends Moved {
  /** Names of the queues. */
  readonly queue: string;
  readonly deadLetters: string;
  /** For how long nobody gets what was received and not moved. */
  readonly hiddenSeconds: number;
}

/** Throws a `StartError` where there is no such queue. */
export async function redrive({ stage, region, profile, max }: Which): Promise<Redriven> {
  if (stage !== undefined) useAccount({ region, profile });
  const names =
    stage === undefined ? LOCAL_QUEUES : { queue: `${SERVICE}-${stage}-callbacks`, deadLetters: `${SERVICE}-${stage}-callbacks-dead` };
  const client = new SQSClient({ useQueueUrlAsEndpoint: false, ...(stage === undefined && toLocal()) });
  try {
    const [from, to] = await Promise.all([urlOf(client, names.deadLetters), urlOf(client, names.queue)]);
    return { ...(await moveDeadLetters({ client, from, to, max })), ...names, hiddenSeconds: HIDDEN_SECONDS };
  } finally {
    client.destroy();
  }
}

function toLocal() {
  const endpoint = `http://127.0.0.1:${parsePorts(process.env).sqs}`;
  return { endpoint, region: REGION, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
}

async function urlOf(client: SQSClient, QueueName: string): Promise<string> {
  try {
    const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName }));
    return QueueUrl;
  } catch (error) {
    if (!(error instanceof Error) || !/NonExistentQueue|QueueDoesNotExist/.test(error.name)) throw error;
    throw new StartError(`There is no queue ${QueueName}: is it this --stage, this --region and this account?`);
  }
}
