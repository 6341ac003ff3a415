/**
 * The public keys of token issuers, from the metadata that each publishes (OpenID Connect Discovery 1.0 section 4) at an address of our configuration.
 * Kept, read by one request at a time, and not read again for every key id that somebody makes up.
 */
import type { CryptoKey, JWSHeaderParameters } from "jose";
import { TransferError } from "../errors.ts";
import { type IssuerKeySet, readKeySet } from "./key-set.ts";

/** New keys are published ahead of their use; withdrawn ones count no longer than this. */
const FRESH_MS = 60 * 60 * 1_000;
/** While the issuer cannot be reached, kept keys serve on: its fault for a day is not our callers'. */
const USABLE_MS = 24 * 60 * 60 * 1_000;
/** Between two reads for a key id that is not among the kept: anybody can make one up. */
const COOL_DOWN_MS = 30_000;
/** After a failed read. */
const RETRY_MS = 5_000;

export interface Issuer {
  readonly issuer: string;
  readonly metadataUrl: string;
}

interface FindOptions extends Issuer {
  readonly receivedAt: Date;
  /** Ends the waiting; the read goes on for others. */
  readonly signal: AbortSignal | undefined;
}

export interface IssuerKeys {
  /** Throws `secrets-unavailable` where the keys cannot be read, and jose's error where none of them is meant. */
  find(header: JWSHeaderParameters, options: FindOptions): Promise<FoundKey>;
}

export interface FoundKey {
  readonly key: CryptoKey;
  /** None: for anything. */
  readonly endorsements: readonly string[];
}

interface Entry {
  kept?: IssuerKeySet & { readonly readAtMs: number };
  attemptedAtMs?: number;
  /** Of the last attempt. */
  failure?: TransferError | undefined;
  reading?: Promise<void> | undefined;
}

export function createIssuerKeys(): IssuerKeys {
  // As many as connections name: no caller can add one.
  const entries = new Map<string, Entry>();

  return {
    async find(header, options) {
      const { errors } = await import("./json-web-tokens.ts");
      if (header.kid === undefined) throw new errors.JWKSNoMatchingKey();
      const entry = entryOf(options);
      if (!isWithin(FRESH_MS, entry.kept?.readAtMs, options)) await refresh(entry, options);
      try {
        return await findIn(usableKeys(entry, options), header);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await refresh(entry, options);
        // Nobody can say that a key does not exist while its issuer cannot be asked.
        if (entry.failure !== undefined) throw entry.failure;
        return findIn(usableKeys(entry, options), header);
      }
    },
  };

  function entryOf({ issuer, metadataUrl }: Issuer): Entry {
    const name = JSON.stringify([issuer, metadataUrl]);
    const entry = entries.get(name) ?? {};
    entries.set(name, entry);
    return entry;
  }
}

async function findIn({ keys, endorsements }: IssuerKeySet, header: JWSHeaderParameters): Promise<FoundKey> {
  return { key: await keys(header), endorsements: endorsements.get(header.kid ?? "") ?? [] };
}

/** Tries to, unless it was tried just now. */
async function refresh(entry: Entry, options: FindOptions): Promise<void> {
  const pauseMs = entry.failure === undefined ? COOL_DOWN_MS : RETRY_MS;
  if (entry.reading === undefined && isWithin(pauseMs, entry.attemptedAtMs, options)) return;
  entry.reading ??= read(entry, options);
  await unlessAborted(entry.reading, options.signal);
}

async function read(entry: Entry, { issuer, metadataUrl, receivedAt }: FindOptions): Promise<void> {
  entry.attemptedAtMs = receivedAt.getTime();
  try {
    entry.kept = { ...(await readKeySet(issuer, metadataUrl)), readAtMs: receivedAt.getTime() };
    entry.failure = undefined;
  } catch (error) {
    entry.failure = toUnavailable(error);
  } finally {
    entry.reading = undefined;
  }
}

function usableKeys({ kept, failure }: Entry, options: FindOptions): IssuerKeySet {
  if (kept !== undefined && isWithin(USABLE_MS, kept.readAtMs, options)) return kept;
  throw failure ?? unavailable("not read");
}

/** A clock that was set back makes nothing fresh for longer. */
function isWithin(ms: number, sinceMs: number | undefined, { receivedAt }: FindOptions): boolean {
  return sinceMs !== undefined && Math.abs(receivedAt.getTime() - sinceMs) < ms;
}

function toUnavailable(error: unknown): TransferError {
  return error instanceof TransferError ? error : unavailable("failed", error);
}

function unavailable(reason: string, cause?: unknown): TransferError {
  return new TransferError("secrets-unavailable", { reason: `keys of the token's issuer: ${reason}`, cause });
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(unavailable("deadline"));
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort);
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
