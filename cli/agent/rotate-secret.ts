/** `ccgw agent rotate-secret GATEWAY/ID`: of whoever hands its session over, a new secret beside the old ones, which get an end. */
import { isFields } from "../../lib/transfer/request.ts";
import { createAsker } from "../asker.ts";
import { withSheet } from "../chosen-secret.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import { addSecret, findTaken, finishRotation, KEEP_DAYS_DEFAULT, parseKeepDays, toSecretLines, withoutValue } from "../rotation.ts";
import type { Document, SecretBook } from "../secret-book.ts";
import type { SecretEnds } from "../secret-input.ts";
import { chooseHolderSecret } from "./held.ts";
import { parseAgentName } from "./name.ts";
import { toSheet } from "./sheet.ts";

export function createAgentRotateSecret() {
  return createCommand("rotate-secret", "of whoever hands its session over: a new one beside the old, which ends later")
    .argument("<gateway/id>", "of a handed-over agent, as in main/105")
    .option("--keep-days <days>", "for how long the old ones are still taken", KEEP_DAYS_DEFAULT)
    .option("--finish", "drop the ones whose end has come, and make none")
    .option("--secret-stdin", "the new one comes through a pipe (or as CCGW_SECRET in the environment)")
    .option("--sheet <file>", "where to write what its holder needs, with the secret that is made")
    .action((name, { keepDays, finish, secretStdin, sheet, ...options }) =>
      answerFromBook(options, (book, { config: { publicBaseUrl } }, { prompter }) => {
        const nowMs = Date.now();
        if (finish === true) return finishRotation(book, { folder: "agents", name, nowMs });
        const ends = { prompter, environment: process.env, stdin: process.stdin };
        return rotateHolderSecret(book, { name, publicBaseUrl, keepDays, secretStdin, sheet, nowMs }, ends);
      }),
    );
}

interface HolderRotation {
  readonly name: string;
  readonly publicBaseUrl: string;
  readonly keepDays?: string | undefined;
  readonly secretStdin?: true | undefined;
  readonly sheet?: string | undefined;
  readonly nowMs: number;
}

export async function rotateHolderSecret(book: SecretBook, wanted: HolderRotation, ends: SecretEnds): Promise<Report> {
  const { name, publicBaseUrl, keepDays = KEEP_DAYS_DEFAULT, nowMs } = wanted;
  const days = parseKeepDays(keepDays);
  parseAgentName(name);
  const kept = await book.require("agents", name);
  // One that is refused for its secrets is mended so.
  if (kept.document.session !== "handed-over") {
    const { session } = await book.parse("agents", name, kept.document);
    throw new CommandError(`${name} is ${session}: nobody hands its session over.`);
  }
  const { value, sheet: file } = await chooseHolderSecret(wanted, ends, createAsker(ends.prompter));
  const { taken, lines } = await findTaken(book, { folder: "agents", name }, kept.document);
  const { id, endsAt, secrets } = addSecret(taken, value, { folder: "agents", keepDays: days, nowMs });
  const { verification } = kept.document;
  const document: Document = { ...kept.document, verification: { ...(isFields(verification) && verification), secrets } };
  await book.parse("agents", name, document);
  await withSheet(file, toSheet({ name, publicBaseUrl, secret: value }), () => book.replace("agents", name, document, kept));
  return {
    json: { name, written: true, secrets: secrets.map(withoutValue), sheet: file },
    lines: [
      `Written: the secret ${id} of ${name}. It is taken within a minute. Move its holder over ${taken.length === 0 ? "now" : `until ${endsAt}`}.`,
      ...(file === undefined ? [] : [`It is in ${file}, with what its holder needs, for its owner alone: pass it on, and delete it.`]),
      ...toSecretLines(secrets, nowMs),
      ...lines,
      `After that, ccgw agent rotate-secret ${name} --finish drops the old ones.`,
    ],
  };
}
