/** `ccgw connection add NAME`: who may ask, by which proof, and for what. Answers with the hand-over sheet for whoever sets up the caller. */
import { SOURCE_IDS } from "../../lib/sources/index.ts";
import { findLexNameMistake, lexV2 } from "../../lib/sources/lex-v2.ts";
import { Name } from "../../lib/transfer/target.ts";
import { assertValid, createAsker } from "../asker.ts";
import { withSheet } from "../chosen-secret.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { parseObject } from "../json-flag.ts";
import type { Place } from "../place.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import { assertFree, type Document, type SecretBook } from "../secret-book.ts";
import type { SecretEnds } from "../secret-input.ts";
import { toShown } from "../shown-document.ts";
import { readTextFile } from "../text-file.ts";
import { readCaller } from "./caller.ts";
import { askSettings, collect, type SettingsWanted } from "./settings.ts";
import { toSheet } from "./sheet.ts";
import { findNoTarget } from "./targets.ts";
import { askProof, type ProofWanted } from "./verification.ts";

export function createConnectionAdd() {
  return createCommand("add", "a caller, with the sheet for whoever sets it up")
    .argument("<name>", "of the connection, as its address has it")
    .option("--source <source>", `which kind of caller: ${SOURCE_IDS.join(", ")}`)
    .option("--gateway <name>", "whose sessions it moves")
    .option("--agent <id>", "whose sessions it moves unless a request says otherwise")
    .option("--target <name=type:address>", "a named target, as in billing=skill-queue:31; may be given several times", collect)
    .option("--default-target <name>", "where a session goes unless a request says otherwise")
    .option("--event <name>", "for sources that send other events, too: one that asks for a transfer; may be given several times", collect)
    .option("--test", "every delivery is a dry run")
    .option("--mapping <file>", "JSONata, from its webhook to a transfer request")
    .option("--settings <json>", "what else the document has, without a secret, as the README's table names it")
    .option("--verification <json>", "how it is to be proven, without a secret, as the README's table of schemes names it")
    .option("--accept <value>", "whose tokens count, for schemes that have no secret: an app id, a service account")
    .option("--secret-stdin", "its secret comes through a pipe (or as CCGW_SECRET in the environment)")
    .option("--sheet <file>", "where to write the hand-over sheet with the secret that is made, for its owner alone")
    .option("--dry-run", "say what would be written, without its secrets")
    .action((name, options) =>
      answerFromBook(options, async (book, place, { prompter }) => {
        const settings = parseObject("--settings", options.settings);
        const verification = parseObject("--verification", options.verification);
        return addConnection(
          book,
          place,
          { ...options, name, mapping: await readTextFile("--mapping", options.mapping), settings, verification },
          { prompter, environment: process.env, stdin: process.stdin },
        );
      }),
    );
}

export interface ConnectionWanted extends SettingsWanted, ProofWanted {
  readonly name: string;
  readonly dryRun?: true | undefined;
}

export async function addConnection(book: SecretBook, place: Place, wanted: ConnectionWanted, ends: SecretEnds): Promise<Report> {
  const { name, dryRun } = wanted;
  assertValid(name, { flag: "The name", schema: Name });
  await assertFree(book, "connections", name);
  const asker = createAsker(ends.prompter);
  const { source, settings } = await askSettings(book, wanted, asker, ends.prompter);
  const mistake = source.id === lexV2.id ? findLexNameMistake(name) : undefined;
  if (mistake !== undefined) throw new CommandError(`The name ${mistake}. Nothing was written.`);
  const { verification, sheet: file, value } = await askProof({ ...wanted, name }, { source, asker, ends });
  const document: Document = { schemaVersion: 1, source: source.id, ...settings, verification };
  const connection = await book.parse("connections", name, document);

  const { publicBaseUrl } = place.config;
  const caller = await readCaller(source.id, document);
  const sheet = { name, publicBaseUrl, connection, caller, lexFunction: place.functionName("receive-lex") };
  const isWritten = dryRun !== true;
  if (isWritten) await withSheet(file, await toSheet(sheet, value), () => book.create("connections", name, document));
  const shown = toShown(document);
  const handOver = await toSheet(sheet);
  const agent = `${connection.settings.gateway}/${connection.settings.agentId}`;
  const isAgentMissing = connection.settings.agentId !== undefined && (await book.read("agents", agent)) === undefined;
  const noTarget = findNoTarget(name, connection.settings);
  const warnings = [
    ...(noTarget === undefined ? [] : [noTarget]),
    ...(isAgentMissing ? [`There is no agent ${agent} yet: ccgw agent add ${agent}`] : []),
  ];
  return {
    json: { name, written: isWritten, document: shown, sheet: isWritten ? file : undefined, handOver, warnings },
    warnings,
    lines: [
      ...(isWritten ? [handOver, `Added: connection ${name}. It is in use within a minute: ccgw connection test ${name} tries it.`] : []),
      ...(isWritten && file !== undefined
        ? [`The secret is in ${file}, with this sheet, for its owner alone: pass it on, and delete it.`]
        : []),
      ...(isWritten ? [] : [JSON.stringify(shown, undefined, 2), "Nothing was written."]),
      // A sheet is longer than a screen.
      ...warnings,
    ],
  };
}
