/**
 * A fleet of instances of the transfer function, second by second, without AWS: transfers arrive at random, one at a time in each instance, and each instance keeps what
 * it has read for as long as the code says. Counts what AWS is asked for. Of which idle instance Lambda takes, nothing is published: here the one that has been idle
 * longest, which keeps the most of them in use.
 */
import { GATEWAYS_TTL_MS } from "../../lib/composition/agents.ts";
import { CONNECTIONS_TTL_MS } from "../../lib/composition/connections.ts";
import { RECORDS_KEY_TTL_MS } from "../../lib/composition/records.ts";
import { STATUS_KEY_TTL_MS } from "../../lib/composition/status-tokens.ts";
import { ACCESS_TTL_MS } from "../../lib/composition/transfers.ts";
import { KEPT_MS as PAUSES_TTL_MS } from "../../lib/records/pauses.ts";
import { createRandom } from "../measure/statistics.ts";

/** Of a new transfer, pauses apart: counted by test/e2e/calls-budget.test.ts. */
export const TRANSFER_CALLS = { reads: 2, writes: 4 } as const;
/** Of one connection, which is where callers meet. */
const SECRETS_TTLS_MS = [CONNECTIONS_TTL_MS, GATEWAYS_TTL_MS, ACCESS_TTL_MS, RECORDS_KEY_TTL_MS, STATUS_KEY_TTL_MS];
const TTLS_MS = [...SECRETS_TTLS_MS, PAUSES_TTL_MS];
/** Until each has been read anew, and as long again, which is what is counted. */
const PERIOD_MS = 300_000;
const SEED = 0x5eed;
/** Entries that are done with, and dropped together. */
const QUEUE_SLACK = 10_000;

export interface FleetPlan {
  readonly perSecond: number;
  /** From the event to the answer. */
  readonly transferMs: number;
}

export interface Fleet {
  /** That were needed at once. */
  readonly instances: number;
  readonly secretsCallsPerTransfer: number;
  readonly readsPerTransfer: number;
  readonly writesPerTransfer: number;
  /** In the second that had most: the first, in which no instance has read anything. Lambda would not make that many at once. */
  readonly secretsCallsInASecond: number;
}

export function simulateFleet({ perSecond, transferMs }: FleetPlan): Fleet {
  const random = createRandom(SEED);
  /** By instance, one after another of `TTLS_MS`. */
  const readAt: number[] = [];
  /** Instances by when they were taken, and so by when they are idle again. */
  const queue: { readonly instance: number; readonly idleAt: number }[] = [];
  const secretsBySecond = new Map<number, number>();
  let head = 0;
  let instances = 0;
  const counted = { transfers: 0, secrets: 0, pauses: 0 };
  for (let atMs = 0; ; ) {
    atMs += (-Math.log(1 - random()) / perSecond) * 1_000;
    if (atMs >= 2 * PERIOD_MS) break;
    const idle = queue[head];
    let instance = instances;
    if (idle !== undefined && idle.idleAt <= atMs) {
      instance = idle.instance;
      head += 1;
      if (head > QUEUE_SLACK) queue.splice(0, head);
      if (head > QUEUE_SLACK) head = 0;
    } else {
      instances += 1;
      readAt.push(...TTLS_MS.map(() => Number.NEGATIVE_INFINITY));
    }
    queue.push({ instance, idleAt: atMs + transferMs });
    let secrets = 0;
    let pauses = 0;
    for (let index = 0; index < TTLS_MS.length; index += 1) {
      const slot = instance * TTLS_MS.length + index;
      if (atMs - (readAt[slot] ?? 0) < (TTLS_MS[index] ?? 0)) continue;
      readAt[slot] = atMs;
      if (index < SECRETS_TTLS_MS.length) secrets += 1;
      else pauses += 1;
    }
    const second = Math.floor(atMs / 1_000);
    if (secrets > 0) secretsBySecond.set(second, (secretsBySecond.get(second) ?? 0) + secrets);
    if (atMs < PERIOD_MS) continue;
    counted.transfers += 1;
    counted.secrets += secrets;
    counted.pauses += pauses;
  }
  return {
    instances,
    secretsCallsPerTransfer: counted.secrets / counted.transfers,
    readsPerTransfer: TRANSFER_CALLS.reads + counted.pauses / counted.transfers,
    writesPerTransfer: TRANSFER_CALLS.writes,
    secretsCallsInASecond: Math.max(...secretsBySecond.values()),
  };
}
