/**
 * The core between two hand-written ports: a gateway that answers as it is told, and records. Both write down, in one list, what is asked of them.
 */
import type { Connection, RateLimit } from "../../lib/transfer/connection.ts";
import type { Gateway } from "../../lib/transfer/gateway.ts";
import type { Deadline, TransferEvent } from "../../lib/transfer/invocation.ts";
import type { Pause, PauseScope } from "../../lib/transfer/pause.ts";
import type { Claim, Records, SeenDelivery } from "../../lib/transfer/records.ts";
import type { GatewayAnswer } from "../../lib/transfer/result.ts";
import { createTransferService, type TransferCommand, type TransferReply } from "../../lib/transfer/service.ts";
import { createTestRecords } from "./memory-records.ts";
import { FIELDS, toConnection } from "./transfer-request.ts";

export const RECEIVED_AT = "2026-11-23T07:00:00.000Z";
export const ACCEPTED = { state: "accepted", gateway: { retcode: "0", message: "success" } } as const satisfies GatewayAnswer;
export const REFUSED = {
  state: "refused",
  code: "gateway-refused",
  reason: "no-such-call",
  gateway: { retcode: "200-012", message: "no call" },
} as const satisfies GatewayAnswer;
export const UNKNOWN = { state: "unknown", code: "gateway-timeout" } as const satisfies GatewayAnswer;

export const PREVIEW = { method: "POST", url: "https://127.0.0.1:1/transfer", headers: {}, body: {} } as const;

/** Time that is left without end, or none at all. */
export function toDeadline(remainingMs = 60_000, signal: AbortSignal = new AbortController().signal): Deadline {
  return { remainingMs: () => remainingMs, signal };
}

interface ServiceOptions {
  /** What each send does, in turn; the last one for all that follow. */
  readonly sends?: readonly (() => Promise<GatewayAnswer>)[];
  readonly prepare?: () => Promise<void>;
  /** Whether somebody listens to the agent's events. Nobody unless set. */
  readonly observed?: boolean;
  /** Instead of those in memory. */
  readonly records?: Records;
  /** Those that hold. */
  readonly pausesOf?: (scopes: readonly PauseScope[]) => Promise<readonly Pause[]>;
  /** Seconds until it is asked for again, where it is too many. */
  readonly countOf?: (connection: string, limit: RateLimit) => Promise<number | undefined>;
  /** Over what is seen of a delivery. */
  readonly seen?: Partial<Pick<SeenDelivery, "claim" | "remember" | "isUnclaimed">>;
  /** Over a claim. */
  readonly claim?: Partial<Pick<Claim, "settle" | "reopen">>;
}

type Over = Readonly<Record<string, unknown>>;

export interface ServiceUnderTest {
  /** What was asked of the ports, in order: `read`, `pauses`, `count`, `prepare`, `claim`, `send`, `settle`, `reopen`, `remember`. */
  readonly calls: readonly string[];
  readonly events: readonly TransferEvent[];
  readonly records: Records;
  transfer(
    fields?: Over,
    over?: Partial<Omit<TransferCommand, "connection">> & { readonly connection?: Connection },
  ): Promise<TransferReply>;
}

export function startService(options: ServiceOptions = {}): ServiceUnderTest {
  const {
    sends = [async () => ACCEPTED],
    prepare,
    observed = false,
    records: kept = createTestRecords(),
    seen: over = {},
    claim: overClaim = {},
    pausesOf,
    countOf,
  } = options;
  const calls: string[] = [];
  const events: TransferEvent[] = [];
  let sent = 0;

  const gateway: Gateway = {
    async prepare() {
      calls.push("prepare");
      await prepare?.();
      return {
        preview: PREVIEW,
        observed,
        send() {
          calls.push("send");
          const send = sends[Math.min(sent, sends.length - 1)];
          sent += 1;
          return send === undefined ? Promise.reject(new Error("no send planned")) : send();
        },
      };
    },
  };
  const records: Records = {
    async read(delivery, deadline) {
      calls.push("read");
      const seen = { ...(await kept.read(delivery, deadline)), ...over };
      return {
        ...seen,
        async claim(pending) {
          calls.push("claim");
          const answer = await seen.claim(pending);
          if (answer.kind !== "claimed") return answer;
          const { transferId, settle, reopen } = { ...answer.claim, ...overClaim };
          return {
            kind: "claimed",
            claim: {
              transferId,
              settle(given) {
                calls.push(`settle ${given.state}`);
                return settle(given);
              },
              reopen(refusal) {
                calls.push("reopen");
                return reopen(refusal);
              },
            },
          };
        },
        remember(seenAt) {
          calls.push("remember");
          return seen.remember(seenAt);
        },
      };
    },
  };
  const service = createTransferService({
    gateway,
    records,
    pauses: {
      async holding(scopes) {
        calls.push("pauses");
        return (await pausesOf?.(scopes)) ?? [];
      },
    },
    rateLimits: {
      async count(connection, limit) {
        calls.push("count");
        return countOf?.(connection, limit);
      },
    },
  });

  return {
    calls,
    events,
    records: kept,
    transfer: (fields = {}, command = {}) =>
      service.transfer({
        connectionName: "crm",
        connection: toConnection(),
        draft: { fields: { ...FIELDS, ...fields } },
        receivedAt: RECEIVED_AT,
        deadline: toDeadline(),
        observe: (event) => events.push(event),
        ...command,
      }),
  };
}
