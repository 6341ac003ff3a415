/**
 * `ccgw send SOURCE`: plays a caller, by the rules of `npm run send` (dev/sending.ts). To people it shows what goes out and what comes back, as it does; to programs what
 * became of it: the answer, without what only whoever is called may read.
 */
import { Argument, Command } from "@commander-js/extra-typings";
import { DEMOS } from "../dev/demos.ts";
import type { Played } from "../dev/sending.ts";
import { isFields } from "../lib/transfer/request.ts";
import { answer } from "./command.ts";
import { withProgress } from "./progress.ts";
import { printLine, type Report } from "./report.ts";
import { SECRET } from "./shown-document.ts";

/** Our own words among what a bot keeps: lib/sources/answering/summary.ts. */
const PARAMETERS: ReadonlySet<string> = new Set([
  ...["ccgw_state", "ccgw_outcome", "ccgw_outcome_reason", "ccgw_code", "ccgw_reason", "ccgw_retryable", "ccgw_effect"],
  ...["ccgw_transfer_id", "ccgw_reference", "ccgw_call_data_truncated"],
]);
/** Where Lex is given back what it has sent, under the names that its bot has chosen: only our own say whose they are. */
const GIVEN_BACK = "sessionAttributes";
/** What is shown of an answer, by name: nothing of it is the customer's. All else is left out, with what is in it. */
const SHOWN: ReadonlySet<string> = new Set([
  ...PARAMETERS,
  // lib/http/canonical-reply.ts
  ...["ok", "dryRun", "understood", "transfers", "transferId", "state", "outcome", "outcomeReason", "replayed", "receivedAt", "statusUrl"],
  ...["type", "title", "status", "detail", "code", "reason", "retryable", "effect", "errors", "pointer", "requestId"],
  // A request, as we name it and as the gateway does.
  ...["request", "callId", "agentId", "target", "address", "skillId", "mode", "deliveryId", "reference", "attempt", "callDataTruncated"],
  ...["wire", "callid", "devicetype", "gateway", "retcode", "message"],
  // Where a bot has them: Lex, Dialogflow CX, Rasa, Botpress and the Bot Framework.
  ...["sessionState", GIVEN_BACK, "dialogAction", "sessionInfo", "parameters", "events", "event", "name", "value"],
  ...["error", "conversationId", "activities"],
  // Of Lambda, in the place of an answer.
  "errorType",
]);
/** Whoever has it may read the transfer's status. */
const CAPABILITY = "statusUrl";
const HELP = `
CCGW_SEND_SECRET in the environment is the secret to sign with, instead of the demo's; of a deployed API it has to be given. Each sending is a transfer: whether a
connection of a stage is set up, without moving anybody, says ccgw connection test NAME --stage STAGE.

Ends with 0 where the transfer was accepted, with 1 where it was not (a dry run is not), and with 2 where nothing was sent or no answer came.`;

export function createSend() {
  const sources = DEMOS.map(({ source }) => source);
  return new Command("send")
    .description("play a caller: sign a sample as it does, post it, and show what went out and came back")
    .addArgument(new Argument("<source>", "which kind of caller").choices(sources))
    .argument("[file]", "a body as that caller sends it; its own sample unless given")
    .option("--connection <name>", "that it is sent to, instead of the source's demo")
    .option("--url <address>", "of a deployed API, instead of the local stack's")
    .option("--verification <json>", "how a deployed connection is to be proven, as its document has it; a local one is read")
    .option("--function <name>", "the deployed function of a source that is not called over HTTP, by name or ARN")
    .option("--region <region>", "of that function")
    .option("--json", "print one JSON document")
    .addHelpText("after", HELP)
    .action((source, file, { json, ...options }) => {
      const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
      return answer({ json }, async ({ isJson }) => {
        // The signers of all callers take long to load.
        const { playCaller, toExitCode } = await import("../dev/sending.ts");
        const show = (title: string, text: string) => (isJson ? undefined : printLine(`── ${title}\n${text}\n`));
        const played = await withProgress(
          "Waiting for the answer",
          playCaller([source, ...(file === undefined ? [] : [file]), ...flags], show),
        );
        return { ...toReport(played), exitCode: toExitCode(played) };
      });
    });
}

function toReport({ source, connection, answer: { status, text }, isAccepted, isDryRun, asked, lines }: Played): Report {
  return {
    json: {
      ...{ source, connection, status, body: toShownBody(text), accepted: isAccepted ?? null, dryRun: isDryRun },
      gateway: asked?.map(({ retcode, acted }) => ({ retcode, acted })),
    },
    lines,
  };
}

/** What is no JSON, as it came. */
export function toShownBody(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return show(json, SHOWN);
  } catch {
    return text;
  }
}

function show(value: unknown, shown: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => show(each, shown));
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([name]) => shown.has(name));
  return Object.fromEntries(
    kept.map(([name, each]) => [name, name === CAPABILITY ? SECRET : show(each, name === GIVEN_BACK ? PARAMETERS : shown)]),
  );
}
