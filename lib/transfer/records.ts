/**
 * The port to what is remembered of deliveries and their transfers. Whoever reads one sees it as it is, and may change exactly what was seen: a claim of a record
 * that has changed since is lost.
 */
import type { Conversation } from "./conversation.ts";
import type { Delivery } from "./delivery.ts";
import type { Deadline } from "./invocation.ts";
import type { GatewayAnswer, Moved, TransferResult } from "./result.ts";

/** What is known of a transfer before it is sent: enough to answer for one whose claimant died. */
export interface Pending extends Omit<Moved, "transferId" | "replayed" | "outcome" | "outcomeReason"> {
  readonly connection: string;
  readonly gateway: string;
  /** Whether somebody listens to the agent's events. */
  readonly observed: boolean;
  /** The caller wants to be told later how it ends. */
  readonly respondAsync?: true | undefined;
  /** Who is told there what becomes of it. */
  readonly conversation?: Conversation | undefined;
}

/** Held by one attempt alone. */
export interface Claim {
  readonly transferId: string;
  /** Keeps the gateway's answer, and tells what is known of the transfer then: events may have been faster. */
  settle(answer: GatewayAnswer): Promise<TransferResult>;
  /**
   * The effect was none: whoever comes next may claim it. `refusal` is what the gateway said, if it said anything. False where a copy of the delivery has
   * done so already: then that one's answer is what is true of it.
   */
  reopen(refusal?: GatewayAnswer): Promise<boolean>;
}

export type ClaimAnswer =
  | { readonly kind: "claimed"; readonly claim: Claim }
  /** What was seen is not so any more: read it again. */
  | { readonly kind: "lost" }
  /** Another delivery has the call. */
  | { readonly kind: "busy"; readonly inFlight: boolean; readonly retryAfterSeconds: number };

export type RecordState =
  /** Nobody has sent it, or its effect was none. `firstSeenAt`: ISO 8601; undefined where nobody has seen it before. */
  | { readonly kind: "open"; readonly firstSeenAt?: string | undefined }
  | { readonly kind: "in-progress"; readonly transferId: string }
  /** `isExplicit`: its caller named it then. `connection`: of the one that it was done for. */
  | { readonly kind: "settled"; readonly result: TransferResult; readonly isExplicit: boolean; readonly connection: string };

export type SeenDelivery = RecordState & {
  /** Whether what was asked for first is what is asked for now. */
  readonly isSameRequest: boolean;
  /** One conditional write that nobody else's can win with, after everything that it needs. */
  claim(pending: Pending): Promise<ClaimAnswer>;
  /** Whether nobody has claimed it since it was seen. */
  isUnclaimed(): Promise<boolean>;
  /** Writes down when it was seen first, unless that is known. */
  remember(seenAt: string): Promise<void>;
};

/**
 * A delivery is the one that it is known to be: whose alias was read first gives both its key, and so do the aliases that come with that one's own key later, of a
 * request that asks for the same. One that asks for something else keeps its own key, whoever was seen under it before.
 */
export interface Records {
  /** Waits for one that is in progress, as long as the deadline allows. Throws `store-unavailable`. */
  read(delivery: Delivery, deadline: Deadline): Promise<SeenDelivery>;
}

/** `respondAsync`: the one who asked for it wants to be told later how it ends. */
export type FoundTransfer =
  | { readonly kind: "in-progress"; readonly transferId: string }
  | { readonly kind: "ended"; readonly result: TransferResult; readonly respondAsync: boolean };

/** Undefined where this connection has none of this id, or its effect was none. Throws `store-unavailable`. */
export type FindTransfer = (connection: string, transferId: string, signal: AbortSignal) => Promise<FoundTransfer | undefined>;
