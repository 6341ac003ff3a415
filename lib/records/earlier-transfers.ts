/** The transfers of a delivery before its last: what they ended with is told and can be asked for, although the record is claimed again. */
import type { TransferResult } from "../transfer/result.ts";
import { type DeliveryItem, type EarlierTransfer, isUntold, toResult } from "./record-item.ts";

/** Each press of a button makes one, and nobody presses more often for one call. */
const EARLIER_MAX = 5;

/** Of a record that is claimed once more. */
export function toEarlier(item: DeliveryItem | undefined, nowMs: number): readonly EarlierTransfer[] {
  const result = item && toResult(item, nowMs);
  if (item === undefined) return [];
  if (result === undefined || result.state === "refused") return item.earlier ?? [];
  return [...(item.earlier ?? []), { result, isTold: !isUntold(item, result) }].slice(-EARLIER_MAX);
}

export function findEarlier({ earlier = [] }: DeliveryItem, transferId: string): TransferResult | undefined {
  return earlier.find(({ result }) => result.transferId === transferId)?.result;
}
