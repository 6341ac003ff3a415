/** What makes a repeated webhook the same one: the identity of a delivery and the fingerprint of what it asked for. Hashing is the records' part. */
import * as z from "zod";
import type { Draft } from "./request.ts";
import { Target } from "./target.ts";

export interface Delivery {
  /** Whether the caller named it. */
  readonly explicit: boolean;
  /** Unique over all connections. */
  readonly key: string;
  readonly fingerprint: string;
  /** Of what proved it. Of no connection: two may share a secret. Who is first gives it its key. */
  readonly alias?: string | undefined;
  /** The call that it is about, whichever delivery names it. */
  readonly call: string;
}

/**
 * Both are made of callId, agentId, target, mode and attempt as the caller gave them: a retry stays the same delivery when an operator has changed a
 * default or a named target meanwhile. Undefined for a draft of which no valid request can be made: it is not the repeat of one either.
 */
export function toDelivery(connection: string, { fields, deliveryId, signature }: Draft, gateway: string): Delivery | undefined {
  const parsed = Identity.safeParse(fields);
  if (!parsed.success) return undefined;
  const { deliveryId: inBody, callId, agentId, target, mode, attempt } = parsed.data;
  if (deliveryId !== undefined && inBody !== undefined && inBody !== deliveryId) return undefined;
  const id = inBody ?? deliveryId;
  const explicit = id !== undefined;
  const fingerprint = JSON.stringify([callId, agentId, target, mode, attempt]);
  return {
    explicit,
    key: JSON.stringify(explicit ? ["id", connection, id] : ["derived", connection, fingerprint]),
    fingerprint,
    call: toCall(gateway, callId),
    ...(signature !== undefined && { alias: JSON.stringify(["signature", signature]) }),
  };
}

/** Unique over all gateways. */
export function toCall(gateway: string, callId: string): string {
  return JSON.stringify(["call", gateway, callId]);
}

const text = z.string().optional();

/** As much of a request as its identity needs. */
const Identity = z.object({
  deliveryId: text,
  callId: z.string(),
  agentId: text,
  // One value for the same target, however its members were ordered.
  target: z.union([z.string(), Target.transform(({ type, address, skillId }) => [type, address, skillId])]).optional(),
  mode: text,
  attempt: text,
});
