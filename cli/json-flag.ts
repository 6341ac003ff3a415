/** Flags that have a JSON object, without a secret. */
import { CommandError } from "./problem.ts";
import type { Document } from "./secret-book.ts";
import { findSecretPlaces } from "./setup-file/secret-place.ts";

/** What is in it is not said: it may be a secret that does not belong there. */
export function parseObject(flag: string, text: string | undefined): Document | undefined {
  if (text === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return Object.fromEntries(Object.entries(json));
  } catch {
    // Said below.
  }
  throw new CommandError(`${flag} must be a JSON object.`);
}

/** `otherwise` says where one goes that belongs there. */
export function assertWithoutSecret(flag: string, given: Document, otherwise: string): void {
  const places = findSecretPlaces(given);
  if (places.length > 0) throw new CommandError(`${flag} is not for a secret (${places.join(", ")}): ${otherwise}`);
}

/** Of a field that has a flag of its own, or is not for whoever types. */
export function assertWithout(flag: string, given: Document, fields: readonly string[]): void {
  const found = fields.filter((field) => Object.hasOwn(given, field));
  if (found.length > 0) throw new CommandError(`${flag} is not for ${found.join(", ")}.`);
}
