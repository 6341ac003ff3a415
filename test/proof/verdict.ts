/** What must be true of every schedule, held against what the gateway wrote down itself. */
import { type DeliveryItem, isInFlight, toResult } from "../../lib/records/record-item.ts";
import type { Point } from "./faults.ts";
import { hasSeenEnd, type LedgerEntry } from "./virtual-gateway.ts";
import type { Attempt, World } from "./world.ts";

/** What of a world is judged, virtual or not. */
export interface Judged extends Pick<World, "attempts" | "told"> {
  readonly gateway: Pick<World["gateway"], "ledger">;
  readonly store: Pick<World["store"], "items">;
  readonly clock: Pick<World["clock"], "wallMs">;
}

/** Where a write may be there although whoever wrote it was told otherwise. */
const AMBIGUOUS: readonly Point[] = ["claim", "keep", "read"];
/** How long one transfer of a call keeps another delivery's away, where nothing is known of its end. */
const BUSY_MS = 60_000;

/** Every way in which this run was untruthful; empty where it was not. */
export function judge(world: Judged): string[] {
  return [findDoubles, findCrowded, findLies, findUntrueRecords, findNeedlessDoubts, findUntold].flatMap((find) => find(world));
}

/** A delivery is moved once; without an id, once more each time that it has failed. */
function findDoubles({ gateway: { ledger } }: Judged): string[] {
  return ledger.flatMap((entry, index) => {
    const earlier = ledger.slice(0, index).filter(({ tag }) => tag === entry.tag);
    if (earlier.length === 0) return [];
    const mayFollow = entry.tag.startsWith("derived-") && earlier.every((each) => each.truth === "failure" && each.endsAtMs <= entry.atMs);
    return mayFollow ? [] : [`${entry.tag} was transferred ${earlier.length + 1} times`];
  });
}

/** Between two deliveries of one call lies a known end, or a minute. */
function findCrowded({ gateway: { ledger } }: Judged): string[] {
  return ledger.flatMap((entry, index) => {
    const before = ledger.slice(0, index).findLast(({ callId, tag }) => callId === entry.callId && tag !== entry.tag);
    if (before === undefined || hasSeenEnd(before, entry.atMs) || entry.atMs - before.atMs >= BUSY_MS) return [];
    return [`${entry.callId} was moved twice within ${Math.round(entry.atMs - before.atMs)} ms`];
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
  return tag.startsWith("derived-") && entry.truth === "failure";
}

function findUntrueRecords({ store, clock, gateway: { ledger } }: Judged): string[] {
  const nowMs = clock.wallMs();
  const records = store.items().filter((item): item is DeliveryItem => item.kind === "delivery");
  const known = records.flatMap((item) => {
    const result = toResult(item, nowMs);
    const nonces = ledger.filter(({ callId }) => callId === item.pending?.callId);
    if (item.claims > 0 && isInFlight(item, nowMs)) return [`${item.id} is in flight for ever`];
    if (result?.state === "accepted" && nonces.length === 0) return [`${item.id} is accepted, and was not sent`];
    const truths = nonces.map(({ truth }) => truth);
    if (result?.outcome === "completed" && !truths.includes("success")) return [`${item.id} is completed, and was not`];
    if (result?.outcome === "failed" && !truths.includes("failure")) return [`${item.id} has failed, and has not`];
    return [];
  });
  // A transfer that went well is one that a record does not deny.
  const denied = ledger
    .filter(({ truth }) => truth === "success")
    .flatMap((entry) => {
      const of = records.filter(({ pending }) => pending?.callId === entry.callId);
      const told = of.some((item) => {
        const result = toResult(item, nowMs);
        return result !== undefined && result.state !== "refused" && result.outcome !== "failed";
      });
      return told ? [] : [`${entry.tag} was transferred, and no record says that it may have been`];
    });
  return [...known, ...denied];
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
