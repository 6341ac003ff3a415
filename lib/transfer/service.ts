/**
 * The use case: one delivery becomes at most one transfer. It decides the order in which things happen and what may be said about them; what
 * happens outside is behind its ports. No I/O, no clock.
 */
import { TransferError, toTransferError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { Conversation } from "./conversation.ts";
import { toDelivery } from "./delivery.ts";
import type { Gateway, PreparedTransfer, WirePreview } from "./gateway.ts";
import type { Invocation } from "./invocation.ts";
import { assertNotPaused, type Pauses, toScopes } from "./pause.ts";
import { assertAllowed } from "./permission.ts";
import { type RateLimits, rateLimited } from "./rate-limit.ts";
import { assertFresh, assertSame, callBusy, inProgress, isAnswer } from "./record-rules.ts";
import type { Pending, Records, SeenDelivery } from "./records.ts";
import { type Draft, isDryRun, parseTransferRequest, referenceOf, type TransferRequest } from "./request.ts";
import type { TransferResult } from "./result.ts";
import { sendClaimed } from "./send-claimed.ts";

export interface TransferCommand extends Invocation {
  readonly connectionName: string;
  readonly connection: Connection;
  readonly draft: Draft;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** The caller wants to be told later how it ends. */
  readonly respondAsync?: boolean;
  /** Is told later how it ends. */
  readonly conversation?: Conversation | undefined;
  /** One of several that are only repeated together: refused for good, it is not asked for again because another one is. */
  readonly repeatedWithOthers?: boolean;
  /** One that a repeat will do as well: it is not begun unless more time is left than this. */
  readonly neededMs?: () => number;
}

export type TransferReply =
  /** `isOfAnother`: done for another connection, whose signed delivery this one is, too. */
  | { readonly kind: "result"; readonly result: TransferResult; readonly isOfAnother?: true }
  | { readonly kind: "dry-run"; readonly request: TransferRequest; readonly wire: WirePreview };

export interface TransferService {
  /** Throws a `TransferError` for all that kept us from an answer of the gateway. */
  transfer(command: TransferCommand): Promise<TransferReply>;
}

/** A claim is lost to somebody who is faster; whoever is slower this often meets a record that does not work. */
const CLAIMS_MAX = 5;

interface ServicePorts {
  readonly gateway: Gateway;
  readonly records: Records;
  readonly pauses: Pauses;
  readonly rateLimits: RateLimits;
}

export function createTransferService({ gateway, records, pauses, rateLimits }: ServicePorts): TransferService {
  async function transfer(command: TransferCommand): Promise<TransferReply> {
    try {
      return isDryRun(command) ? await dryRun(command) : await transferOnce(command);
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

  async function transferOnce(command: TransferCommand): Promise<TransferReply> {
    const delivery = toDelivery(command.connectionName, command.draft, command.connection.gateway);
    if (delivery === undefined) {
      // Of what no request can be made, there is no record.
      parse(command);
      throw new TransferError("internal", { reason: "a valid request without an identity", effect: "none" });
    }
    // Nothing was asked then: it speaks of this request alone.
    const isTooLate = command.deadline.remainingMs() <= 0;
    let counted: Promise<void> | undefined;
    const countOnce = () => (counted ??= assertWithinRate(command));
    for (let lost = 0; lost < CLAIMS_MAX; lost += 1) {
      // What was sent or settled is answered from its record before anything is asked of the connection as it is now.
      const seen = await records.read(delivery, command.deadline).catch((thrown: unknown) => {
        if (isTooLate) throw new TransferError("deadline-exceeded", { reason: "spent before the record was read", cause: thrown });
        // Whoever took the claim that was lost may have sent it.
        throw lost === 0 ? thrown : toTransferError(thrown, "unknown").about({ effect: "unknown" });
      });
      assertSame(seen);
      if (
        seen.kind === "settled" &&
        isAnswer(seen.result, { isNamed: delivery.explicit || seen.isExplicit, receivedAt: command.receivedAt })
      )
        return {
          kind: "result",
          result: { ...seen.result, replayed: true },
          ...(seen.connection !== command.connectionName && { isOfAnother: true }),
        };
      if (seen.kind === "in-progress") throw inProgress(seen.transferId);
      try {
        const result = await attempt(seen, command, countOnce);
        if (result !== undefined) return { kind: "result", result };
      } catch (thrown) {
        const failure = toTransferError(thrown, "none");
        if (failure.transferId !== undefined || (await isUnsent(seen, command, failure))) throw failure;
      }
    }
    throw new TransferError("duplicate-in-progress", { reason: "lost every claim to others" });
  }

  /** Undefined where somebody else was faster: the record tells what became of it. */
  async function attempt(
    seen: SeenDelivery,
    command: TransferCommand,
    countOnce: () => Promise<void>,
  ): Promise<TransferResult | undefined> {
    const { connection, connectionName, receivedAt, deadline, neededMs = () => 0 } = command;
    assertFresh(seen, command);
    const request = parse(command);
    assertAllowed(request, connection);
    if (deadline.remainingMs() <= neededMs()) throw new TransferError("deadline-exceeded", { reason: "spent before anything was begun" });
    const scopes = toScopes(connectionName, connection.gateway, request.agentId);
    const assertHeldByNobody = async () => assertNotPaused(await pauses.holding(scopes, deadline.signal), receivedAt);
    await assertHeldByNobody();
    await countOnce();
    const prepared = await gateway.prepare(request, connection, command);
    // A sign-in may have taken most of the time. Asked before the claim: what is held back then has claimed nothing.
    await assertHeldByNobody();
    const pending = toPending(request, prepared, command);
    const answer = await seen.claim(pending);
    if (answer.kind === "busy") throw callBusy(answer);
    // The claim is the last await before the POST.
    return answer.kind === "claimed" ? sendClaimed(prepared, answer.claim, pending, command) : undefined;
  }

  async function assertWithinRate({ connectionName, connection: { rateLimit }, deadline }: TransferCommand): Promise<void> {
    if (rateLimit === undefined) return;
    const leftSeconds = await rateLimits.count(connectionName, rateLimit, deadline.signal);
    if (leftSeconds !== undefined) throw rateLimited(rateLimit, leftSeconds);
  }

  /** A failure that says that nothing was done is told only where no copy of the delivery has been faster. */
  async function isUnsent(seen: SeenDelivery, command: TransferCommand, failure: TransferError): Promise<boolean> {
    await rememberUnsent(seen, command, failure);
    if (failure.effect !== "none") return true;
    return seen.isUnclaimed().catch(() => {
      throw failure.about({ effect: "unknown" });
    });
  }

  /** A failure that is worth a repeat makes a late repeat possible: it is known by when the first one came. */
  async function rememberUnsent(seen: SeenDelivery, { connection, draft, receivedAt, observe }: TransferCommand, failure: TransferError) {
    if (connection.maxAgeSeconds === undefined || draft.occurredAt !== undefined) return;
    if (seen.kind !== "open" || seen.firstSeenAt !== undefined || !failure.retryable) return;
    await seen.remember(receivedAt).catch((error: unknown) => observe({ kind: "not-kept", error }));
  }

  return { transfer };
}

function parse({ draft, connection, observe }: TransferCommand): TransferRequest {
  const request = parseTransferRequest(draft, connection);
  observe({ kind: "parsed", request });
  return request;
}

function toPending(request: TransferRequest, { observed }: PreparedTransfer, command: TransferCommand): Pending {
  const { callId, agentId, target, mode, reference, callDataTruncated } = request;
  const { connectionName, connection, receivedAt, respondAsync, conversation } = command;
  return {
    ...{ connection: connectionName, gateway: connection.gateway, observed },
    ...{ callId, agentId, target, mode, reference, callDataTruncated, receivedAt },
    ...(respondAsync === true && { respondAsync }),
    ...(conversation !== undefined && { conversation }),
  };
}
