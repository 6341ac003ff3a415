/** Reads the key set of a token issuer (RFC 7517 section 5) by way of its metadata: two GETs within limits, to addresses that no request has a say in. */
import type { LocalJWKSet } from "jose";
import * as z from "zod";
import { TransferError } from "../errors.ts";

/** For both reads: the least patient caller that brings tokens waits 5 s. */
const READ_TIMEOUT_MS = 3_000;
/** Google's set has about 2 KB, Microsoft's with its certificates some ten. */
const DOCUMENT_MAX_BYTES = 64 * 1024;
/** Of a modulus of 2048 bits in base64url: RFC 7518 section 3.3 asks for at least that. */
const MODULUS_MIN_CHARACTERS = 342;

const Metadata = z.object({ issuer: z.string(), jwks_uri: z.string() });
const KeySet = z.object({ keys: z.array(z.unknown()) });
/** The public half of what an RSA key says; certificates and addresses of others are left behind. */
const RsaKey = z.object({
  kty: z.literal("RSA"),
  kid: z.string().min(1),
  n: z.string().min(MODULUS_MIN_CHARACTERS),
  e: z.string(),
  use: z.literal("sig").optional(),
  alg: z.string().optional(),
  /** Bot Framework's: the channels whose activities it may sign for. Any, where it has none. */
  endorsements: z.array(z.string()).optional(),
});

export interface IssuerKeySet {
  readonly keys: LocalJWKSet;
  /** By key id. */
  readonly endorsements: ReadonlyMap<string, readonly string[]>;
}

/** https; on this machine also http. Without a name and password, which no issuer asks for. */
export function isFetchable(address: string): boolean {
  const url = URL.parse(address);
  if (url === null || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname));
}

/** Throws `secrets-unavailable`. */
export async function readKeySet(issuer: string, metadataUrl: string): Promise<IssuerKeySet> {
  const { createLocalJWKSet } = await import("./json-web-tokens.ts");
  const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
  const metadata = Metadata.safeParse(await readJson(metadataUrl, signal)).data;
  // OpenID Connect Discovery section 4.3.
  if (metadata?.issuer !== issuer) throw unavailable("metadata of another issuer");
  const isDowngrade = metadataUrl.startsWith("https:") && !metadata.jwks_uri.startsWith("https:");
  if (isDowngrade || !isFetchable(metadata.jwks_uri)) throw unavailable("address of the keys");
  const set = KeySet.safeParse(await readJson(metadata.jwks_uri, signal)).data;
  const readable = (set?.keys ?? []).flatMap((key) => RsaKey.safeParse(key).data ?? []);
  // Of two with one id nobody can say which one's endorsements count.
  const keys = readable.filter(({ kid }, index) => readable.findIndex((other) => other.kid === kid) === index);
  if (keys.length === 0) throw unavailable("none in the set");
  return {
    keys: createLocalJWKSet({
      keys: keys.map(({ kty, kid, n, e, alg, use }) => ({ kty, kid, n, e, ...(alg && { alg }), ...(use && { use }) })),
    }),
    endorsements: new Map(keys.map(({ kid, endorsements = [] }) => [kid, endorsements])),
  };
}

async function readJson(address: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(address, { redirect: "error", signal, headers: { accept: "application/json" } });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw unavailable(`status ${response.status}`);
    }
    return JSON.parse(await readText(response));
  } catch (cause) {
    if (cause instanceof TransferError) throw cause;
    throw unavailable(signal.aborted ? "timeout" : cause instanceof SyntaxError ? "not JSON" : "no answer", cause);
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > DOCUMENT_MAX_BYTES) throw unavailable("too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function unavailable(reason: string, cause?: unknown): TransferError {
  return new TransferError("secrets-unavailable", { reason: `keys of the token's issuer: ${reason}`, cause });
}
