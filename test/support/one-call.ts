/** Records of the deliveries that move one call, its events, and a clock. */
import { toForgotten } from "../../lib/records/forgotten-item.ts";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import { parseTransferId } from "../../lib/records/record-item.ts";
import type { Delivery } from "../../lib/transfer/delivery.ts";
import type { CallEvent } from "../../lib/transfer/outcome.ts";
import type { Pending } from "../../lib/transfer/records.ts";
import { PENDING } from "./claims.ts";
import { createManualClock } from "./manual-clock.ts";
import { createTestRecords } from "./memory-records.ts";
import { toDeadline } from "./transfer-service.ts";

export const SIGNAL = new AbortController().signal;
const CALL = JSON.stringify(["call", PENDING.gateway, PENDING.callId]);

/** The caller has named it. */
export const named = (key: string): Delivery => ({ explicit: true, key, fingerprint: "request", call: CALL });
export const DERIVED: Delivery = { explicit: false, key: "derived", fingerprint: "request", call: CALL };

export function toCallEvent(kind: CallEvent["kind"], over: Partial<CallEvent> = {}): CallEvent {
  const { gateway, agentId, callId } = PENDING;
  return { kind, gateway, agentId, callId, ...over };
}

export function startOneCall() {
  const clock = createManualClock();
  const memory = createMemoryStore(clock);
  let refusesClaims = false;
  const store = {
    ...memory,
    put: (...given: Parameters<typeof memory.put>) =>
      refusesClaims && given[0].kind === "delivery" ? Promise.reject(new Error("gone")) : memory.put(...given),
  };
  const records = createTestRecords({ wallMs: clock.wallMs, store });
  const read = (delivery: Delivery) => records.read(delivery, toDeadline(0));
  return {
    clock,
    records,
    refuseClaims(now: boolean) {
      refusesClaims = now;
    },
    take: (event: CallEvent) => records.events.take(event, SIGNAL),
    async claim(delivery: Delivery, over: Partial<Pending> = {}) {
      const answer = await (await read(delivery)).claim({ ...PENDING, ...over });
      if (answer.kind !== "claimed") throw new Error(`the claim is ${answer.kind}`);
      return answer.claim;
    },
    /** As an operator does. */
    async forget(transferId: string) {
      const item = await memory.get(parseTransferId(transferId)?.id ?? "", SIGNAL);
      if (item?.kind !== "delivery") throw new Error("there is no such transfer");
      await memory.put({ ...toForgotten(item, clock.wallMs()), revision: "forgotten" }, item.revision, SIGNAL);
    },
    async outcomeOf(delivery: Delivery) {
      const seen = await read(delivery);
      return seen.kind === "settled" ? `${seen.result.state} ${seen.result.outcome}` : seen.kind;
    },
  };
}
