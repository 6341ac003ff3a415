/** The transfers of a delivery before its last: what they ended with is told and can be asked for, although the record is claimed again. */
import { toEnding } from "../transfer/outcome.ts";
import type { TransferResult } from "../transfer/result.ts";
import { type DeliveryItem, type EarlierTransfer, isUntold, toKnownAt, toResult } from "./record-item.ts";

/** Each press of a button makes one, and nobody presses more often for one call. */
const EARLIER_MAX = 5;
/** As long as nobody can be told: what an item has room for many times over. */
const UNTOLD_MAX = 50;

/** Of a record that is claimed once more. */
export function toEarlier(item: DeliveryItem | undefined, nowMs: number): readonly EarlierTransfer[] {
  const result = item && toResult(item, nowMs);
  if (item === undefined) return [];
  if (result === undefined || result.state === "refused") return item.earlier ?? [];
  const last = { result, knownAt: toKnownAt(item, result), isTold: !isUntold(item, result) };
  const all = [...(item.earlier ?? []), last];
  return all.filter(({ isTold }, index) => index >= all.length - (isTold ? EARLIER_MAX : UNTOLD_MAX));
}

/** Of a claim whose effect was none: a success that was told meanwhile is the transfer's before it, and is believed after a failure. */
export function toEarlierOfNone({ earlier = [], facts, heardAt }: DeliveryItem): readonly EarlierTransfer[] {
  const last = earlier.at(-1);
  const ending = toEnding({ facts, observed: true, elapsedMs: 0 });
  if (last === undefined || last.result.outcome !== "failed" || ending.outcome !== "completed") return earlier;
  return [...earlier.slice(0, -1), { result: { ...last.result, ...ending }, knownAt: heardAt, isTold: false }];
}

export function findEarlier({ earlier = [] }: DeliveryItem, transferId: string): TransferResult | undefined {
  return earlier.find(({ result }) => result.transferId === transferId)?.result;
}
