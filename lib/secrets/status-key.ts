/** `{prefix}/keys/status`: our key material for the addresses under which callers read what became of a transfer. */
import * as z from "zod";
import { TransferError } from "../errors.ts";
import { KeyText } from "./key-material.ts";

/** More than the last few would be in use by nobody: no address outlives the records. */
const PREVIOUS_MAX = 10;

/** Part of each address, and logged when it is used. */
const KeyId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, "must match ^[A-Za-z0-9_-]{1,32}$");

const Previous = z.strictObject({ id: KeyId, value: KeyText });
type NamedKey = Readonly<z.infer<typeof Previous>>;

export const StatusKey = z
  .strictObject({
    schemaVersion: z.literal(1),
    id: KeyId.default("1"),
    /** What addresses are signed with. */
    value: KeyText,
    /** What else they may be signed with: what was in use before, or will be next. */
    previous: z.array(Previous).max(PREVIOUS_MAX).default([]),
  })
  .refine(({ id, previous }) => new Set([id, ...previous.map((key) => key.id)]).size === previous.length + 1, {
    path: ["previous"],
    error: "must have an id of its own for each key",
  });
export type StatusKey = Readonly<z.infer<typeof StatusKey>>;

/** Those whose addresses are good, the one for new addresses first. Throws `misconfigured` where there is no such secret. */
export function toStatusKeys(key: StatusKey | undefined): readonly [NamedKey, ...NamedKey[]] {
  if (key === undefined) throw new TransferError("misconfigured", { reason: "no secret keys/status" });
  const { id, value, previous } = key;
  return [{ id, value }, ...previous];
}
