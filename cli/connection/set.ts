/** `ccgw connection set NAME`: changes what is given, and no more. How its caller is proven stays; a secret of it is rotated by a command of its own. */
import { isFields } from "../../lib/transfer/request.ts";
import { requireGateway } from "../agent/name.ts";
import { createAsker } from "../asker.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { type Agreeing, writeEdit } from "../edit.ts";
import { assertWithout, assertWithoutSecret, parseObject } from "../json-flag.ts";
import { mergeFields } from "../merge-patch.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import type { Document, SecretBook } from "../secret-book.ts";
import type { SecretEnds } from "../secret-input.ts";
import { readTextFile } from "../text-file.ts";
import { type CallbackChange, changeCallback } from "./callback.ts";
import { type ConnectorChange, changeConnector } from "./connector.ts";
import { assertSettings, collect } from "./settings.ts";
import { parseTarget } from "./targets.ts";

export function createConnectionSet() {
  return createCommand("set", "what is given of a caller, and no more")
    .argument("<name>", "of the connection")
    .option("--source <source>", "which kind of caller it is")
    .option("--gateway <name>", "whose sessions it moves")
    .option("--agent <id>", "whose sessions it moves unless a request says otherwise")
    .option("--target <name=type:address>", "a named target beside or instead of its own; may be given several times", collect)
    .option("--remove-target <name>", "one that it has; may be given several times", collect)
    .option("--default-target <name>", "where a session goes unless a request says otherwise")
    .option("--event <name>", "one that asks for a transfer; all of them are to be given", collect)
    .option("--test", "every delivery is a dry run")
    .option("--no-test", "deliveries are transfers")
    .option("--mapping <file>", "JSONata, from its webhook to a transfer request")
    .option("--settings <json>", "what else the document has, without a secret; null takes away (JSON Merge Patch)")
    .option("--verification <json>", "what else is asked of its proof, without a secret; null takes away")
    .option("--accept <value>", "whose tokens count from now on, for schemes that have no secret")
    .option(
      "--callback [address]",
      "who is told how its transfers ended; without an address, the one that is there, or CCGW_CALLBACK_URL in the environment, for one with a query",
    )
    .option(
      "--callback-secret-stdin",
      "what signs that comes through a pipe (or with --callback as CCGW_CALLBACK_SECRET); it goes before those that sign already",
    )
    .option("--callback-newest", "of what signs that, keep the newest alone")
    .option(
      "--app-password-stdin",
      "the password of its bot's connector comes through a pipe (or with its --settings as CCGW_APP_PASSWORD)",
    )
    .option("--sheet <file>", "where to write a secret of the callback that is made, for its owner alone")
    .option("--dry-run", "say what would be changed, without its secrets")
    .option("--yes", "do not ask where something is taken away")
    .action((name, options) =>
      answerFromBook(options, async (book, _place, { prompter }) => {
        const wanted = {
          ...{ ...options, name, mapping: await readTextFile("--mapping", options.mapping) },
          ...{ settings: parseObject("--settings", options.settings), verification: parseObject("--verification", options.verification) },
        };
        return setConnection(book, wanted, { prompter, environment: process.env, stdin: process.stdin });
      }),
    );
}

export interface ConnectionChange extends Agreeing, CallbackChange, ConnectorChange {
  readonly name: string;
  readonly source?: string | undefined;
  readonly gateway?: string | undefined;
  readonly agent?: string | undefined;
  readonly target?: readonly string[] | undefined;
  readonly removeTarget?: readonly string[] | undefined;
  readonly defaultTarget?: string | undefined;
  readonly event?: readonly string[] | undefined;
  readonly test?: boolean | undefined;
  /** JSONata. */
  readonly mapping?: string | undefined;
  readonly settings?: Document | undefined;
  readonly verification?: Document | undefined;
  readonly accept?: string | undefined;
}

export async function setConnection(book: SecretBook, wanted: ConnectionChange, ends: SecretEnds): Promise<Report> {
  const { name, callbackSecretStdin, appPasswordStdin } = wanted;
  if (callbackSecretStdin && appPasswordStdin)
    throw new CommandError("One pipe has one secret: --callback-secret-stdin or --app-password-stdin, the other from the environment.");
  const seen = await book.require("connections", name);
  if (wanted.gateway !== undefined) await requireGateway(book, wanted.gateway);
  assertSettings(wanted.settings ?? {});
  const patches = [wanted.settings ?? {}, toProof(seen.document, wanted)];
  const patched = patches.reduce((document, patch) => mergeFields(document, patch), seen.document);
  const changed = mergeFields(patched, toSettings(seen.document, wanted), isTarget);
  const withConnector = await changeConnector(changed, wanted, ends);
  const { document, sheet } = await changeCallback(withConnector, wanted, { ends, asker: createAsker(ends.prompter) });
  const { gateway, agentId } = document;
  const agent = `${gateway}/${agentId}`;
  const isAgentMissing = agentId !== undefined && (await book.read("agents", agent)) === undefined;
  const lines = [
    `It is in use within a minute: ccgw connection test ${name} tries it.`,
    ...(sheet === undefined
      ? []
      : [`The secret that signs its callbacks is in ${sheet.file}, for its owner alone: pass it on, and delete it.`]),
    ...(isAgentMissing ? [`There is no agent ${agent} yet: ccgw agent add ${agent}`] : []),
  ];
  return writeEdit(book, { folder: "connections", name, seen, document, sheet, lines }, wanted, ends.prompter);
}

/** One that is typed has nothing of the one before: a skill is of one agent. */
function isTarget(value: unknown): boolean {
  return isFields(value) && typeof value.address === "string";
}

/** What the flags say, as a merge patch. */
function toSettings(document: Document, wanted: ConnectionChange): Document {
  const { source, gateway, agent, target = [], removeTarget = [], defaultTarget, event, test, mapping } = wanted;
  const targets = isFields(document.targets) ? document.targets : {};
  const unknown = removeTarget.find((each) => !Object.hasOwn(targets, each));
  if (unknown !== undefined) throw new CommandError(`--remove-target ${unknown}: there is none of this name.`);
  const named = Object.fromEntries([...removeTarget.map((each) => [each, null] as const), ...target.map(parseTarget)]);
  return {
    ...(source !== undefined && { source }),
    ...(gateway !== undefined && { gateway }),
    ...(agent !== undefined && { agentId: agent }),
    ...(Object.keys(named).length > 0 && { targets: named }),
    ...(defaultTarget !== undefined && { defaults: { target: defaultTarget } }),
    ...(event !== undefined && { events: event }),
    ...(test !== undefined && { test: test || null }),
    ...(mapping !== undefined && { mapping }),
  };
}

function toProof({ verification: kept }: Document, { name, verification = {}, accept }: ConnectionChange): Document {
  assertWithout("--verification", verification, ["accepted"]);
  assertWithoutSecret("--verification", verification, `ccgw connection rotate-secret ${name} takes one.`);
  if (accept !== undefined && !(isFields(kept) && Array.isArray(kept.accepted)))
    throw new CommandError(`--accept is for a proof that has no secret, and ${name} has one.`);
  const patch: Document = { ...verification, ...(accept !== undefined && { accepted: [{ id: "first", value: accept }] }) };
  return Object.keys(patch).length === 0 ? {} : { verification: patch };
}
