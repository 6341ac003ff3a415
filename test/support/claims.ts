/** A transfer that is claimed, and how it may end, for specifications of records. */
import type { Delivery } from "../../lib/transfer/delivery.ts";
import type { Claim, Pending, Records, Settled } from "../../lib/transfer/service.ts";
import { RECEIVED_AT } from "./transfer-service.ts";

export const PENDING: Pending = {
  callId: "c-1",
  agentId: "101",
  target: { type: "agent", address: "205", skillId: 3 },
  mode: "release-after-transfer",
  reference: "ticket",
  callDataTruncated: true,
  receivedAt: RECEIVED_AT,
  outcome: "not-observed",
};

/** The claim of it; fails where it is lost. */
export async function claimed(records: Records, delivery: Delivery): Promise<Claim> {
  const claim = await records.claim(delivery, PENDING);
  if (claim === undefined) throw new Error("the claim was lost");
  return claim;
}

export function toSettled({ transferId }: Claim, state: Settled["state"]): Settled {
  const moved = { ...PENDING, transferId, replayed: false } as const;
  if (state === "accepted") return { ...moved, state, gateway: { retcode: "0", message: "success" } };
  if (state === "refused")
    return { ...moved, state, code: "gateway-refused", reason: "no-such-call", gateway: { retcode: "200-012", message: "no call" } };
  return { ...moved, state, code: "gateway-error", gateway: { retcode: "100-007", message: "failed" } };
}
