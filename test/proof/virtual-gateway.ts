/**
 * A gateway that does what it is told, as often as it is told by the same delivery: nothing but the service under test keeps one from being transferred twice. It
 * writes down what came, what it did of it and how that ended, and has it told.
 */
import type { OutcomeReason } from "../../lib/transfer/outcome.ts";
import type { Dice } from "./faults.ts";
import { createNewsroom, type Newsroom, type NewsroomOptions } from "./gateway-news.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export type Truth = "success" | "failure";

interface Posted {
  readonly callId: string;
  /** Names the delivery. */
  readonly tag: string;
  /** Who sent it, and under which claim. */
  readonly attempt: number;
  readonly transferId: string;
  readonly target?: { readonly devicetype: number; readonly address: string; readonly mode: number };
}

/** A request as it came. */
export interface Arrival extends Posted {
  readonly order: number;
  readonly atMs: number;
  readonly retcode: string;
}

/** One transfer that it carried out. */
export interface LedgerEntry extends Arrival {
  readonly target: NonNullable<Posted["target"]>;
  readonly truth: Truth;
  /** When it ended. */
  readonly endsAtMs: number;
  /** What of its end is true, and since when. */
  readonly reasons: ReadonlyMap<OutcomeReason, number>;
}

export interface Carried {
  readonly retcode: string;
  /** `lost`: it acted, and its answer says nothing that can be read. */
  readonly answer: "read" | "lost";
}

export interface VirtualGateway {
  readonly arrivals: readonly Arrival[];
  readonly ledger: readonly LedgerEntry[];
  /** When the customer hung up on the agent who transfers, of the calls in which they did. */
  readonly left: ReadonlyMap<string, number>;
  carryOut(posted: Posted): Carried;
}

interface VirtualGatewayOptions extends Pick<NewsroomOptions, "tell" | "gateway" | "agentId"> {
  readonly clock: Pick<VirtualClock, "wallMs" | "at">;
  readonly dice: Dice;
  /** An order of everything that happens. */
  readonly next: () => number;
}

/** Whether its end came early enough that it may have been heard of. */
export function hasSeenEnd({ endsAtMs }: LedgerEntry, atMs: number): boolean {
  return endsAtMs <= atMs;
}

export const SUCCESS = "0";
/** Of a call that is not the agent's any more, too. */
const NO_CALL = "200-012";
export const REFUSALS: readonly string[] = [NO_CALL, "000-004", "100-006"];
/** Says nothing of whether it acted. */
const UNKNOWN = "100-007";
const AGENT_205 = { devicetype: 2, address: "205", mode: 2 };
/** How a transfer ends, and how often: of 1. */
const ENDS = [
  ["transferred", 0.55],
  ["not-transferred", 0.7],
  ["connect-failed", 0.87],
  ["customer-left", 1],
] as const satisfies readonly (readonly [OutcomeReason, number])[];

export function createVirtualGateway({ clock, dice, next, ...told }: VirtualGatewayOptions): VirtualGateway {
  const arrivals: Arrival[] = [];
  const ledger: LedgerEntry[] = [];
  const left = new Map<string, number>();
  /** Since when a call is not with its agent any more, as far as that is known. */
  const goneAt = new Map<string, number>();
  const newsroom: Newsroom = createNewsroom({ ...told, ...{ clock, dice, ledger, left, goneAt } });
  const refusals = dice() < 0.4 ? 0.6 : 0.15;

  /** Another delivery's transfer of the call goes on, or it is the agent's no more: no gateway begins a second one. Of the same delivery, this one does. */
  function hasNoCall({ callId, tag }: Posted, nowMs: number): boolean {
    const ofOthers = ledger.filter((entry) => entry.callId === callId && entry.tag !== tag);
    return ofOthers.some(({ truth, endsAtMs }) => nowMs < endsAtMs || truth === "success") || (goneAt.get(callId) ?? Infinity) <= nowMs;
  }

  function carryOut(posted: Posted, arrival: Omit<Arrival, "retcode">): Carried {
    const nowMs = arrival.atMs;
    if (hasNoCall(posted, nowMs)) return { retcode: NO_CALL, answer: "read" };
    const drawn = dice();
    if (drawn < refusals) return { retcode: REFUSALS[Math.floor(dice() * REFUSALS.length)] ?? NO_CALL, answer: "read" };
    if (drawn < refusals + 0.05) return { retcode: UNKNOWN, answer: "read" };
    const ended = dice();
    const drawnEnd = nowMs + (dice() < 0.3 ? dice() * 20 : dice() * 40_000);
    const leavesAt = goneAt.get(posted.callId) ?? Infinity;
    const endsAtMs = Math.min(drawnEnd, leavesAt);
    const reason = leavesAt < drawnEnd ? "customer-left" : (ENDS.find(([, upTo]) => ended < upTo)?.[0] ?? "transferred");
    const retcode = drawn < refusals + 0.15 ? UNKNOWN : SUCCESS;
    const entry = { target: AGENT_205, ...arrival, retcode, truth: reason === "transferred" ? "success" : "failure", endsAtMs } as const;
    const reasons = newsroom.announce(entry, reason);
    ledger.push({ ...entry, reasons });
    return { retcode, answer: retcode === SUCCESS && dice() < 0.1 ? "lost" : "read" };
  }

  return {
    ...{ arrivals, ledger, left },
    carryOut(posted) {
      const arrival = { ...posted, order: next(), atMs: clock.wallMs() };
      const carried = carryOut(posted, arrival);
      arrivals.push({ ...arrival, retcode: carried.retcode });
      return carried;
    },
  };
}
