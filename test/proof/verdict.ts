/** What must be true of every schedule, held against what the gateway wrote down itself. */
import { isInFlight, toResult } from "../../lib/records/record-item.ts";
import { LATE_MS, type Point } from "./faults.ts";
import { findHeldBackInVain, findNotHeldBack } from "./verdict-holding-back.ts";
import { findContradictions, findDenied } from "./verdict-truth.ts";
import { hasSeenEnd, type LedgerEntry, REFUSALS } from "./virtual-gateway.ts";
import type { Attempt, World } from "./world.ts";

/** What of a world is judged, virtual or not. */
export interface Judged extends Pick<World, "attempts" | "told"> {
  readonly gateway: Pick<World["gateway"], "arrivals" | "ledger" | "left"> & {
    /** Transfers whose end was told while nobody knew that the gateway had accepted them. */
    readonly unsure: ReadonlySet<string>;
  };
  /** Where something holds transfers back. */
  readonly holding?: World["holding"];
  readonly store: Pick<World["store"], "items">;
  readonly clock: Pick<World["clock"], "wallMs">;
}

const BLIND = 0;
/** Where a write may be there although whoever wrote it was told otherwise. */
const AMBIGUOUS: readonly Point[] = ["claim", "keep", "read"];
/** How long one transfer of a call keeps another delivery's away, where nothing is known of its end: from when it was sent, which may have been on its way for a while. */
const BUSY_MS = 60_000 - LATE_MS;

/** Every way in which this run was untruthful; empty where it was not. */
export function judge(world: Judged): string[] {
  return [
    ...[findDoubles, findCrowded, findLies, findContradictions, findDenied, findInFlight, findNeedlessDoubts, findUntold],
    ...[findNotHeldBack, findHeldBackInVain],
  ].flatMap((find) => find(world));
}

/** A delivery is sent once, unless it was refused; without an id, once more each time that it has failed and the customer is with the agent. */
function findDoubles({ gateway: { arrivals, ledger } }: Judged): string[] {
  return arrivals.flatMap((arrival) => {
    const earlier = arrivals.filter(
      ({ tag, order, retcode }) => tag === arrival.tag && order < arrival.order && !REFUSALS.includes(retcode),
    );
    if (earlier.length === 0) return [];
    const mayFollow = arrival.tag.startsWith("derived-") && earlier.every((each) => mayBeFollowed(ledger, each.order, arrival.atMs));
    return mayFollow ? [] : [`${arrival.tag} was sent ${earlier.length + 1} times`];
  });
}

function mayBeFollowed(ledger: readonly LedgerEntry[], order: number, atMs: number): boolean {
  const entry = ledger.find((each) => each.order === order);
  return entry?.truth === "failure" && entry.target.mode !== BLIND && entry.endsAtMs <= atMs;
}

/** Between two deliveries of one call lies a known end, or a minute. */
function findCrowded({ gateway: { arrivals, ledger } }: Judged): string[] {
  return arrivals.flatMap((arrival) => {
    const before = ledger.findLast(({ callId, tag, order }) => callId === arrival.callId && tag !== arrival.tag && order < arrival.order);
    if (before === undefined || hasSeenEnd(before, arrival.atMs) || arrival.atMs - before.atMs >= BUSY_MS) return [];
    return [`${arrival.callId} was asked for twice within ${Math.round(arrival.atMs - before.atMs)} ms`];
  });
}

/** An answer that says that nothing was done: nothing was by then, nor ever by who was answered. */
function findLies({ attempts, gateway: { ledger } }: Judged): string[] {
  return attempts.flatMap((attempt) => {
    const { answer, number, tag, seen } = attempt;
    if (answer === undefined || effectOf(answer) !== "none") return [];
    const own = ledger.some((entry) => entry.attempt === number);
    const earlier = ledger.filter((entry) => entry.tag === tag && entry.order < seen && !isOver(entry, attempt));
    return own || earlier.length > 0 ? [`${tag}: attempt ${number} was told that nothing was done (${codeOf(attempt)})`] : [];
  });
}

/** A delivery without an id that had failed is a new one. */
function isOver(entry: LedgerEntry, { tag }: Attempt): boolean {
  return tag.startsWith("derived-") && entry.truth === "failure" && entry.target.mode !== BLIND;
}

function findInFlight({ store, clock }: Judged): string[] {
  return store.items().flatMap((item) => {
    const isStuck = item.kind === "delivery" && item.claims > 0 && isInFlight(item, clock.wallMs());
    return isStuck ? [`${item.id} is in flight for ever`] : [];
  });
}

/** Unknown is what may have been sent: not what somebody who lived on never came to send. */
function findNeedlessDoubts({ store, clock, attempts }: Judged): string[] {
  return store.items().flatMap((item) => {
    if (item.kind !== "delivery" || toResult(item, clock.wallMs())?.state !== "unknown") return [];
    const mayHaveSent = attempts.some(
      ({ tag, answer, hasPosted, troubled }) =>
        tag.endsWith(item.pending?.callId ?? "") && (hasPosted || answer === undefined || AMBIGUOUS.some((point) => troubled.has(point))),
    );
    return mayHaveSent ? [] : [`${item.id} is unknown, and nobody came to send it`];
  });
}

/** Every end that is known, and every wait that was given up, was told at least once. */
function findUntold({ store, clock, told }: Judged): string[] {
  return store.items().flatMap((item) => {
    const result = item.kind === "delivery" ? toResult(item, clock.wallMs()) : undefined;
    if (result === undefined || result.state === "refused" || !["completed", "failed", "unconfirmed"].includes(result.outcome)) return [];
    const isTold = told.some((each) => each.result.transferId === result.transferId && each.result.outcome === result.outcome);
    return isTold ? [] : [`${result.transferId} ended ${result.outcome}, and nobody was told`];
  });
}

function effectOf(answer: NonNullable<Attempt["answer"]>): string {
  if ("error" in answer) return answer.error.effect;
  return answer.result.state === "refused" ? "none" : "unknown";
}

function codeOf({ answer }: Attempt): string {
  if (answer === undefined) return "no answer";
  return "error" in answer ? answer.error.code : answer.result.state;
}
