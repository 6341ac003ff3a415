/**
 * Documents of one kind, read from secrets, parsed and kept for a while: one read in flight a name, failed reads not kept, absent ones kept like
 * present ones so that asking for names that do not exist costs no more. Knows neither AWS nor what is in a document.
 */
import type * as z from "zod";
import { TransferError } from "../errors.ts";
import { parseSecret } from "./secret-document.ts";

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
  /** Reads it anew, unless what is kept was read at `since` or later. */
  reread(name: string, signal: AbortSignal, since?: number): Promise<Document | undefined>;
  /** What was read last, however long ago. */
  peek(name: string): Document | undefined;
}

type Parsed<Document> = { readonly document: Document | undefined } | { readonly error: TransferError };

interface Kept<Document> {
  readonly readAt: number;
  readonly parsed: Parsed<Document>;
}

interface Entry<Document> {
  /** Stays until a later read has succeeded. */
  kept?: Kept<Document>;
  /** Whoever asks meanwhile waits for the same read, unless it began too early for what is asked. */
  reading?: { readonly begunAt: number; readonly kept: Promise<Kept<Document>> } | undefined;
}

/** What is good enough for whoever asks: of what is kept, and of a read that is in flight. */
interface Wanted<Document> {
  isUsable(kept: Kept<Document>): boolean;
  readonly since: number;
}

export function createSecretLookup<Document>({ read, folder, schema, ttlMs, now }: SecretLookupOptions<Document>): SecretLookup<Document> {
  const entries = new Map<string, Entry<Document>>();

  function readAnew(name: string, entry: Entry<Document>): Promise<Kept<Document>> {
    const begunAt = now();
    const kept = readFrom(`${folder}/${name}`, begunAt);
    const reading = { begunAt, kept };
    entry.reading = reading;
    kept.then(
      (later) => {
        if (begunAt >= (entry.kept?.readAt ?? begunAt)) entry.kept = later;
        if (entry.reading === reading) entry.reading = undefined;
      },
      () => {
        if (entry.reading === reading) entry.reading = undefined;
        if (entry.kept === undefined && entry.reading === undefined) entries.delete(name);
      },
    );
    return kept;
  }

  async function readFrom(path: string, readAt: number): Promise<Kept<Document>> {
    const text = await read(path);
    return { readAt, parsed: text === undefined ? { document: undefined } : await parse(text, path, schema) };
  }

  /** The entry of a name, in a map of bounded size in which the names that are in use come last. */
  function touch(name: string): Entry<Document> {
    const entry = entries.get(name) ?? {};
    const isNobodys = entry.kept !== undefined && documentOf(entry.kept) === undefined;
    if (!isNobodys) entries.delete(name);
    entries.set(name, entry);
    const [first] = entries.keys();
    if (entries.size > ENTRIES_MAX && first !== undefined) entries.delete(first);
    return entry;
  }

  async function find(name: string, signal: AbortSignal, { isUsable, since }: Wanted<Document>): Promise<Document | undefined> {
    const entry = touch(name);
    if (entry.kept !== undefined && isUsable(entry.kept)) return open(entry.kept);
    const { reading } = entry;
    const kept = reading !== undefined && reading.begunAt >= since ? reading.kept : readAnew(name, entry);
    return open(await unlessAborted(kept, signal));
  }

  return {
    get(name, signal) {
      const isUsable = ({ readAt, parsed }: Kept<Document>) => now() - readAt < ("error" in parsed ? BROKEN_TTL_MS : ttlMs);
      return find(name, signal, { isUsable, since: Number.NEGATIVE_INFINITY });
    },
    reread(name, signal, since) {
      return find(name, signal, { isUsable: ({ readAt }) => since !== undefined && readAt >= since, since: since ?? now() });
    },
    peek: (name) => documentOf(entries.get(name)?.kept),
  };
}

function open<Document>({ parsed }: Kept<Document>): Document | undefined {
  if ("error" in parsed) throw parsed.error;
  return parsed.document;
}

function documentOf<Document>(kept: Kept<Document> | undefined): Document | undefined {
  return kept !== undefined && "document" in kept.parsed ? kept.parsed.document : undefined;
}

function parse<Document>(text: string, path: string, schema: z.ZodType<Document>): Promise<Parsed<Document>> {
  return parseSecret(text, path, schema).then(
    (document) => ({ document }),
    (error: unknown) => {
      if (!(error instanceof TransferError)) throw error;
      return { error };
    },
  );
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
