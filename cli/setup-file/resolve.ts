/** From a document of a setup file to one as Secrets Manager has it: each reference is followed. Says what cannot be, by its place. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { SOURCES } from "../../lib/sources/all.ts";
import { type Fields, isFields } from "../../lib/transfer/request.ts";
import { makeSecret, makeWebhookSecret } from "../chosen-secret.ts";
import { proofKindOf, schemeOf } from "../connection/proof.ts";
import type { Document, Folder, Found } from "../secret-book.ts";
import { parseReference, parseTextFile, REFERENCE_RULE, type Reference } from "./reference.ts";
import { isSecretList, isSecretPlace } from "./secret-place.ts";
import type { Mistake } from "./setup-file.ts";

/** Where references lead. Each answers undefined where there is nothing. */
export interface Origins {
  env(name: string): string | undefined;
  /** `path` is relative to the setup file. */
  file(path: string): Promise<string | undefined>;
  secret(name: string): Promise<string | undefined>;
}

export interface Resolved {
  readonly document: Document;
  /** What came by a reference is not shown, wherever it stands. */
  isReferred(path: readonly PropertyKey[]): boolean;
  /** What was made: whoever is on the other side has to get it. */
  readonly made: readonly Made[];
  readonly mistakes: readonly Mistake[];
}

export interface Made {
  readonly path: string;
  readonly value: string;
}

interface Resolving {
  readonly folder: Folder;
  readonly name: string;
  readonly document: Document;
  /** What is there, if anything is. */
  readonly current: Pick<Found, "document" | "broken"> | undefined;
}

const NOTHING_YET = "nothing is there yet";
const NO_OBJECT = "the secret that is there is not a JSON object";
const FROM_ELSEWHERE = "{ fromEnv: NAME }, { fromFile: path } or { fromSecret: name } takes what the other side has";
const UNSET = Symbol("unset");
/** Set and taken away by `ccgw connection capture`: not a file's matter. */
export const PASSING = "captureUntil";

export function createOrigins(file: string, secret: Origins["secret"]): Origins {
  return {
    env: (name) => process.env[name] || undefined,
    file: (path) => readFile(resolve(dirname(file), path), "utf8").catch(() => undefined),
    secret,
  };
}

export async function resolveDocument({ folder, name, document, current }: Resolving, origins: Origins): Promise<Resolved> {
  const mistakes: Mistake[] = [];
  const referred = new Set<string>();
  const made: Made[] = [];
  const resolved = await walk(document, []);
  return {
    document: { schemaVersion: 1, ...(isFields(resolved) ? resolved : {}), ...toPassing(current?.document) },
    isReferred: (path) => path.some((_step, index) => referred.has(toPath(path.slice(0, index + 1)))),
    made,
    mistakes,
  };

  async function walk(value: unknown, path: readonly PropertyKey[]): Promise<unknown> {
    const reference = parseReference(value);
    if (reference !== undefined) {
      referred.add(toPath(path));
      return follow(reference, path);
    }
    const textFile = parseTextFile(value);
    const isLeaf = textFile !== undefined || typeof value !== "object" || value === null;
    if (isLeaf && isSecretPlace(path, value)) return refuse(path, REFERENCE_RULE);
    if (textFile !== undefined) return (await origins.file(textFile)) ?? refuse(path, `names a file that cannot be read: ${textFile}`);
    if (Array.isArray(value)) return Promise.all(value.map((each: unknown, index) => walk(each, [...path, index])));
    if (!isFields(value)) return value;
    const entries = await Promise.all(Object.entries(value).map(async ([key, each]) => [key, await walk(each, [...path, key])] as const));
    return Object.fromEntries(entries);
  }

  async function follow(reference: Reference, path: readonly PropertyKey[]): Promise<unknown> {
    if (isSecretList(path) && !("keep" in reference)) return refuse(path, "must be a list, or { keep: true } for all that are there");
    if ("fromEnv" in reference) return origins.env(reference.fromEnv) ?? refuse(path, `${reference.fromEnv} is not set in the environment`);
    if ("fromFile" in reference) {
      const text = await origins.file(reference.fromFile);
      return text?.replace(/\r?\n$/, "") ?? refuse(path, `names a file that cannot be read: ${reference.fromFile}`);
    }
    if ("fromSecret" in reference) return fromSecret(reference.fromSecret, path);
    const kept = findKept(path);
    if (kept !== UNSET) return kept;
    if ("keep" in reference) return refuse(path, toNothingKept(path));
    const make = makerOf(path);
    if (make === undefined) return refuse(path, `cannot be generated, only the other side can make it: ${FROM_ELSEWHERE}`);
    const value = make();
    made.push({ path: toPath(path), value });
    return value;
  }

  async function fromSecret(given: string, path: readonly PropertyKey[]): Promise<unknown> {
    const [secretName = "", key] = given.split("#");
    const text = await origins.secret(secretName);
    if (text === undefined) return refuse(path, `names a secret that is not there: ${secretName}`);
    if (key === undefined) return text;
    const member = memberOf(text, key);
    return typeof member === "string" ? member : refuse(path, `names a key that is not a text of a JSON object: ${given}`);
  }

  /** What is in the same place: in a list of things with ids, by its id. */
  function findKept(path: readonly PropertyKey[]): unknown {
    let given: unknown = document;
    let there: unknown = current?.document;
    for (const step of path) {
      given = childOf(given, step);
      const id = isFields(given) ? given.id : undefined;
      there = Array.isArray(there) && id !== undefined ? there.find((each) => isFields(each) && each.id === id) : childOf(there, step);
    }
    return there ?? UNSET;
  }

  function makerOf(path: readonly PropertyKey[]): (() => string) | undefined {
    const [top, list] = path;
    if (list !== "secrets") return undefined;
    if (top === "callback") return makeWebhookSecret;
    if (folder === "agents") return makeSecret;
    const source = SOURCES.find(({ id }) => id === document.source);
    const scheme = source && schemeOf(source, document);
    return source?.schemes.some(({ id }) => id === scheme) === true && scheme !== undefined ? proofKindOf(scheme).make : undefined;
  }

  /** With what to write instead. */
  function toNothingKept(path: readonly PropertyKey[]): string {
    const why = `is to be kept, but ${current?.broken === undefined ? NOTHING_YET : NO_OBJECT}. Instead,`;
    const isMade = makerOf(path) !== undefined;
    if (!isSecretList(path)) return `${why} ${isMade ? `{ generate: true } makes one, and ` : ""}${FROM_ELSEWHERE}`;
    const one = isMade ? "{ generate: true }" : "{ fromEnv: NAME }";
    return `${why} it must be a list, as [${path[0] === "callback" ? one : `{ id: first, value: ${one} }`}]`;
  }

  function refuse(path: readonly PropertyKey[], message: string): undefined {
    mistakes.push({ path: [folder, name, ...path], message });
  }
}

function toPassing(current: Document = {}): Document {
  return Object.hasOwn(current, PASSING) ? { [PASSING]: current[PASSING] } : {};
}

function toPath(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}

function childOf(value: unknown, step: PropertyKey): unknown {
  const children: Fields = typeof value === "object" && value !== null ? { ...value } : {};
  return Object.hasOwn(children, step) ? children[String(step)] : undefined;
}

function memberOf(text: string, key: string): unknown {
  try {
    return childOf(JSON.parse(text), key);
  } catch {
    return undefined;
  }
}
