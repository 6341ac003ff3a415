/**
 * Documents of one kind, read from secrets, parsed and kept for a while: one read in flight a name, failed reads not kept, absent ones kept like
 * present ones so that asking for names that do not exist costs no more. Knows neither AWS nor what is in a document.
 */
import type * as z from "zod";
import { TransferError } from "../errors.ts";

/** Bounds what unknown names can take of the memory. */
const ENTRIES_MAX = 1_000;
/** How soon a corrected document is seen, when the last one could not be parsed. */
const BROKEN_TTL_MS = 10_000;

interface SecretLookupOptions<Document> {
  readonly read: (name: string) => Promise<string | undefined>;
  /** Stands before every name: `connections`. */
  readonly folder: string;
  readonly schema: z.ZodType<Document>;
  readonly ttlMs: number;
  /** Monotonic, in ms. */
  readonly now: () => number;
}

export interface SecretLookup<Document> {
  /** Undefined where there is no such secret. Throws `misconfigured`, and `secrets-unavailable` also when `signal` aborts first. */
  get(name: string, signal: AbortSignal): Promise<Document | undefined>;
  /** Reads it anew, unless what is kept is younger than `minAgeMs`. */
  reread(name: string, signal: AbortSignal, minAgeMs?: number): Promise<Document | undefined>;
}

type Parsed<Document> = { readonly document: Document | undefined } | { readonly error: TransferError };

interface Entry<Document> {
  /** In flight or settled: whoever asks meanwhile waits for the same read. */
  readonly parsed: Promise<Parsed<Document>>;
  readonly readAt: number;
  settled?: "parsed" | "broken";
}

export function createSecretLookup<Document>({ read, folder, schema, ttlMs, now }: SecretLookupOptions<Document>): SecretLookup<Document> {
  const entries = new Map<string, Entry<Document>>();

  function readAnew(name: string): Promise<Parsed<Document>> {
    const path = `${folder}/${name}`;
    const parsed = read(path).then((text) => (text === undefined ? { document: undefined } : parse(text, path, schema)));
    const entry: Entry<Document> = { parsed, readAt: now() };
    parsed.then(
      (outcome) => {
        entry.settled = "error" in outcome ? "broken" : "parsed";
      },
      () => {
        if (entries.get(name) === entry) entries.delete(name);
      },
    );
    keep(name, entry);
    return parsed;
  }

  /** The names that were read last stay. */
  function keep(name: string, entry: Entry<Document>): void {
    entries.delete(name);
    entries.set(name, entry);
    const [oldest] = entries.keys();
    if (entries.size > ENTRIES_MAX && oldest !== undefined) entries.delete(oldest);
  }

  async function find(name: string, maxAgeMs: number, signal: AbortSignal): Promise<Document | undefined> {
    const kept = entries.get(name);
    const usable = kept !== undefined && (kept.settled === undefined || now() - kept.readAt < maxAgeOf(kept, maxAgeMs));
    const parsed = await unlessAborted(usable ? kept.parsed : readAnew(name), signal);
    if ("error" in parsed) throw parsed.error;
    return parsed.document;
  }

  return {
    get: (name, signal) => find(name, ttlMs, signal),
    reread: (name, signal, minAgeMs = 0) => find(name, minAgeMs, signal),
  };
}

function maxAgeOf({ settled }: Entry<unknown>, maxAgeMs: number): number {
  return settled === "broken" ? Math.min(maxAgeMs, BROKEN_TTL_MS) : maxAgeMs;
}

/** The log learns which field is wrong and how, never what is in it. */
function parse<Document>(text: string, path: string, schema: z.ZodType<Document>): Parsed<Document> {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return { document: parsed.data };
  const fields = parsed.error.issues.map(
    (issue) =>
      `${issue.path.join(".") || "document"}: ${issue.code === "custom" || issue.code === "invalid_format" ? issue.message : issue.code}`,
  );
  return { error: new TransferError("misconfigured", { reason: `${path}: ${fields.join("; ")}` }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The read goes on for the others who wait for it. */
async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new TransferError("secrets-unavailable", { reason: "deadline" }));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
  }
}
