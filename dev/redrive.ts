/**
 * `npm run redrive [-- --stage NAME] [--region REGION] [--profile NAME] [--max N]`: moves the dead letters of outcomes back into their queue, of the local stack or, with
 * `--stage`, of a deployed one. Ends with 0 when all that it found is back, with 1 when something was left, and with 2 when it could not be begun.
 */
import { parseArgs } from "node:util";
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { useAccount } from "./chosen-account.ts";
import { toMissing } from "./missing-aws.ts";
import { REGION, SERVICE } from "./offline.ts";
import { parsePorts, StartError } from "./ports.ts";
import { HIDDEN_SECONDS, type Moved, moveDeadLetters } from "./queue/dead-letters.ts";
import { LOCAL_QUEUES } from "./queue/local-sqs.ts";
import { assertStage } from "./stage-name.ts";

const MAX_DEFAULT = 1_000;
const USAGE = `npm run redrive [-- OPTIONS]

Moves the dead letters of outcomes back into their queue, where they are tried anew.

  --stage NAME     of a deployed stack, with the AWS credentials of the environment; the local stack's unless given
  --region REGION  of that stack; the environment's unless given
  --profile NAME   of AWS's configuration files
  --max N          as many as that at most; ${MAX_DEFAULT} unless given
  --help

Ends with 0 when all that it found is back, with 1 when something was left, and with 2 when it could not be begun.`;

try {
  const given = process.argv.slice(2);
  if (given.includes("--help") || given.includes("-h")) console.log(USAGE);
  else process.exitCode = await redrive(parseOptions(given));
} catch (error) {
  console.error(error instanceof StartError ? error.message : toWords(error));
  process.exitCode = 2;
}

interface Options {
  readonly stage: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly max: number;
}

/** The exit code. */
async function redrive({ stage, region, profile, max }: Options): Promise<number> {
  if (stage !== undefined) useAccount({ region, profile });
  const names =
    stage === undefined ? LOCAL_QUEUES : { queue: `${SERVICE}-${stage}-callbacks`, deadLetters: `${SERVICE}-${stage}-callbacks-dead` };
  const client = new SQSClient({ useQueueUrlAsEndpoint: false, ...(stage === undefined && toLocal()) });
  try {
    const [from, to] = await Promise.all([urlOf(client, names.deadLetters), urlOf(client, names.queue)]);
    return report(await moveDeadLetters({ client, from, to, max }), names);
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

/** The exit code. */
function report({ moved, refused, doubled, unreadable, cameBack, isCut }: Moved, { queue, deadLetters }: typeof LOCAL_QUEUES): number {
  const left = refused + doubled + unreadable.length + cameBack;
  console.log(`${moved} dead letter${moved === 1 ? "" : "s"} moved back to ${queue}, ${left} left in ${deadLetters}.`);
  if (doubled > 0) console.log(`${doubled} could not be deleted, and will be moved once more: their receivers are told twice.`);
  if (refused > 0) console.log(`${refused} could not be moved: SQS did not take them.`);
  for (const { id, why } of unreadable) console.log(`Message ${id} cannot be read: it ${why}. It is of another version, or none of ours.`);
  if (cameBack > 0) console.log(`${cameBack} came back at once: the log says what is wrong with them ("outcome unreadable").`);
  if (isCut) console.log("There may be more: run it again, or with a larger --max.");
  if (moved + left === 0) console.log(`What another run has received and not moved is hidden for ${HIDDEN_SECONDS} s.`);
  return left === 0 && !isCut ? 0 : 1;
}

function parseOptions(given: string[]): Options {
  const { stage, region, profile, max = String(MAX_DEFAULT) } = parse(given);
  if (stage === undefined && (region !== undefined || profile !== undefined))
    throw new StartError("--region and --profile go with --stage.");
  if (stage !== undefined) assertStage(stage);
  if (!/^[1-9]\d{0,5}$/.test(max)) throw new StartError("--max must be a number from 1 to 999999.");
  return { stage, region, profile, max: Number(max) };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const options = { stage: text, region: text, profile: text, max: text } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

/** What to set, where that is known; else the SDK's own words. Nothing of a message is in them. */
function toWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ECONNREFUSED")
    return "Nobody answers. Is `npm start` running, with this SQS_PORT? For a deployed stack give --stage and --region.";
  return toMissing(error) ?? `${error.name}: ${error.message}`;
}
