/** `{prefix}/keys/records`: our key material for the names under which records are kept. */
import * as z from "zod";
import { TransferError } from "../errors.ts";
import { KeyText } from "./key-material.ts";

export const RecordsKey = z.strictObject({
  schemaVersion: z.literal(1),
  value: KeyText,
  /** What takes its place: once it has stood here for as long as records are kept, it can become `value`. */
  next: KeyText.optional(),
});
export type RecordsKey = Readonly<z.infer<typeof RecordsKey>>;

/** The oldest first. Throws `misconfigured` where there is no such secret. */
export function toRecordsKeys(key: RecordsKey | undefined): readonly [string, ...string[]] {
  if (key === undefined) throw new TransferError("misconfigured", { reason: "no secret keys/records" });
  return [key.value, ...(key.next === undefined ? [] : [key.next])];
}
