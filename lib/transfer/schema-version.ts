/**
 * Which version of what we keep this code reads. Two versions of the code run side by side, so within one `schemaVersion` data gains attributes alone: who does not
 * know one leaves it as it is, and it must not make wrong what the known ones say. Whatever would has the next `schemaVersion`.
 */
import { TransferError } from "../errors.ts";

export const SCHEMA_VERSIONS = { secret: 1, record: 1, session: 1, message: 1 } as const;

export function isNewer(schemaVersion: unknown, known: number): boolean {
  return typeof schemaVersion === "number" && schemaVersion > known;
}

/** What is kept was written by a newer version, or holds a value that only a newer one knows: it is left as it is, and nothing is done because of it. */
export class NewerVersion extends TransferError {
  constructor(what: "record" | "session", options: { readonly effect?: "none" } = {}) {
    super("store-unavailable", { reason: `a ${what} of a newer version`, ...options });
  }
}

/** Whether a value that may come from another version is one of a closed list. */
export function isOneOf(values: readonly string[], value: string | undefined): boolean {
  return value !== undefined && values.includes(value);
}
