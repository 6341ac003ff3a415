/**
 * A gateway that does what it is told, as often as it is told: nothing but the service under test keeps a delivery from being transferred twice. It writes down
 * what it did, and tells of it by events, early, late, twice or never.
 */
import type { CallEvent } from "../../lib/transfer/outcome.ts";
import type { Dice } from "./faults.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export type Truth = "success" | "failure";

/** One transfer that it carried out. `tag` names the delivery, `attempt` who sent it. */
export interface LedgerEntry {
  readonly callId: string;
  readonly tag: string;
  readonly attempt: number;
  readonly order: number;
  readonly atMs: number;
  readonly truth: Truth;
  /** When it ended. */
  readonly endsAtMs: number;
}

export interface Carried {
  readonly retcode: string;
  /** `lost`: it acted, and its answer says nothing that can be read. */
  readonly answer: "read" | "lost";
}

interface Posted {
  readonly callId: string;
  readonly tag: string;
  readonly attempt: number;
}

export interface VirtualGateway {
  readonly ledger: readonly LedgerEntry[];
  carryOut(posted: Posted): Carried;
}

interface VirtualGatewayOptions {
  readonly clock: Pick<VirtualClock, "wallMs" | "at">;
  readonly dice: Dice;
  /** An order of everything that happens. */
  readonly next: () => number;
  readonly tell: (event: CallEvent) => void;
  readonly gateway: string;
  readonly agentId: string;
}

/** Whether its end came early enough that it may have been heard of. */
export function hasSeenEnd({ endsAtMs }: LedgerEntry, atMs: number): boolean {
  return endsAtMs <= atMs;
}

const REFUSALS = ["200-012", "000-004", "100-006"] as const;
/** Its own clock may be told with an event, in newer releases. */
const REPEATED_MS = 5_000;

export function createVirtualGateway({ clock, dice, next, tell, gateway, agentId }: VirtualGatewayOptions): VirtualGateway {
  const ledger: LedgerEntry[] = [];
  const givesTimes = dice() < 0.5;
  const refusals = dice() < 0.4 ? 0.6 : 0.15;

  function announce({ callId, truth, endsAtMs }: LedgerEntry): void {
    if (dice() < 0.15) return;
    const event: CallEvent = {
      ...{ kind: "transfer-result", gateway, agentId, callId, succeeded: truth === "success" },
      ...(givesTimes && { generatedAt: endsAtMs }),
    };
    const inMs = endsAtMs - clock.wallMs();
    clock.at(inMs, () => tell(event));
    if (dice() < 0.3) clock.at(inMs + dice() * REPEATED_MS, () => tell(event));
    if (dice() < 0.2) clock.at(inMs, () => tell({ kind: "released", gateway, agentId, callId }));
  }

  return {
    ledger,
    carryOut({ callId, tag, attempt }) {
      const nowMs = clock.wallMs();
      // Another delivery's transfer of the call goes on: no gateway begins a second one. Of the same delivery, this one does.
      if (ledger.some((entry) => entry.callId === callId && entry.tag !== tag && nowMs < entry.endsAtMs))
        return { retcode: "200-012", answer: "read" };
      const drawn = dice();
      if (drawn < refusals) return { retcode: REFUSALS[Math.floor(dice() * REFUSALS.length)] ?? "200-012", answer: "read" };
      if (drawn < refusals + 0.05) return { retcode: "100-007", answer: "read" };
      const truth = dice() < 0.6 ? "success" : "failure";
      const endsAtMs = nowMs + (dice() < 0.3 ? dice() * 20 : dice() * 40_000);
      const entry: LedgerEntry = { callId, tag, attempt, order: next(), atMs: nowMs, truth, endsAtMs };
      ledger.push(entry);
      announce(entry);
      return drawn < refusals + 0.15 ? { retcode: "100-007", answer: "read" } : { retcode: "0", answer: dice() < 0.1 ? "lost" : "read" };
    },
  };
}
