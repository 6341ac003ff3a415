/**
 * A notice: how far a transfer has come, as the queue carries it and as whoever is told gets it. No call data and no caller's number: fields that are not
 * listed here are dropped where a notice is read.
 */
import * as z from "zod";
import { CALL_ID_MAX_CHARACTERS, REFERENCE_MAX_CHARACTERS } from "../transfer/limits.ts";
import { OUTCOME_REASONS, OUTCOMES } from "../transfer/outcome.ts";
import { AgentId, Mode, Name, Target } from "../transfer/target.ts";
import { plainText } from "../transfer/text.ts";

export const OutcomeNotice = z.object({
  schemaVersion: z.literal(1),
  /** A part of a header: visible ASCII. */
  transferId: z.string().regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible characters of ASCII"),
  connection: Name,
  state: z.enum(["accepted", "unknown"]),
  outcome: z.enum(OUTCOMES),
  outcomeReason: z.enum(OUTCOME_REASONS).optional(),
  callId: plainText(CALL_ID_MAX_CHARACTERS),
  agentId: AgentId,
  target: Target,
  mode: Mode,
  reference: plainText(REFERENCE_MAX_CHARACTERS).optional(),
  /** When the delivery arrived. */
  receivedAt: z.iso.datetime(),
  /** When the outcome was known. */
  at: z.iso.datetime(),
});
export type OutcomeNotice = Readonly<z.infer<typeof OutcomeNotice>>;

/** The same for every repeat of a notice, and for no other. No full stop joins it, which is what Standard Webhooks signs between the id and the rest. */
export function toNoticeId({ transferId, state, outcome }: OutcomeNotice): string {
  return `${transferId}_${state}_${outcome}`;
}

/** JSON in ASCII alone: it is the same bytes in every charset, and SQS, EventBridge and whoever emulates them disagree on what else they take. */
export function toAsciiJson(value: object): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
