/** What makes a repeated webhook the same one: the identity of a delivery and the fingerprint of what it asked for. Hashing is the records' part. */
import { type Draft, type Fields, isFields } from "./request.ts";
import { Target } from "./target.ts";

export interface Delivery {
  /** Whether the caller named it. A derived one is not compared: the same key means the same request. */
  readonly explicit: boolean;
  /** Unique over all connections. */
  readonly key: string;
  readonly fingerprint: string;
}

/**
 * Both are made of callId, agentId, target, mode and attempt as the caller gave them: a retry stays the same delivery when an operator has changed a
 * default or a named target meanwhile. Undefined for a draft that names neither a delivery nor a call: no request of it can be valid.
 */
export function toDelivery(connection: string, { fields, deliveryId }: Draft): Delivery | undefined {
  const given = isFields(fields) ? fields : {};
  const id = toText(given.deliveryId) ?? deliveryId;
  const explicit = id !== undefined;
  if (!explicit && toText(given.callId) === undefined) return undefined;
  const fingerprint = JSON.stringify([given.callId, given.agentId, toGivenTarget(given), given.mode, given.attempt].map(toText));
  return { explicit, key: JSON.stringify(explicit ? ["id", connection, id] : ["derived", connection, fingerprint]), fingerprint };
}

/** One text for the same target, however its members were ordered. */
function toGivenTarget({ target }: Fields): unknown {
  const parsed = Target.safeParse(target).data;
  if (parsed === undefined) return target;
  return JSON.stringify([parsed.type, parsed.address, parsed.type === "agent" ? parsed.skillId : undefined]);
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
