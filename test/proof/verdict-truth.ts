/** Whether what is said of a transfer is what became of it at the gateway, by then: of that transfer, and of no other one of its call. */
import { findEarlier } from "../../lib/records/earlier-transfers.ts";
import { type DeliveryItem, toResult } from "../../lib/records/record-item.ts";
import type { TransferResult } from "../../lib/transfer/result.ts";
import type { Judged } from "./verdict.ts";
import type { LedgerEntry } from "./virtual-gateway.ts";

type Said = Pick<TransferResult, "transferId" | "callId" | "state" | "outcome" | "outcomeReason">;

/** In every answer, in every notice, and in the records at the end. */
export function findContradictions(world: Judged): string[] {
  const { attempts, told, clock, gateway } = world;
  const said = [
    ...attempts.flatMap(({ answer, answeredAtMs, number }) =>
      answer !== undefined && "result" in answer ? [{ who: `attempt ${number}`, result: answer.result, atMs: answeredAtMs }] : [],
    ),
    ...told.map(({ result, toldAtMs }) => ({ who: "a notice", result, atMs: toldAtMs })),
    ...resultsOf(world).map((result) => ({ who: "a record", result, atMs: clock.wallMs() })),
  ];
  return said.flatMap(({ who, result, atMs }) => {
    const wrong = contradict(result, gateway, atMs);
    if (wrong === undefined || isOfTheNext(result, world, atMs)) return [];
    return [`${who} says ${result.state}, ${result.outcome} of ${result.transferId}: ${wrong}`];
  });
}

/** A transfer that went well is one that its record does not deny. */
export function findDenied({ gateway: { ledger }, store, clock }: Judged): string[] {
  return ledger
    .filter(({ truth }) => truth === "success")
    .flatMap(({ transferId, tag }) => {
      const result = store
        .items()
        .flatMap((item) => (item.kind === "delivery" ? (resultOf(item, transferId, clock.wallMs()) ?? []) : []))[0];
      const isTold = result !== undefined && result.state !== "refused" && result.outcome !== "failed";
      return isTold ? [] : [`${tag} was transferred, and no record says that it may have been`];
    });
}

/** How many ends were taken for those of the transfer before, as docs/guarantees.md has it. */
export function countOfTheNext(world: Judged): number {
  const nowMs = world.clock.wallMs();
  return resultsOf(world).filter((result) => contradict(result, world.gateway, nowMs) !== undefined && isOfTheNext(result, world, nowMs))
    .length;
}

function resultsOf({ store, clock }: Judged): readonly TransferResult[] {
  return store.items().flatMap((item) => {
    if (item.kind !== "delivery") return [];
    const last = toResult(item, clock.wallMs());
    return [...(item.earlier ?? []).map(({ result }) => result), ...(last === undefined ? [] : [last])];
  });
}

function resultOf(item: DeliveryItem, transferId: string, nowMs: number): TransferResult | undefined {
  const last = toResult(item, nowMs);
  return last?.transferId === transferId ? last : findEarlier(item, transferId);
}

/** Undefined where it is true. */
function contradict({ transferId, callId, state, outcome, outcomeReason }: Said, { ledger, left }: Judged["gateway"], atMs: number) {
  if (state === "refused") return undefined;
  const entry = ledger.find((each) => each.transferId === transferId);
  if (state === "accepted" && entry === undefined) return "it was not carried out";
  if (outcome !== "completed" && outcome !== "failed") return undefined;
  if (outcomeReason === undefined) return "it does not say why";
  if (outcome !== (entry?.truth === "success" ? "completed" : "failed")) return `it was a ${entry?.truth ?? "transfer that nobody made"}`;
  const since = outcomeReason === "customer-left" ? left.get(callId) : entry?.reasons.get(outcomeReason);
  return since === undefined || since > atMs ? `it was not ${outcomeReason}, or not yet` : undefined;
}

/**
 * docs/guarantees.md: the events of a call are those of the first transfer of which nobody knows the end, until the gateway has accepted the next. So one that ends
 * before, or whose acceptance nobody learns of, ends the one before it.
 */
function isOfTheNext(said: Said, { gateway, attempts }: Judged, atMs: number): boolean {
  const begunAt = Math.min(
    ...gateway.ledger.filter(({ transferId }) => transferId === said.transferId).map(({ order }) => order),
    Infinity,
  );
  const tag = tagOf(said.transferId, attempts);
  return gateway.ledger.some((next: LedgerEntry) => {
    const isLater = begunAt === Infinity || next.order > begunAt;
    if (!isLater || next.callId !== said.callId || next.tag === tag || !gateway.unsure.has(next.transferId)) return false;
    return contradict({ ...said, transferId: next.transferId }, gateway, atMs) === undefined;
  });
}

function tagOf(transferId: string, attempts: Judged["attempts"]): string | undefined {
  return attempts.find(({ claimed }) => claimed.includes(transferId))?.tag;
}
