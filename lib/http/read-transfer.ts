/**
 * `GET /v1/transfers/{connection}/{transferId}`: what became of a transfer, as its record has it at this moment or, with `?wait`, as soon as it has ended. By the
 * connection's own proof, or by the capability in the address. Asks the gateway nothing, and changes nothing.
 */
import { TransferError } from "../errors.ts";
import type { Outcome } from "../sources/source.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import type { FindTransfer, FoundTransfer } from "../transfer/records.ts";
import { invalidRequest } from "../transfer/request.ts";
import type { Authenticate } from "./authenticate.ts";
import { type ReplyContext, renderCanonical } from "./canonical-reply.ts";
import { contextOf, type Route } from "./handler.ts";
import type { HttpRequest } from "./request.ts";
import type { StatusUrls } from "./status-url.ts";
import { toFacts } from "./transfer-entries.ts";

/** Leaves time for a last look before the longest deadline. */
const WAIT_MAX_SECONDS = 20;
/** For whoever comes by an address alone, which may have leaked: each wait holds a function. */
const WAIT_BY_ADDRESS_MAX_SECONDS = 5;
/** How often one that is waited for is looked at: nobody notices half a second more, and a wait costs 40 reads at most. */
const POLL_MS = 500;
/** Of a short deadline, for the last look and the answer. */
const LOOK_RESERVE_MS = 1_000;

interface Dependencies {
  readonly authenticate: Authenticate;
  readonly find: FindTransfer;
  readonly statusUrls: StatusUrls;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What there is to answer, and how. */
interface Told extends Pick<ReplyContext, "respondAsync" | "status"> {
  readonly outcome: Outcome;
}

export function createReadTransfer({ authenticate, find, statusUrls, sleep }: Dependencies): Route {
  async function look({ connectionName, transferId, stopwatch, webhook }: HttpRequest, waitMaxSeconds: number): Promise<FoundTransfer> {
    const deadline = stopwatch.deadline(DEADLINE_MAX_MS);
    // From when the caller's request reached us: that is when it began to wait.
    const wait = stopwatch.deadline(Math.min(readWaitSeconds(webhook.query), waitMaxSeconds) * 1_000);
    for (;;) {
      const found = await find(connectionName, transferId, deadline.signal);
      if (found === undefined) throw noSuchTransfer();
      const leftMs = Math.min(wait.remainingMs(), deadline.remainingMs() - LOOK_RESERVE_MS);
      if (leftMs <= 0 || !isPending(found)) return found;
      await sleep(Math.min(leftMs, POLL_MS), deadline.signal);
    }
  }

  async function tell(request: HttpRequest, waitMaxSeconds: number): Promise<Told> {
    try {
      return toTold(await look(request, waitMaxSeconds));
    } catch (thrown) {
      if (!(thrown instanceof TransferError)) throw thrown;
      return { outcome: { kind: "failure", error: thrown } };
    }
  }

  return async (request) => {
    const { connection, publicSecret, byAddress } = await authenticate(request);
    if (publicSecret) throw new TransferError("unauthenticated", { reason: "the vendor's public test secret reads nothing" });
    const { gateway, reply: style } = connection.settings;
    request.note({ gateway });
    const { outcome, ...told } = await tell(request, byAddress ? WAIT_BY_ADDRESS_MAX_SECONDS : WAIT_MAX_SECONDS);
    request.note(toFacts(outcome));
    const { signal } = request.stopwatch.deadline(DEADLINE_MAX_MS);
    const statusUrlOf = byAddress ? statusUrls.presented(request) : await statusUrls.fresh(request, signal);
    return renderCanonical(outcome, { ...contextOf(request), style, statusUrlOf, isStatus: true, ...told });
  };
}

/** More can come of it. */
function isPending(found: FoundTransfer): boolean {
  return found.kind === "in-progress" || found.result.outcome === "pending";
}

function toTold(found: FoundTransfer): Told {
  if (found.kind === "ended") return { outcome: { kind: "result", result: found.result }, respondAsync: found.respondAsync };
  // It is being sent: it has no state that could be told, and `unknown` would be one. For whoever delivers it again, that is a conflict; whoever asks what
  // became of it has asked nothing wrong, and has to ask once more: the code, under the status that says so.
  const error = new TransferError("duplicate-in-progress", { reason: "still being sent", transferId: found.transferId });
  return { outcome: { kind: "failure", error }, status: 202 };
}

/** Nothing is said about what the gateway did: an id that we no longer know may have been of a transfer. */
function noSuchTransfer(): TransferError {
  return new TransferError("not-found", {
    reason: "no such transfer of this connection",
    detail: "This connection has no transfer of this id: it never had one, it was refused, or its record has expired.",
    effect: "unknown",
  });
}

function readWaitSeconds(query: URLSearchParams): number {
  const [wait = "0", ...others] = query.getAll("wait");
  if (others.length === 0 && /^\d{1,2}$/.test(wait) && Number(wait) <= WAIT_MAX_SECONDS) return Number(wait);
  const detail = `must be one whole number from 0 to ${WAIT_MAX_SECONDS}, in seconds, in the query`;
  throw invalidRequest([{ pointer: "#/wait", detail }]);
}
