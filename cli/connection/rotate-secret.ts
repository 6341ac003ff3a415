/** `ccgw connection rotate-secret NAME`: a new secret beside the old ones, which get an end; `--finish` drops those whose end has come. */
import { findSource } from "../../lib/sources/index.ts";
import { isFields } from "../../lib/transfer/request.ts";
import { createAsker } from "../asker.ts";
import { withSheet } from "../chosen-secret.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import { addSecret, findTaken, finishRotation, KEEP_DAYS_DEFAULT, parseKeepDays, toSecretLines, withoutValue } from "../rotation.ts";
import type { Document, SecretBook } from "../secret-book.ts";
import type { SecretEnds } from "../secret-input.ts";
import { readCaller } from "./caller.ts";
import { proofKindOf, schemeOf } from "./proof.ts";
import { toSheet } from "./sheet.ts";
import { chooseConnectionSecret } from "./verification.ts";

export function createConnectionRotateSecret() {
  return createCommand("rotate-secret", "a new secret beside the old, which ends later")
    .argument("<name>", "of the connection")
    .option("--keep-days <days>", "for how long the old ones are still taken", KEEP_DAYS_DEFAULT)
    .option("--finish", "drop the ones whose end has come, and make none")
    .option("--secret-stdin", "the new one comes through a pipe (or as CCGW_SECRET in the environment)")
    .option("--sheet <file>", "where to write the hand-over sheet with the secret that is made, for its owner alone")
    .action((name, { keepDays, finish, secretStdin, sheet, ...options }) =>
      answerFromBook(options, async (book, place, { prompter }) => {
        const nowMs = Date.now();
        if (finish === true) return finishRotation(book, { folder: "connections", name, nowMs });
        return rotateSecret(
          book,
          place,
          { name, keepDays, secretStdin, sheet, nowMs },
          { prompter, environment: process.env, stdin: process.stdin },
        );
      }),
    );
}

export interface RotationWanted {
  readonly name: string;
  readonly keepDays?: string | undefined;
  readonly secretStdin?: true | undefined;
  readonly sheet?: string | undefined;
  readonly nowMs: number;
}

export async function rotateSecret(
  book: SecretBook,
  { config, functionName }: Place,
  wanted: RotationWanted,
  ends: SecretEnds,
): Promise<Report> {
  const { name, keepDays = KEEP_DAYS_DEFAULT, nowMs } = wanted;
  const days = parseKeepDays(keepDays);
  const kept = await book.require("connections", name);
  const { source, scheme } = await requireScheme(book, name, kept.document);
  const { verification } = kept.document;
  const { secrets: _kept, ...settings } = isFields(verification) ? verification : {};
  if (proofKindOf(scheme).kept !== "secrets") throw new CommandError(`${name} is proven by ${scheme}, which has no secret of ours.`);

  const asker = createAsker(ends.prompter);
  const { value, sheet: file } = await chooseConnectionSecret({ ...wanted, scheme, settings }, { source, asker }, ends);
  const { taken, lines } = await findTaken(book, { folder: "connections", name }, kept.document);
  const { id, endsAt, secrets } = addSecret(taken, value, { folder: "connections", keepDays: days, nowMs });
  const document: Document = { ...kept.document, verification: { ...settings, secrets } };
  const connection = await book.parse("connections", name, document);
  const caller = await readCaller(source.id, document);
  const { publicBaseUrl } = config;
  const text = await toSheet({ name, publicBaseUrl, connection, caller, lexFunction: functionName("receive-lex") }, value);
  await withSheet(file, text, () => book.replace("connections", name, document, kept));
  return {
    json: { name, written: true, secrets: secrets.map(withoutValue), sheet: file },
    lines: [
      `Written: the secret ${id} of ${name}. It is taken within a minute. Move the caller over ${taken.length === 0 ? "now" : `until ${endsAt}`}.`,
      ...(file === undefined ? [] : [`It is in ${file}, with the hand-over sheet, for its owner alone: pass it on, and delete it.`]),
      ...toSecretLines(secrets, nowMs),
      ...lines,
      `After that, ccgw connection rotate-secret ${name} --finish drops the old ones. Which one a caller uses is secretId in the log.`,
    ],
  };
}

/** Also of a document that is refused for its secrets: that is mended so. */
async function requireScheme(book: SecretBook, name: string, document: Document) {
  const source = await findSource(String(document.source));
  const scheme = source && schemeOf(source, document);
  if (source?.schemes.some(({ id }) => id === scheme) && scheme !== undefined) return { source, scheme };
  const parsed = await book.parse("connections", name, document);
  return { source: parsed.source, scheme: schemeOf(parsed.source, document) };
}
