/** `ccgw connection rotate-secret NAME`: a new secret beside the old ones, which get an end; `--finish` drops those whose end has come. */
import { isFields } from "../../lib/transfer/request.ts";
import { createAsker } from "../asker.ts";
import { withSheet } from "../chosen-secret.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import type { Document, SecretBook } from "../secret-book.ts";
import type { SecretEnds } from "../secret-input.ts";
import { readCaller } from "./caller.ts";
import { isLive, type KeptSecret, proofKindOf, schemeOf, secretsOf } from "./proof.ts";
import { toSheet } from "./sheet.ts";
import { chooseConnectionSecret } from "./verification.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const KEEP_DAYS_DEFAULT = "7";
/** Longer is no rotation. */
const KEEP_DAYS = /^([0-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5])$/;

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
        if (finish === true) return finishRotation(book, { name, nowMs });
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
  if (!KEEP_DAYS.test(keepDays)) throw new CommandError("--keep-days must be a number of days, 0 to 365.");
  const kept = await book.require("connections", name);
  const { source } = await book.parse("connections", name, kept.document);
  const { verification } = kept.document;
  const { secrets: _kept, ...settings } = isFields(verification) ? verification : {};
  const scheme = schemeOf(source, kept.document);
  if (proofKindOf(scheme).kept !== "secrets") throw new CommandError(`${name} is proven by ${scheme}, which has no secret of ours.`);

  const asker = createAsker(ends.prompter);
  const { value, sheet: file } = await chooseConnectionSecret({ ...wanted, scheme, settings }, { source, asker }, ends);
  const before = secretsOf(kept.document);
  if (before.some((secret) => secret.value === value))
    throw new CommandError("This secret is one of the connection's already. Nothing was written.");
  const endsAt = new Date(nowMs + Number(keepDays) * DAY_MS).toISOString();
  const id = toNewId(before, nowMs);
  const secrets = [...before.map((secret) => endBy(secret, endsAt)), { id, value }];
  const document: Document = { ...kept.document, verification: { ...settings, secrets } };
  const connection = await book.parse("connections", name, document);
  const caller = await readCaller(source.id, document);
  const { publicBaseUrl } = config;
  const text = await toSheet({ name, publicBaseUrl, connection, caller, lexFunction: functionName("receive-lex") }, value);
  await withSheet(file, text, () => book.replace("connections", name, document, kept));
  return {
    json: { name, written: true, secrets: secrets.map(withoutValue), sheet: file },
    lines: [
      `Written: the secret ${id} of ${name}. It is taken within a minute. Move the caller over until ${endsAt}.`,
      ...(file === undefined ? [] : [`It is in ${file}, with the hand-over sheet, for its owner alone: pass it on, and delete it.`]),
      ...toSecretLines(secrets, nowMs),
      `After that, ccgw connection rotate-secret ${name} --finish drops the old ones. Which one a caller uses is secretId in the log.`,
    ],
  };
}

export async function finishRotation(
  book: SecretBook,
  { name, nowMs }: { readonly name: string; readonly nowMs: number },
): Promise<Report> {
  const kept = await book.require("connections", name);
  await book.parse("connections", name, kept.document);
  const before = secretsOf(kept.document);
  const secrets = before.filter((secret) => isLive(secret, nowMs));
  if (secrets.length === before.length)
    return {
      json: { name, written: false, secrets: before.map(withoutValue) },
      lines: ["No secret's end has come.", ...toSecretLines(before, nowMs)],
      exitCode: 1,
    };
  if (secrets.length === 0)
    throw new CommandError(`The end of all secrets of ${name} has come: ccgw connection rotate-secret ${name} makes a new one first.`);
  const { verification } = kept.document;
  await book.replace("connections", name, { ...kept.document, verification: { ...Object(verification), secrets } }, kept);
  const dropped = before.filter((secret) => !secrets.includes(secret)).map(({ id }) => id);
  return {
    json: { name, written: true, dropped, secrets: secrets.map(withoutValue) },
    lines: [`Dropped: ${dropped.join(", ")}.`, ...toSecretLines(secrets, nowMs)],
  };
}

/** The day, and which one of it. */
function toNewId(before: readonly KeptSecret[], nowMs: number): string {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const ids = new Set(before.map(({ id }) => id));
  let id = day;
  for (let count = 2; ids.has(id); count += 1) id = `${day}.${count}`;
  return id;
}

/** One that ends sooner stays so. */
function endBy(secret: KeptSecret, endsAt: string): KeptSecret {
  const { notAfter = endsAt } = secret;
  return { ...secret, notAfter: Date.parse(notAfter) < Date.parse(endsAt) ? notAfter : endsAt };
}

function withoutValue({ value: _value, ...secret }: KeptSecret): Omit<KeptSecret, "value"> {
  return secret;
}

function toSecretLines(secrets: readonly KeptSecret[], nowMs: number): readonly string[] {
  return secrets.map((secret) => {
    if (secret.notAfter === undefined) return `  ${secret.id}`;
    return `  ${secret.id}, ${isLive(secret, nowMs) ? `until ${secret.notAfter}` : `ended ${secret.notAfter}`}`;
  });
}
