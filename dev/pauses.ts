/**
 * `npm run pause -- SCOPE --by NAME --reason TEXT [--minutes N] [--replace]`, `npm run resume -- SCOPE --by NAME --reason TEXT` and `npm run pauses`: the operator's stop button,
 * of the local stack or, with `--stage`, of a deployed one. Ends with 0 when it is done, with 1 when nothing was changed (nothing to resume,
 * paused for longer already, somebody else was faster), and with 2 when it could not be begun.
 */
import { randomUUID } from "node:crypto";
import { TransferError } from "../lib/errors.ts";
import { createDynamoDbStore } from "../lib/records/dynamodb-store.ts";
import { createPauseBook, type PauseBook } from "../lib/records/pause-book.ts";
import type { PauseItem } from "../lib/records/record-item.ts";
import type { PauseScope } from "../lib/transfer/pause.ts";
import { useAccount } from "./chosen-account.ts";
import { LOCAL_RECORDS_TABLE } from "./dynamodb/local-dynamodb.ts";
import { toMissing } from "./missing-aws.ts";
import { REGION, SERVICE } from "./offline.ts";
import { type ChangeCommand, parseCommand, USAGE } from "./pause-options.ts";
import { parsePorts, StartError } from "./ports.ts";
import { readStoreClock } from "./store-clock.ts";

const LOCAL_RETENTION_DAYS = 30;
const DAY_SECONDS = 24 * 60 * 60;
const TIMEOUT_MS = 30_000;
try {
  const [verb = "", ...given] = process.argv.slice(2);
  if (given.includes("--help") || given.includes("-h")) console.log(USAGE);
  else process.exitCode = await run(verb, given);
} catch (error) {
  console.error(error instanceof StartError ? error.message : toWords(error));
  process.exitCode = 2;
}

async function run(verb: string, given: string[]): Promise<number> {
  const { command, stage, region, profile } = parseCommand(verb, given);
  if (stage !== undefined) useAccount({ region, profile });
  const { table, retentionDays } = stage === undefined ? toLocal() : await findDeployed(stage);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const { wallMs, aheadMs } = await readStoreClock(table, signal);
  if (aheadMs !== 0) console.error(`This machine's clock is ${toDifference(aheadMs)} the table's, by which it is done.`);
  const store = createDynamoDbStore(table, { wallMs });
  const book = createPauseBook({ store, wallMs, newId: randomUUID, retentionSeconds: retentionDays * DAY_SECONDS });
  // Whoever forgets --stage is to see it.
  console.log(
    stage === undefined ? "On the local stack:" : `On the stage ${stage} in ${process.env.AWS_REGION ?? "the profile's region"}:`,
  );
  if (command.verb === "list") return list(book, signal);
  return change(book, command, signal);
}

interface Place {
  readonly table: string;
  readonly retentionDays: number;
}

function toLocal(): Place {
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${parsePorts(process.env).dynamodb}`;
  Object.assign(process.env, { AWS_REGION: REGION, AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" });
  return { table: LOCAL_RECORDS_TABLE, retentionDays: LOCAL_RETENTION_DAYS };
}

/** The table that the functions use: theirs tell. */
async function findDeployed(stage: string): Promise<Place> {
  const FunctionName = `${SERVICE}-${stage}-receive-transfer`;
  // Whoever pauses the local stack does without it.
  const { GetFunctionConfigurationCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  const client = new LambdaClient({});
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const { CCGW_RECORDS_TABLE: table, CCGW_RETENTION_DAYS: days = "" } = Environment?.Variables ?? {};
    if (table === undefined || !/^\d+$/.test(days)) throw new StartError(`${FunctionName} does not say which table has its records.`);
    return { table, retentionDays: Number(days) };
  } finally {
    client.destroy();
  }
}

/** The exit code. */
async function change(book: PauseBook, { verb, change }: ChangeCommand, signal: AbortSignal): Promise<number> {
  const changed = await book[verb](change, signal);
  const what = toWordsOf(change.scope);
  switch (changed.kind) {
    case "paused":
      console.log(`Paused: ${what}, ${changed.pause.until === undefined ? "until it is resumed" : `until ${changed.pause.until}`}.`);
      if (changed.before !== undefined) console.log(`It was paused before: ${toDetails(changed.before)}.`);
      console.log("It is heard within 5 s. Whether there is such a one is not checked: npm run pauses shows what is set.");
      return 0;
    case "longer":
      console.error(`Paused for longer already: ${toDetails(changed.before)}.`);
      console.error("Nothing was changed. Give --replace to shorten it; npm run resume ends it.");
      return 1;
    case "resumed":
      console.log(`Resumed: ${what}. It is heard within 5 s.`);
      return 0;
    case "not-paused":
      console.error(`Not paused: ${what}. npm run pauses shows what is.`);
      return 1;
    case "lost":
      console.error(`Somebody else has changed it at the same time: ${what}. npm run pauses shows what is set.`);
      return 1;
  }
}

async function list(book: PauseBook, signal: AbortSignal): Promise<number> {
  const { pauses, isCut, entries } = await book.list(signal);
  if (pauses.length > 0 || !isCut) console.log(pauses.length === 0 ? "Nothing is paused." : "Paused:");
  for (const pause of pauses) console.log(`  ${toDetails(pause)}`);
  if (isCut) console.error("There are more than could be looked at: others may be paused, too.");
  if (entries.length > 0) console.log("\nWhat was done, the last first:");
  for (const { action, scope, by, reason, firstSeenAt, until } of entries)
    console.log(`  ${firstSeenAt} ${action} ${toWordsOf(scope)}${toEnd(until)}, by ${by}: ${reason}`);
  return 0;
}

function toDetails({ scope, by, reason, firstSeenAt, until }: PauseItem): string {
  return `${toWordsOf(scope)}, since ${firstSeenAt}${toEnd(until)}, by ${by}: ${reason}`;
}

function toDifference(aheadMs: number): string {
  return `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? "ahead of" : "behind"}`;
}

function toEnd(until: string | undefined): string {
  return until === undefined ? "" : ` until ${until}`;
}

function toWordsOf(scope: PauseScope): string {
  return scope.replace("/", " ");
}

/** The SDK's own words of a function or a table that is not there, of credentials or of a region that are missing. */
function toWords(error: unknown): string {
  const cause = error instanceof TransferError ? error.cause : error;
  if (!(cause instanceof Error)) return String(error);
  const isLocal = "code" in cause && cause.code === "ECONNREFUSED";
  if (isLocal) return "Nobody answers. Is `npm start` running, with this DYNAMODB_PORT? For a deployed stack give --stage and --region.";
  return toMissing(cause) ?? `${cause.name}: ${cause.message}`;
}
