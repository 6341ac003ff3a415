/**
 * What a source is: one kind of caller, declared. `defineSource` fixes the order in which a webhook is opened: verified on its bytes (before it comes
 * here), then parsed, then mapped. A source does no I/O.
 */
import type * as z from "zod";
import { type FailureCode, type TransferError, toTransferError } from "../errors.ts";
import type { Connection } from "../transfer/connection.ts";
import type { Conversation } from "../transfer/conversation.ts";
import { inOurWords } from "../transfer/issue-words.ts";
import { type Draft, type Fields, invalidRequest, isFields } from "../transfer/request.ts";
import type { TransferReply } from "../transfer/service.ts";
import { toViolations } from "../transfer/violations.ts";
import type { Proof, Scheme, Webhook } from "../verification/scheme.ts";
import { assertNoDryRun } from "./reading/dry-run.ts";
import { findUnlisted } from "./reading/listed-event.ts";
import { type BatchDraft, toProvenDrafts } from "./reading/proven-draft.ts";

export type { Claims, Proof, Verdict, Verifier, Webhook } from "../verification/scheme.ts";
export type { BatchDraft } from "./reading/proven-draft.ts";

/** What of a connection some sources have no use for. There it is refused: ignored, it would promise what nobody keeps. */
export const OPTIONS = ["mapping", "reply", "texts", "events", "connector"] as const;
export type Option = (typeof OPTIONS)[number];

/** What there is to answer for one transfer: the service's reply, or what kept us from one. */
export type Outcome = TransferReply | { readonly kind: "failure"; readonly error: TransferError };

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the access line. */
  readonly code?: FailureCode | undefined;
}

/** A verified webhook, and how its connection reads a body that the customer wrote. */
export interface Verified {
  readonly webhook: Webhook;
  readonly settings: Connection;
  readonly proof: Proof;
  /** Through the connection's mapping, which sees `body`, or by the conventional names among `fields`, which are made only where there is none. */
  readonly map: (body: unknown, fields: Fields | (() => Fields)) => Promise<unknown>;
}

/** A draft of mapped fields. A delivery id that they hold is the customer's choice and goes before the vendor's. */
export function toDraft(fields: unknown, vendorDeliveryId: string | undefined): Draft {
  const chosen = isFields(fields) && fields.deliveryId !== undefined;
  return { fields, deliveryId: chosen ? undefined : vendorDeliveryId };
}

/** The draft of one of a batch, mapped when it is its turn: the time that a mapping has is its own. What cannot be mapped fails alone. */
export function toBatchDraft(map: () => Promise<unknown>, vendorDeliveryId: string | undefined): BatchDraft {
  return async () => {
    try {
      return toDraft(await map(), vendorDeliveryId);
    } catch (thrown) {
      return { fields: undefined, deliveryId: vendorDeliveryId, problem: toTransferError(thrown, "none") };
    }
  };
}

export interface Answering<Payload> {
  /** One a draft, in their order; the one failure where the webhook could not be opened; none where it asked for nothing. */
  readonly outcomes: readonly Outcome[];
  /** Undefined where the webhook could not be opened. */
  readonly payload: Payload | undefined;
  readonly settings: Connection;
  readonly canonical: RenderCanonical;
}

/** An outcome in our own words, under the connection's style and the failure's status unless its caller needs others. */
export type RenderCanonical = (outcome: Outcome, over?: CanonicalOver) => Reply;

export interface CanonicalOver {
  readonly status?: number | undefined;
  readonly style?: Connection["reply"];
}

interface SourceDefinition<Payload> {
  /** As connections name it. */
  readonly id: string;
  /** How this caller can prove itself, the usual way first. */
  readonly schemes: readonly [Scheme, ...Scheme[]];
  /** How long it waits for the answer, in ms, a margin left out. */
  readonly deadlineMs: number;
  /**
   * Whether what proves the caller covers the vendor's delivery id. Of one that it does not cover, a captured request has any: so a signature that was seen
   * names its delivery, too, whatever the source. `none`: the vendor has no id, and it is derived from the call.
   */
  readonly deliveryId: "signed" | "unsigned" | "none";
  /** How old a delivery may be, unless its connection says otherwise: of a caller whose repeats come when the customer is long gone. */
  readonly maxAgeSeconds?: number;
  /** When what asks for the transfer happened, in ms since 1970: of a body that its proof covers, as the vendor's page has it. Anything else counts as none. */
  readonly occurredAt?: (payload: Payload) => number | undefined;
  /** What of `OPTIONS` its connections may have. */
  readonly options: readonly Option[];
  /** For a caller that sends more than what asks for a transfer: the name of what happened, which the connection has to list under `events`. */
  readonly eventOf?: (payload: Payload) => string;
  /** For the log: what it means of this caller's webhook that `toDrafts` gives none. */
  readonly nothingAsked?: string;
  /** Headers of this caller that a connection's mapping may read, in lower case. */
  readonly mappingHeaders?: readonly string[];
  /** Whether `toDrafts` reads `?dryRun`. Where it does not, one that is asked for there is refused: it must not transfer a customer. */
  readonly readsDryRun?: true;
  /** Whether this caller, who is answered in our own words, may ask with `Prefer: respond-async` to be told later how a transfer ends. */
  readonly takesRespondAsync?: true;
  readonly readBody: (webhook: Webhook) => unknown;
  /** What it sends. Loose where a vendor may add fields. */
  readonly payload: z.ZodType<Payload>;
  /** One draft for each transfer that it asks for. Throws `invalid-request`, and `unauthenticated` where the body is not of whom the proof is. */
  readonly toDrafts: (payload: Payload, verified: Verified) => readonly (Draft | BatchDraft)[] | Promise<readonly Draft[]>;
  /** For a caller that does not read the answer: where it is told what became of what it asked for. Asked once the caller is proven, also where `toDrafts` throws. */
  readonly conversationOf?: (payload: Payload, verified: Verified) => Conversation | undefined;
  readonly reply: (answering: Answering<Payload>) => Reply;
}

/** A webhook that was opened, or why it could not be; `reply` knows how its caller is answered in either case. */
export type Opened = ({ readonly drafts: readonly (Draft | BatchDraft)[] } | { readonly error: TransferError }) & {
  /** For the log, where there are no drafts: why not. */
  readonly nothingAsked?: string | undefined;
  /** Where its caller is told, beside `reply`. */
  readonly conversation?: Conversation | undefined;
  reply(outcomes: readonly Outcome[], canonical: RenderCanonical): Reply;
};

export interface Source {
  readonly id: string;
  readonly schemes: readonly [Scheme, ...Scheme[]];
  readonly deadlineMs: number;
  readonly deliveryId: "signed" | "unsigned" | "none";
  readonly maxAgeSeconds: number | undefined;
  readonly options: readonly Option[];
  readonly mappingHeaders: readonly string[];
  readonly takesRespondAsync: boolean;
  /** What its body is, before anything is made of it. Throws what its caller is told of one that cannot be read. */
  readonly readBody: (webhook: Webhook) => unknown;
  open(verified: Verified): Promise<Opened>;
}

export function defineSource<Payload>(definition: SourceDefinition<Payload>): Source {
  const { id, schemes, deadlineMs, deliveryId, maxAgeSeconds, options, mappingHeaders = [] } = definition;
  const { readBody, eventOf, nothingAsked, readsDryRun, toDrafts, conversationOf, reply } = definition;

  function parse(webhook: Webhook): Payload {
    const payload = definition.payload.safeParse(readBody(webhook), { error: inOurWords });
    if (!payload.success) throw invalidRequest(toViolations(payload.error, []));
    return payload.data;
  }

  async function draft(payload: Payload, verified: Verified): Promise<readonly (Draft | BatchDraft)[]> {
    const { proof, webhook } = verified;
    const drafts = await toDrafts(payload, verified);
    const { signature } = proof;
    if (signature === undefined) return drafts;
    return toProvenDrafts(drafts, { signature, occurredAtMs: definition.occurredAt?.(payload), receivedAt: webhook.receivedAt });
  }

  return {
    id,
    schemes,
    deadlineMs,
    deliveryId,
    maxAgeSeconds,
    options,
    mappingHeaders,
    takesRespondAsync: definition.takesRespondAsync === true,
    readBody,
    async open(verified) {
      const { settings } = verified;
      let payload: Payload | undefined;
      const answer: Opened["reply"] = (outcomes, canonical) => reply({ outcomes, payload, settings, canonical });
      const conversation = () => (payload === undefined ? undefined : conversationOf?.(payload, verified));
      try {
        payload = parse(verified.webhook);
        const unlisted = findUnlisted(eventOf?.(payload), settings);
        const drafts = unlisted === undefined ? await draft(payload, verified) : [];
        // After the drafts: a body that was not proven is told nothing else.
        assertNoDryRun(verified.webhook.query, readsDryRun === true ? ["dryRun"] : []);
        return {
          drafts,
          nothingAsked: drafts.length > 0 ? undefined : (unlisted ?? nothingAsked),
          conversation: conversation(),
          reply: answer,
        };
      } catch (thrown) {
        const error = toTransferError(thrown, "none");
        // What the body contradicts was not proven: answered like every unproven request, before any words of the source or the connection.
        if (error.code === "unauthenticated") throw error;
        return { error, conversation: conversation(), reply: answer };
      }
    },
  };
}
