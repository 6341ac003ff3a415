/** A transfer that is claimed, and how it may end, for specifications of records. */
import type { Delivery } from "../../lib/transfer/delivery.ts";
import type { Claim, Pending, Records } from "../../lib/transfer/records.ts";
import type { GatewayAnswer, TransferResult } from "../../lib/transfer/result.ts";
import { ACCEPTED, RECEIVED_AT, REFUSED, toDeadline } from "./transfer-service.ts";

export const PENDING: Pending = {
  connection: "crm",
  gateway: "main",
  observed: true,
  callId: "c-1",
  agentId: "101",
  target: { type: "agent", address: "205", skillId: 3 },
  mode: "release-after-transfer",
  reference: "ticket",
  callDataTruncated: true,
  receivedAt: RECEIVED_AT,
};

export const ANSWERS = {
  accepted: ACCEPTED,
  refused: REFUSED,
  unknown: { state: "unknown", code: "gateway-error", gateway: { retcode: "100-007", message: "failed" } },
} as const satisfies Readonly<Record<GatewayAnswer["state"], GatewayAnswer>>;

/** Reads it and claims it where it is open; undefined where that is lost, or it is not. */
export async function claimOnce(records: Records, delivery: Delivery, pending: Partial<Pending> = {}): Promise<Claim | undefined> {
  const seen = await records.read(delivery, toDeadline(0));
  if (seen.kind !== "open") return undefined;
  const answer = await seen.claim({ ...PENDING, ...pending });
  return answer.kind === "claimed" ? answer.claim : undefined;
}

/** Fails where it is lost. */
export async function claimed(records: Records, delivery: Delivery, pending: Partial<Pending> = {}): Promise<Claim> {
  const claim = await claimOnce(records, delivery, pending);
  if (claim === undefined) throw new Error("the claim was lost");
  return claim;
}

/** Of a transfer that nobody has told anything of yet. */
export function toSettled({ transferId }: Pick<Claim, "transferId">, answer: GatewayAnswer): TransferResult {
  const { connection: _connection, gateway: _gateway, observed: _observed, ...moved } = PENDING;
  return { transferId, ...moved, replayed: false, outcome: answer.state === "refused" ? "not-observed" : "pending", ...answer };
}
