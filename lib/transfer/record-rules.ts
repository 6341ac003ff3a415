/** What the record of a delivery means for the one that is here now: answered from it, refused because of it, or to be sent. Pure. */
import { TransferError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { isBackWithAgent } from "./outcome.ts";
import type { ClaimAnswer, RecordState, SeenDelivery } from "./records.ts";
import type { Draft } from "./request.ts";
import type { TransferResult } from "./result.ts";

/** Longer than our longest Retry-After. */
const REFUSED_MS = 15 * 60 * 1_000;

interface Arrival {
  readonly connection: Connection;
  readonly draft: Draft;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

/** From the vendor's own time of the event, or from when it was seen first. */
export function assertFresh(seen: RecordState, { connection, draft, receivedAt }: Arrival): void {
  const { maxAgeSeconds } = connection;
  if (maxAgeSeconds === undefined) return;
  const since = draft.occurredAt ?? (seen.kind === "open" ? seen.firstSeenAt : undefined) ?? receivedAt;
  if (Date.parse(receivedAt) - Date.parse(since) <= maxAgeSeconds * 1_000) return;
  throw new TransferError("expired", {
    reason: draft.occurredAt === undefined ? "first seen too long ago" : "happened too long ago",
    detail: `It is more than ${maxAgeSeconds} s old, the connection's maxAgeSeconds. To transfer the call all the same, send it with another attempt.`,
  });
}

export function assertSame(seen: SeenDelivery): void {
  if (seen.isSameRequest) return;
  throw new TransferError("idempotency-mismatch", {
    reason: `the first is ${seen.kind}`,
    detail: "callId, agentId, target, mode or attempt differ from the first request with this delivery id.",
    effect: hasMovedNobody(seen) ? "none" : "unknown",
    transferId: seen.kind === "settled" ? seen.result.transferId : undefined,
  });
}

/**
 * A refusal of one of several is kept for the repeats of the others: for good under the id of its delivery, and for as long as they last where the call names
 * it, so that whoever asks again later is heard. So is whoever asks once more after it has failed and the customer is with the agent still.
 */
export function isAnswer(
  result: TransferResult,
  { isNamed, receivedAt }: { readonly isNamed: boolean; readonly receivedAt: string },
): boolean {
  if (isNamed) return true;
  if (result.state === "refused") return Date.parse(receivedAt) - Date.parse(result.receivedAt) < REFUSED_MS;
  // An unknown one is repeated by nobody, also where the customer is known to have left.
  return result.state === "unknown" || !isBackWithAgent(result, result.mode);
}

function hasMovedNobody(seen: RecordState): boolean {
  return seen.kind === "open" || (seen.kind === "settled" && seen.result.state === "refused");
}

export function inProgress(transferId: string): TransferError {
  return new TransferError("duplicate-in-progress", { reason: "the first did not end before the deadline", transferId });
}

export function callBusy({ inFlight, retryAfterSeconds }: Extract<ClaimAnswer, { kind: "busy" }>): TransferError {
  return new TransferError("call-busy", {
    reason: inFlight ? "another delivery is moving the call" : "another delivery has moved the call, and its outcome is open",
    detail: inFlight
      ? "Another delivery is being transferred for the same call. Repeat this one when that has ended."
      : "Another delivery has transferred the same call a moment ago, and how that ends is not known yet. Do not repeat this one: see what became of the other, and send a new one if the call still has to be moved.",
    retryable: inFlight,
    retryAfterSeconds: inFlight ? retryAfterSeconds : undefined,
  });
}
