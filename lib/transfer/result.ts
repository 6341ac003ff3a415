/** What became of a transfer request: the canonical answer that every source renders in its caller's own language. */
import type { FailureCode } from "../errors.ts";
import type { Ending } from "./outcome.ts";
import type { Mode, Target } from "./target.ts";

/** Why the gateway refused, as far as its documents tell. */
export const REFUSAL_REASONS = [
  "invalid-target",
  "no-such-call",
  "call-released",
  "already-transferred",
  "not-permitted",
  "other",
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What the gateway said, as the caller may see it: nothing of the request in it. */
export interface GatewayWords {
  readonly retcode: string;
  readonly message: string;
}

/**
 * The gateway's answer to the one POST. `refused` has effect none: only answers that are documented to come before acting. Everything that was
 * sent and not provably accepted or refused is `unknown`.
 */
export type GatewayAnswer =
  /** No words where not its answer told so, but its events. */
  | { readonly state: "accepted"; readonly gateway?: GatewayWords | undefined }
  | {
      readonly state: "refused";
      readonly code: Extract<FailureCode, "gateway-refused" | "agent-not-signed-in" | "gateway-busy">;
      readonly reason?: RefusalReason | undefined;
      /** Only where more is known than the failure's own. */
      readonly retryAfterSeconds?: number | undefined;
      readonly gateway: GatewayWords;
    }
  | {
      readonly state: "unknown";
      readonly code: Extract<FailureCode, "gateway-timeout" | "gateway-invalid-response" | "gateway-error" | "internal">;
      readonly gateway?: GatewayWords | undefined;
    };

/** What is true of a transfer whatever the gateway answered. */
export interface Moved extends Ending {
  readonly transferId: string;
  readonly callId: string;
  readonly agentId: string;
  readonly target: Target;
  readonly mode: Mode;
  readonly reference?: string | undefined;
  readonly callDataTruncated?: true | undefined;
  /** ISO 8601, UTC: when the delivery arrived. */
  readonly receivedAt: string;
  /** Whether this is the stored answer of an earlier delivery. */
  readonly replayed: boolean;
}

export type TransferResult = Moved & GatewayAnswer;

/** Whether asking again can tell more: an unknown one is settled once its outcome is known, or once nobody waits for it any more. */
export function isSettled({ state, outcome }: TransferResult): boolean {
  return state !== "unknown" || outcome !== "pending";
}
