/** Payloads as their vendors document them, byte for byte. */
import { readFileSync } from "node:fs";

/** `name` within test/fixtures: `zendesk/trigger.json`. */
export function readFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
}

export const JSON_HEADERS = { "content-type": "application/json" } as const;

/** Secrets of a connection, of any text. */
export const SECRETS = {
  current: "current-secret-9f2c41",
  next: "next-secret-77ab03",
  expired: "expired-secret-1d5e88",
  wrong: "wrong-secret-4c0b6a",
} as const;
