/** What became of a transfer, by its id: for whoever asks later. */
import type { FindTransfer } from "../transfer/records.ts";
import { findEarlier } from "./earlier-transfers.ts";
import { deliveryOf } from "./find-delivery.ts";
import type { Places } from "./places.ts";
import { isInFlight, parseTransferId, toResult } from "./record-item.ts";

export function createFindTransfer({ places, wallMs }: { readonly places: Places; readonly wallMs: () => number }): FindTransfer {
  return async (connection, transferId, signal) => {
    const named = parseTransferId(transferId);
    if (named === undefined) return undefined;
    const item = deliveryOf(await places.look(named.id, signal));
    if (item?.pending === undefined || item.pending.connection !== connection) return undefined;
    const earlier = findEarlier(item, transferId);
    if (earlier !== undefined) return { kind: "ended", result: earlier, respondAsync: item.pending.respondAsync === true };
    if (item.claims !== named.claims) return undefined;
    if (isInFlight(item, wallMs())) return { kind: "in-progress", transferId };
    const result = toResult(item, wallMs());
    return result && { kind: "ended", result, respondAsync: item.pending.respondAsync === true };
  };
}
