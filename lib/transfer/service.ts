/**
 * The use case: one delivery becomes at most one transfer. It decides the order in which things happen and what may be said about them; what
 * happens outside is behind two ports. No I/O, no clock.
 */
import { failureOf, TransferError, toTransferError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { type Delivery, toDelivery } from "./delivery.ts";
import type { Deadline, Invocation } from "./invocation.ts";
import { assertAllowed } from "./permission.ts";
import { type Draft, isDryRun, parseTransferRequest, referenceOf, type TransferRequest } from "./request.ts";
import type { GatewayAnswer, Moved, TransferResult } from "./result.ts";

/** What a dry run shows: the POST that would have been sent, without the Guid. */
export interface WirePreview {
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface PreparedTransfer {
  readonly preview: WirePreview;
  /**
   * Sends it, at most once: never after the deadline, never again once it may have been read. Throws `gateway-unreachable` or
   * `deadline-exceeded` where provably nothing was sent; whatever else it throws leaves open whether it was.
   */
  send(): Promise<GatewayAnswer>;
}

export interface Preparation extends Invocation {
  /** Of a dry run: not even a sign-in may be done at the gateway. */
  readonly isRehearsal?: boolean;
}

export interface Gateway {
  /** Everything that can fail before the claim: the gateway's and the agent's secret, the encoded body. Sends nothing. */
  prepare(request: TransferRequest, connection: Connection, preparation: Preparation): Promise<PreparedTransfer>;
}

/** What a record ends with. A refusal does only where nothing is to try it again, and can be claimed again all the same. */
export type Settled = TransferResult;

export type RecordState = { readonly fingerprint: string } & (
  | { readonly kind: "open" }
  | { readonly kind: "in-progress"; readonly transferId: string }
  | { readonly kind: "settled"; readonly result: Settled }
);

/** What is known of a transfer before it has an id: enough to answer for one whose claimant died. */
export type Pending = Omit<Moved, "transferId" | "replayed">;

/** Held by one attempt alone. */
export interface Claim {
  readonly transferId: string;
  readonly key: string;
  readonly nonce: string;
}

/**
 * Each of a delivery, or of the one that it is known to be: whose alias was read or claimed first gives both its key, and so do the aliases that come with that
 * one's own key later, of a request that asks for the same. One that asks for something else keeps its own key, whoever was seen under it before.
 */
export interface Records {
  /** Waits for one that is in progress, as long as the deadline allows. */
  read(delivery: Delivery, deadline: Deadline): Promise<RecordState | undefined>;
  /** Undefined where somebody else holds it, it was accepted or is unknown, or its key was used for another request: read it again. */
  claim(delivery: Delivery, pending: Pending): Promise<Claim | undefined>;
  /** Keeps the result, or opens the record again where the effect was none. */
  finish(claim: Claim, ending: Settled | "open"): Promise<void>;
}

export interface TransferCommand extends Invocation {
  readonly connectionName: string;
  readonly connection: Connection;
  readonly draft: Draft;
  readonly receivedAt: string;
  /** One of several that are only repeated together: refused for good, it is not asked for again because another one is. */
  readonly repeatedWithOthers?: boolean;
  /** One that a repeat will do as well: it is not begun unless more time is left than this. */
  readonly neededMs?: () => number;
}

export type TransferReply =
  | { readonly kind: "result"; readonly result: TransferResult }
  | { readonly kind: "dry-run"; readonly request: TransferRequest; readonly wire: WirePreview };

export interface TransferService {
  /** Throws a `TransferError` for all that kept us from an answer of the gateway. */
  transfer(command: TransferCommand): Promise<TransferReply>;
}

/** A claim is lost to somebody who is faster; whoever is slower this often meets a record that does not work. */
const CLAIMS_MAX = 5;
/** Longer than our longest Retry-After. */
const REFUSED_MS = 15 * 60 * 1_000;

interface ServicePorts {
  readonly gateway: Gateway;
  readonly records: Records;
}

export function createTransferService({ gateway, records }: ServicePorts): TransferService {
  async function transfer(command: TransferCommand): Promise<TransferReply> {
    try {
      return isDryRun(command) ? await dryRun(command) : { kind: "result", result: await transferOnce(command) };
    } catch (thrown) {
      throw toTransferError(thrown, "none").about({ reference: referenceOf(command.draft) });
    }
  }

  async function dryRun(command: TransferCommand): Promise<TransferReply> {
    const request = parse(command);
    assertAllowed(request, command.connection);
    const { preview } = await gateway.prepare(request, command.connection, { ...command, isRehearsal: true });
    return { kind: "dry-run", request, wire: preview };
  }

  async function transferOnce(command: TransferCommand): Promise<TransferResult> {
    const { connection, deadline, neededMs = () => 0 } = command;
    const delivery = toDelivery(command.connectionName, command.draft);
    for (let lost = 0; lost < CLAIMS_MAX; lost += 1) {
      // What was sent or settled is answered from its record before anything is asked of the connection as it is now.
      const found = delivery === undefined ? undefined : await records.read(delivery, deadline);
      if (found !== undefined && delivery !== undefined) assertSame(found, delivery);
      if (found?.kind === "settled" && isFinal(found.result, command, delivery)) return { ...found.result, replayed: true };
      if (found?.kind === "in-progress") throw inProgress(found.transferId);

      const request = parse(command);
      if (delivery === undefined) throw new TransferError("internal", { reason: "a valid request without an identity", effect: "none" });
      assertAllowed(request, connection);
      if (deadline.remainingMs() <= neededMs()) throw new TransferError("deadline-exceeded", { reason: "spent before anything was begun" });
      const prepared = await gateway.prepare(request, connection, command);
      const pending = toPending(request, command.receivedAt);
      const claim = await records.claim(delivery, pending);
      // The claim is the last await before the POST. Lost: somebody else was faster, whose record tells how it ends.
      if (claim !== undefined) return sendClaimed(prepared, claim, pending, command);
    }
    throw new TransferError("duplicate-in-progress", { reason: "lost every claim to others" });
  }

  async function sendClaimed(
    prepared: PreparedTransfer,
    claim: Claim,
    pending: Pending,
    { observe, repeatedWithOthers = false }: TransferCommand,
  ): Promise<TransferResult> {
    const { transferId } = claim;
    const moved: Moved = { transferId, ...pending, replayed: false };
    try {
      const answer = await prepared.send();
      const ended = answer.state !== "refused" || (repeatedWithOthers && !failureOf(answer.code).retryable);
      await keep(claim, ended ? { ...moved, ...answer } : "open", observe);
      return { ...moved, ...answer };
    } catch (thrown) {
      const error = toTransferError(thrown, "unknown");
      await keep(claim, error.effect === "none" ? "open" : { ...moved, state: "unknown", code: "internal" }, observe);
      throw error.about({ transferId });
    }
  }

  async function keep(claim: Claim, ending: Settled | "open", observe: Invocation["observe"]): Promise<void> {
    await records.finish(claim, ending).catch((error: unknown) => observe({ kind: "not-kept", error }));
  }

  return { transfer };
}

function parse({ draft, connection, observe }: TransferCommand): TransferRequest {
  const request = parseTransferRequest(draft, connection);
  observe({ kind: "parsed", request });
  return request;
}

function toPending({ callId, agentId, target, mode, reference, callDataTruncated }: TransferRequest, receivedAt: string): Pending {
  return { callId, agentId, target, mode, reference, callDataTruncated, receivedAt, outcome: "not-observed" };
}

function assertSame(found: RecordState, delivery: Delivery): void {
  if (found.fingerprint === delivery.fingerprint) return;
  throw new TransferError("idempotency-mismatch", {
    reason: `the first is ${found.kind}`,
    detail: "callId, agentId, target, mode or attempt differ from the first request with this delivery id.",
    effect: hasMovedNobody(found) ? "none" : "unknown",
    transferId: found.kind === "settled" ? found.result.transferId : undefined,
  });
}

/**
 * A refusal of one of several is kept for the repeats of the others: for good under the id of its delivery, and for as long as they last where the call names
 * it, so that whoever asks again later is heard.
 */
function isFinal({ state, receivedAt }: Settled, command: TransferCommand, delivery: Delivery | undefined): boolean {
  if (state !== "refused" || delivery?.explicit === true) return true;
  return Date.parse(command.receivedAt) - Date.parse(receivedAt) < REFUSED_MS;
}

function hasMovedNobody(found: RecordState): boolean {
  return found.kind === "open" || (found.kind === "settled" && found.result.state === "refused");
}

function inProgress(transferId: string): TransferError {
  return new TransferError("duplicate-in-progress", { reason: "the first did not end before the deadline", transferId });
}
