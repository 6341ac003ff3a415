/** Names as keyed hashes: whoever reads the table cannot find out which call or delivery id stands behind one by trying. */
import { createHmac } from "node:crypto";
import type { HashesOf } from "./places.ts";

/** 144 bits, 24 characters: two names never share one by chance. */
const HASH_BYTES = 18;

/** The oldest key first. */
export function createHashes([oldest, ...newer]: readonly [string, ...string[]]): HashesOf {
  return (name) => [toHash(oldest, name), ...newer.map((key) => toHash(key, name))];
}

function toHash(key: string, name: string): string {
  return createHmac("sha256", key).update(name).digest().subarray(0, HASH_BYTES).toString("base64url");
}
