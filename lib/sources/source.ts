/**
 * What a source is: one kind of caller, declared. `defineSource` fixes the order in which a webhook is opened: verified on its bytes, then parsed,
 * then mapped. A source does no I/O.
 */
import type * as z from "zod";
import type { FailureCode, TransferError } from "../errors.ts";
import type { Connection } from "../transfer/connection.ts";
import type { Draft } from "../transfer/request.ts";
import { invalidRequest } from "../transfer/request.ts";
import type { TransferReply } from "../transfer/service.ts";
import { toViolations } from "../transfer/violations.ts";
import type { Scheme, Webhook } from "../verification/scheme.ts";
import { parseJsonBody } from "./json-body.ts";

export type { Verdict, Verifier, Webhook } from "../verification/scheme.ts";

/** What there is to answer: the service's reply, or what kept us from one. */
export type Outcome = TransferReply | { readonly kind: "failure"; readonly error: TransferError };

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the access line. */
  readonly code?: FailureCode | undefined;
}

interface SourceDefinition<Payload> {
  /** As connections name it. */
  readonly id: string;
  /** How this caller can prove itself, the usual way first. */
  readonly schemes: readonly [Scheme, ...Scheme[]];
  /** How long it waits for the answer, in ms, a margin left out. */
  readonly deadlineMs: number;
  /** What it sends. Loose where a vendor may add fields. */
  readonly payload: z.ZodType<Payload>;
  readonly toTransfer: (payload: Payload, webhook: Webhook) => Draft;
  /** `canonical` is the answer in our own words. */
  readonly reply: (outcome: Outcome, canonical: Reply, connection: Connection) => Reply;
}

export interface Source {
  readonly id: string;
  readonly schemes: readonly [Scheme, ...Scheme[]];
  readonly deadlineMs: number;
  /** Of a verified webhook: parses, then maps. Throws `unsupported-media-type`, `invalid-json` or `invalid-request`. */
  toDraft(webhook: Webhook): Draft;
  reply(outcome: Outcome, canonical: Reply, connection: Connection): Reply;
}

export function defineSource<Payload>({ payload: schema, toTransfer, ...source }: SourceDefinition<Payload>): Source {
  return {
    ...source,
    toDraft(webhook) {
      const payload = schema.safeParse(parseJsonBody(webhook));
      if (!payload.success) throw invalidRequest(toViolations(payload.error, []));
      return toTransfer(payload.data, webhook);
    },
  };
}
