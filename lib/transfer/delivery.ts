/** What makes a repeated webhook the same one: the identity of a delivery and the fingerprint of what it asked for. Hashing is the records' part. */
import type { Draft, TransferRequest } from "./request.ts";
import { isFields } from "./request.ts";

export interface Delivery {
  /** Whether the caller named it. A derived one is not compared: the same key means the same request. */
  readonly explicit: boolean;
  /** Unique over all connections. */
  readonly key: string;
  /** Of callId, agentId, target, mode and attempt as the caller gave them: a changed default of the connection makes no other request of it. */
  readonly fingerprint: string;
}

export function toDelivery(connection: string, draft: Draft, request: TransferRequest): Delivery {
  const { callId, agentId, target, mode, attempt } = request;
  const explicit = request.deliveryId !== undefined;
  const identity = explicit ? ["id", connection, request.deliveryId] : ["derived", connection, agentId, callId, target, mode, attempt];
  const given = isFields(draft.fields) ? draft.fields : {};
  return {
    explicit,
    key: canonicalJson(identity),
    fingerprint: canonicalJson([given.callId, given.agentId, given.target, given.mode, given.attempt]),
  };
}

/** JSON with sorted members: the same value, however a caller ordered it, is the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isFields(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
