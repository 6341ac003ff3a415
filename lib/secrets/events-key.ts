/** `{prefix}/keys/events`: our key material for the service tokens of agents whose events are pushed. */
import * as z from "zod";
import { TransferError } from "../errors.ts";
import { KeyText } from "./key-material.ts";

export const EventsKey = z.strictObject({
  schemaVersion: z.literal(1),
  /** What agents are signed in with. */
  value: KeyText,
  /** What it was before: for agents that were signed in then. */
  previous: KeyText.optional(),
});
export type EventsKey = Readonly<z.infer<typeof EventsKey>>;

/** Those whose tokens are good, the one for new tokens first. Throws `misconfigured` where there is no such secret. */
export function toEventsKeys(key: EventsKey | undefined): readonly [string, ...string[]] {
  if (key === undefined) throw new TransferError("misconfigured", { reason: "no secret keys/events" });
  return [key.value, ...(key.previous === undefined ? [] : [key.previous])];
}
