/** `{prefix}/keys/events`: our key material for the service tokens of agents whose events are pushed. */
import * as z from "zod";
import { TransferError } from "../errors.ts";
import { isPlaceholder, PLACEHOLDER_RULE } from "../transfer/placeholder.ts";

/** As many as 128 bits need in hex. */
const KEY_MIN_CHARACTERS = 32;
const Key = z
  .string()
  .min(KEY_MIN_CHARACTERS)
  .refine((key) => !isPlaceholder(key), PLACEHOLDER_RULE);

export const EventsKey = z.strictObject({
  schemaVersion: z.literal(1),
  /** What agents are signed in with. */
  value: Key,
  /** What it was before: for agents that were signed in then. */
  previous: Key.optional(),
});
export type EventsKey = Readonly<z.infer<typeof EventsKey>>;

/** Those whose tokens are good, the one for new tokens first. Throws `misconfigured` where there is no such secret. */
export function toEventsKeys(key: EventsKey | undefined): readonly [string, ...string[]] {
  if (key === undefined) throw new TransferError("misconfigured", { reason: "no secret keys/events" });
  return [key.value, ...(key.previous === undefined ? [] : [key.previous])];
}
