/**
 * The rotation of a secret that two sides share: a new one beside the old ones, which get an end, until those whose end has come are dropped. Of a connection, and of
 * who hands an agent's session over.
 */
import { isFields } from "../lib/transfer/request.ts";
import { isLive, type KeptSecret, secretsOf } from "./connection/proof.ts";
import { CommandError } from "./problem.ts";
import type { Report } from "./report.ts";
import type { Document, Folder, SecretBook } from "./secret-book.ts";
import { isTaken } from "./setup-file/plan.ts";
import { NOUNS } from "./setup-file/shown-plan.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
export const KEEP_DAYS_DEFAULT = "7";
/** Longer is no rotation. */
const KEEP_DAYS = /^([0-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5])$/;

/** Of `--keep-days`. Throws a `CommandError`. */
export function parseKeepDays(days: string): number {
  if (!KEEP_DAYS.test(days)) throw new CommandError("--keep-days must be a number of days, 0 to 365.");
  return Number(days);
}

interface Rotating {
  readonly folder: Folder;
  readonly keepDays: number;
  readonly nowMs: number;
}

interface Rotated {
  /** Of the new one. */
  readonly id: string;
  /** When the old ones end. */
  readonly endsAt: string;
  readonly secrets: readonly KeptSecret[];
}

interface Taken {
  readonly taken: readonly KeptSecret[];
  /** Said of the others, which go. */
  readonly lines: readonly string[];
}

/** Of a document's secrets those that its functions take: for the others they refuse all of it. */
export async function findTaken(book: SecretBook, { folder, name }: Omit<Finishing, "nowMs">, document: Document): Promise<Taken> {
  const { verification } = document;
  const listed: readonly unknown[] = isFields(verification) && Array.isArray(verification.secrets) ? verification.secrets : [];
  const toTried = (secrets: readonly unknown[]) => ({ ...document, verification: { ...Object(verification), secrets } });
  const taken: unknown[] = [];
  for (const each of listed) if (await isTaken(book, { folder, name }, toTried([...taken, each]))) taken.push(each);
  const wrong = listed.length - taken.length;
  return {
    taken: secretsOf(toTried(taken)),
    lines: wrong === 0 ? [] : [`Of those that were there, no function took ${wrong}: gone.`],
  };
}

/** Throws a `CommandError` where the new one is there already. */
export function addSecret(before: readonly KeptSecret[], value: string, { folder, keepDays, nowMs }: Rotating): Rotated {
  if (before.some((secret) => secret.value === value))
    throw new CommandError(`This secret is one of the ${NOUNS[folder]}'s already. Nothing was written.`);
  const endsAt = new Date(nowMs + keepDays * DAY_MS).toISOString();
  const id = toNewId(before, nowMs);
  return { id, endsAt, secrets: [...before.map((secret) => endBy(secret, endsAt)), { id, value }] };
}

interface Finishing {
  readonly folder: Folder;
  readonly name: string;
  readonly nowMs: number;
}

export async function finishRotation(book: SecretBook, { folder, name, nowMs }: Finishing): Promise<Report> {
  const kept = await book.require(folder, name);
  await book.parse(folder, name, kept.document);
  const before = secretsOf(kept.document);
  const secrets = before.filter((secret) => isLive(secret, nowMs));
  if (secrets.length === before.length)
    return {
      json: { name, written: false, secrets: before.map(withoutValue) },
      lines: ["No secret's end has come.", ...toSecretLines(before, nowMs)],
      exitCode: 1,
    };
  if (secrets.length === 0)
    throw new CommandError(
      `The end of all secrets of ${name} has come: ccgw ${NOUNS[folder]} rotate-secret ${name} makes a new one first.`,
    );
  const { verification } = kept.document;
  await book.replace(folder, name, { ...kept.document, verification: { ...Object(verification), secrets } }, kept);
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

export function withoutValue({ value: _value, ...secret }: KeptSecret): Omit<KeptSecret, "value"> {
  return secret;
}

export function toSecretLines(secrets: readonly KeptSecret[], nowMs: number): readonly string[] {
  return secrets.map((secret) => {
    if (secret.notAfter === undefined) return `  ${secret.id}`;
    return `  ${secret.id}, ${isLive(secret, nowMs) ? `until ${secret.notAfter}` : `ended ${secret.notAfter}`}`;
  });
}
