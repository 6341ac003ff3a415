/** What a load is made of: transfers at a fixed rate, each of a call of its own, some of them sent twice at once, repeated later, or asked after. */

export type LoadKind = "transfer" | "duplicate" | "replay" | "status";

export interface PlannedRequest {
  readonly kind: LoadKind;
  /** From the start, whatever became of those before. */
  readonly dueMs: number;
  /** Of the transfer that it is about. */
  readonly index: number;
}

/** Of each ten transfers. */
const TEN = 10;
const SENT_TWICE = [0];
const REPEATED = [3];
const ASKED_AFTER = [6, 9];
/** When a caller repeats what it has an answer to, or asks what became of it. */
const LATER_MS = 2_000;

/** In the order of time. */
export function planLoad({ perSecond, seconds }: { readonly perSecond: number; readonly seconds: number }): readonly PlannedRequest[] {
  const planned = Array.from({ length: Math.round(perSecond * seconds) }, (_each, index): readonly PlannedRequest[] => {
    const dueMs = (index * 1_000) / perSecond;
    const place = index % TEN;
    return [
      { kind: "transfer", dueMs, index },
      ...(SENT_TWICE.includes(place) ? [{ kind: "duplicate", dueMs, index } as const] : []),
      ...(REPEATED.includes(place) ? [{ kind: "replay", dueMs: dueMs + LATER_MS, index } as const] : []),
      ...(ASKED_AFTER.includes(place) ? [{ kind: "status", dueMs: dueMs + LATER_MS, index } as const] : []),
    ];
  });
  return planned.flat().sort((one, other) => one.dueMs - other.dueMs);
}
