/**
 * What a gateway tells of a transfer that it carried out: the vendor's events as they come over the wire, in their order or out of it, late, twice or never, with the
 * gateway's own time or without; and with them what is no news of it.
 */
import { parseEvent, toCallEvent } from "../../lib/gateway/events.ts";
import type { CallEvent, OutcomeReason } from "../../lib/transfer/outcome.ts";
import { pick } from "./dice.ts";
import type { Dice } from "./faults.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { LedgerEntry } from "./virtual-gateway.ts";

/** One event, for whoever takes it: again, where it could not be taken. */
export interface News {
  readonly event: CallEvent;
  /** Of whose transfer it is. */
  readonly transferId: string;
  /**
   * That nothing was heard of a transfer until the next one of the call was known to be accepted. Nobody can tell whose end it is then, and no gateway that tells its
   * events in their order does so.
   */
  isOverdue(isKnownAsAccepted: (transferId: string) => boolean): boolean;
  taken(): void;
}

export interface NewsroomOptions {
  readonly clock: Pick<VirtualClock, "wallMs" | "at">;
  readonly dice: Dice;
  readonly tell: (news: News) => void;
  readonly gateway: string;
  readonly agentId: string;
  readonly ledger: readonly LedgerEntry[];
  readonly left: Map<string, number>;
  readonly goneAt: Map<string, number>;
}

export interface Newsroom {
  /** What of its end is true, and since when. */
  announce(entry: Omit<LedgerEntry, "reasons">, reason: OutcomeReason): ReadonlyMap<OutcomeReason, number>;
}

interface Line {
  readonly workNo: string;
  readonly eventType: string;
  readonly content: unknown;
  readonly atMs: number;
}

const LOST = 0.12;
const TWICE = 0.3;
/** Soon, or well within the minute in which it may be taken for a repeat. */
const REPEATED_MS = [5_000, 40_000];
const LATE_MS = 8_000;
/** A transfer of which one event comes alone, and when another delivery may have the call. */
const HUSHED = 0.2;
const HUSHED_MS = [40_000, 160_000] as const;
/** What is told with it comes so soon after. */
const BESIDE_MS = 100;
const CUSTOMER = "88880021";
const MEMBER_OF_QUEUE = "301";
/** Who has nothing to do with it. */
const SOMEBODY = "206";
/** How far the gateway's clock may be from ours. */
const CLOCK_MS = 3_600_000;
const BLIND = 0;
const TO_AGENT = 2;
/** Whoever hangs up sooner after it has failed may have done so because of it. */
const LONG_AFTER_MS = 10_000;

export function createNewsroom({ clock, dice, tell, gateway, agentId, ledger, left, goneAt }: NewsroomOptions): Newsroom {
  const givesTimes = dice() < 0.5;
  const isOrderly = dice() < 0.5;
  const aheadMs = (dice() - 0.5) * 2 * CLOCK_MS;
  const heard = new Set<string>();

  function print({ workNo, eventType, content, atMs }: Line, entry: Omit<LedgerEntry, "reasons">, lateMs = toLateMs()): void {
    const { transferId, callId, order } = entry;
    const raw = { eventType, content, ...(givesTimes && { eventGenTime: Math.round(atMs + aheadMs) }) };
    const event = toCallEvent({ gateway, agentId: workNo }, parseEvent(raw));
    if (event === undefined || dice() < LOST) return;
    const news: News = {
      event,
      transferId,
      isOverdue: (isKnownAsAccepted) =>
        !heard.has(transferId) &&
        ledger.some((other) => other.callId === callId && other.order > order && isKnownAsAccepted(other.transferId)),
      taken: () => void heard.add(transferId),
    };
    const inMs = atMs - clock.wallMs() + lateMs;
    clock.at(inMs, () => tell(news));
    if (dice() < TWICE) clock.at(inMs + dice() * pick(dice, REPEATED_MS), () => tell(news));
  }

  function toLateMs([min, max]: readonly [number, number] = [0, LATE_MS]): number {
    return isOrderly ? 0 : min + dice() * (max - min);
  }

  /** What becomes of the call once it is back with its agent. */
  function goOn(entry: Omit<LedgerEntry, "reasons">): void {
    const { callId, endsAtMs, target } = entry;
    const drawn = dice();
    if (drawn < 0.15) {
      const leavesAt = endsAtMs + LONG_AFTER_MS + dice() * 60_000;
      clock.at(endsAtMs - clock.wallMs(), () => {
        if (!goneAt.has(callId) && !isUnderWay(callId)) goneAt.set(callId, leavesAt);
      });
      clock.at(leavesAt - clock.wallMs(), () => {
        if (goneAt.get(callId) !== leavesAt || hasMoved(callId)) return;
        left.set(callId, leavesAt);
        const last = ledger.findLast((other) => other.callId === callId) ?? entry;
        for (const line of toLeaving(callId, leavesAt)) print(line, last);
      });
    }
    // Moved by hand: to somebody of whom an agent's transfer does not tell.
    if (drawn > 0.9 && target.devicetype === TO_AGENT) {
      const movedAt = endsAtMs + dice() * 3_000;
      clock.at(movedAt - clock.wallMs(), () => {
        if (goneAt.has(callId) || isUnderWay(callId)) return;
        goneAt.set(callId, movedAt);
        print(talking(SOMEBODY, callId, movedAt), entry);
      });
    }
  }

  function isUnderWay(callId: string): boolean {
    return ledger.some((other) => other.callId === callId && clock.wallMs() < other.endsAtMs);
  }

  function hasMoved(callId: string): boolean {
    return ledger.some((other) => other.callId === callId && other.truth === "success");
  }

  function toLeaving(callId: string, atMs: number): Line[] {
    return [
      { workNo: agentId, eventType: "AgentEvent_Customer_Release", content: { callid: callId, number: CUSTOMER }, atMs },
      { workNo: agentId, eventType: "AgentEvent_Call_Release", content: callId, atMs },
    ];
  }

  /** The result of a transfer: 0, or anything else. */
  function result(callId: string, atMs: number, isSuccess: boolean): Line {
    const content = { callId, result: isSuccess ? 0 : 1 + Math.floor(dice() * 9) };
    return { workNo: agentId, eventType: "AgentEvent_SuccTransResult", content, atMs };
  }

  function talking(workNo: string, callid: string, atMs: number): Line {
    const content = { caller: CUSTOMER, callid, called: workNo, feature: 0, type: 1, mediaAbility: 1 };
    return { workNo, eventType: "AgentEvent_Talking", content, atMs };
  }

  function toLines({ callId, endsAtMs, atMs, target }: Omit<LedgerEntry, "reasons">, reason: OutcomeReason): Line[] {
    const besideMs = endsAtMs + dice() * BESIDE_MS;
    const failed = dice() < 0.5 ? [result(callId, besideMs, false)] : [];
    switch (reason) {
      case "transferred": {
        const member = target.devicetype === TO_AGENT ? target.address : MEMBER_OF_QUEUE;
        const letGoAt = target.mode === BLIND ? atMs : besideMs;
        const after = endsAtMs + dice() * 60_000;
        return [
          talking(member, callId, endsAtMs),
          ...(dice() < 0.7 ? [result(callId, endsAtMs, true)] : []),
          { workNo: agentId, eventType: "AgentEvent_Call_Release", content: callId, atMs: letGoAt },
          // The customer has hung up on whom they were transferred to.
          { workNo: member, eventType: "AgentEvent_Customer_Release", content: { callid: callId, number: CUSTOMER }, atMs: after },
        ];
      }
      case "connect-failed":
        return [{ workNo: agentId, eventType: "AgentEvent_Connect_Fail", content: callId, atMs: endsAtMs }, ...failed];
      case "customer-left":
        return [...toLeaving(callId, endsAtMs), ...failed];
      default:
        return [result(callId, endsAtMs, false), talking(agentId, callId, besideMs)];
    }
  }

  return {
    announce(entry, reason) {
      const lines = toLines(entry, reason);
      const isHushed = !isOrderly && dice() < HUSHED;
      for (const line of isHushed ? lines.slice(0, 1) : lines) print(line, entry, isHushed ? toLateMs(HUSHED_MS) : undefined);
      const { callId, endsAtMs } = entry;
      if (reason === "customer-left") {
        left.set(callId, endsAtMs);
        goneAt.set(callId, endsAtMs);
      } else if (entry.truth === "failure") goOn(entry);
      return toReasons(lines, entry, reason);
    },
  };
}

/** Each reason that a line of it gives. */
function toReasons(
  lines: readonly Line[],
  { endsAtMs, truth }: Pick<LedgerEntry, "endsAtMs" | "truth">,
  reason: OutcomeReason,
): ReadonlyMap<OutcomeReason, number> {
  const reasons = new Map<OutcomeReason, number>([[reason, endsAtMs]]);
  if (truth === "success") reasons.set("answered", endsAtMs);
  const failed = lines.find(({ eventType }) => truth === "failure" && eventType === "AgentEvent_SuccTransResult");
  if (failed !== undefined) reasons.set("not-transferred", failed.atMs);
  return reasons;
}
