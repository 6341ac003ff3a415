/**
 * The whole path of a delivery on a virtual clock: service, records and gateway adapter as they are deployed, over a store, secrets and a gateway whose every
 * call can go wrong. Each invocation is a process of its own, that can die or stand still.
 */

import { TransferError } from "../../lib/errors.ts";
import { type GatewayRequest, mayBegin, type RequestOutcome } from "../../lib/gateway/client.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";
import { createTransferGateway } from "../../lib/gateway/transfer-gateway.ts";
import { createHashes } from "../../lib/records/hashes.ts";
import { createMemoryStore, type MemoryStore } from "../../lib/records/memory-store.ts";
import type { RecordItem } from "../../lib/records/record-item.ts";
import type { DueRecords, RecordStore } from "../../lib/records/record-store.ts";
import { createRecords, type TransferRecords } from "../../lib/records/records.ts";
import type { ToldOutcome } from "../../lib/records/sweep.ts";
import type { Draft } from "../../lib/transfer/request.ts";
import type { TransferResult } from "../../lib/transfer/result.ts";
import { createTransferService } from "../../lib/transfer/service.ts";
import { HOLDING_NOTHING_BACK } from "../support/holding-nothing-back.ts";
import { createSeededRandom } from "../support/seeded-random.ts";
import { toConnection } from "../support/transfer-request.ts";
import { createFaultyWorld, type Invoked, type Point } from "./faults.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
import { createVirtualGateway, type VirtualGateway } from "./virtual-gateway.ts";

const AGENT_ID = "101";
const RETENTION_SECONDS = 30 * 24 * 60 * 60;
const SITE = GatewaySite.parse({ schemaVersion: 1, url: "https://gateway.example" });
const CONNECTION = toConnection({ maxAgeSeconds: 86_400 });
const SWEEP_MS = 60_000;
const TICKS_LOST_MAX = 6;
/** Of a batch of what is due. */
const SWEPT_MAX = 50;

/** What a caller got for one invocation. `undefined`: nothing, since that died or stood still. */
export type Answer = { readonly result: TransferResult } | { readonly error: TransferError };

export interface Attempt {
  readonly number: number;
  readonly tag: string;
  /** Order of the last time that the record was seen by it. */
  readonly seen: number;
  readonly answer: Answer | undefined;
  readonly answeredAt: number;
  /** Whether it came to where it sends. */
  readonly hasPosted: boolean;
  readonly troubled: ReadonlySet<Point>;
}

export interface Asked {
  readonly draft: Draft;
  /** Names the delivery, whatever ids it comes under. */
  readonly tag: string;
  readonly budgetMs: number;
}

export interface World {
  readonly clock: VirtualClock;
  readonly dice: () => number;
  readonly gateway: VirtualGateway;
  readonly store: MemoryStore;
  readonly attempts: readonly Attempt[];
  readonly told: readonly ToldOutcome[];
  readonly counts: ReadonlyMap<string, number>;
  /** One invocation, as long as its caller waits for it. */
  ask(asked: Asked): Promise<Answer | undefined>;
  /** Whether something is kept under this name. */
  isKept(name: string): boolean;
}

/** With what a schedule differs from others, beside its seed. */
export interface WorldOptions {
  readonly seed: number;
  readonly rate: number;
  readonly faultsMax: number;
}

export function createWorld({ seed, rate, faultsMax }: WorldOptions): World {
  const dice = createSeededRandom(seed);
  const clock = createVirtualClock();
  const faulty = createFaultyWorld({ clock, dice, rate, faultsMax });
  const store = createMemoryStore(clock);
  const hashesOf = createHashes(["key-of-the-records-for-proofs-alone"]);
  const attempts: Attempt[] = [];
  const told: ToldOutcome[] = [];
  let order = 0;
  let ids = 0;
  const next = () => {
    order += 1;
    return order;
  };
  const gateway = createVirtualGateway({
    clock,
    dice,
    next,
    gateway: CONNECTION.gateway,
    agentId: AGENT_ID,
    tell: (event) => void tell(event),
  });
  const unavailable = () => new TransferError("store-unavailable", { reason: "proof" });

  function storeOf(process: Invoked, { onSeen, onKept }: Watch): RecordStore & DueRecords {
    return {
      due: store.due,
      get(id, signal) {
        const read = () => {
          onSeen();
          return store.get(id, signal);
        };
        return faulty.call(process, "read", read, unavailable);
      },
      put(item, seen, signal) {
        const point = pointOf(item);
        const put = () => {
          // From here on, others may claim it: what it knows of the delivery is as old as this.
          if (point === "keep") onKept();
          return store.put(item, seen, signal);
        };
        return faulty.call(process, point, put, unavailable);
      },
    };
  }

  function recordsOf(process: Invoked, watch: Watch = UNWATCHED): TransferRecords {
    const newId = () => {
      ids += 1;
      return `id-${ids}`;
    };
    return createRecords({ store: storeOf(process, watch), hashesOf, clock, newId, retentionSeconds: RETENTION_SECONDS });
  }

  /** The gateway's push, once again where it was not taken. */
  async function tell(event: Parameters<TransferRecords["events"]["take"]>[0]): Promise<void> {
    const process = newProcess();
    const heard = { ...event, heardAt: clock.wallMs() };
    const taken = await faulty
      .call(process, "event", () => recordsOf(process).events.take(heard, new AbortController().signal), unavailable)
      .then(
        () => true,
        () => false,
      );
    if (!taken) clock.at(10_000, () => void tell(event));
  }

  async function sweep(process: Invoked): Promise<void> {
    const { signal } = new AbortController();
    const sweeper = recordsOf(process).sweep({
      tell: (outcome) => faulty.call(process, "tell", () => void told.push(outcome), unavailable),
      inquire: async () => undefined,
    });
    const due = await sweeper.due(signal);
    for (const id of due.slice(0, SWEPT_MAX)) await sweeper.settle(id, signal).catch(() => undefined);
  }

  /** Each minute, but that some ticks are lost. */
  function sweepAgain(): void {
    clock.at(SWEEP_MS * (1 + Math.floor(dice() * TICKS_LOST_MAX)), () => {
      void sweep(newProcess());
      sweepAgain();
    });
  }
  sweepAgain();

  return {
    clock,
    dice,
    gateway,
    store,
    attempts,
    told,
    counts: faulty.counts,
    isKept: (name) => store.items().some(({ id }) => hashesOf(name).includes(id)),
    async ask({ draft, tag, budgetMs }) {
      const process = newProcess();
      const number = attempts.length + 1;
      const mutable = {
        number,
        tag,
        seen: 0,
        answer: undefined as Answer | undefined,
        answeredAt: 0,
        hasPosted: false,
        troubled: process.troubled,
      };
      attempts.push(mutable);
      let isKept = false;
      const watch: Watch = {
        onSeen() {
          if (!isKept && mutable.answer === undefined) mutable.seen = next();
        },
        onKept() {
          if (mutable.answer === undefined) mutable.seen = next();
          isKept = true;
        },
      };
      const startedAt = clock.wallMs();
      const controller = new AbortController();
      const deadline = { remainingMs: () => budgetMs - (clock.wallMs() - startedAt), signal: controller.signal };
      // The timer of a machine that stands still does not fire.
      clock.at(budgetMs, () => process.frozen || controller.abort());

      const service = createTransferService({
        ...HOLDING_NOTHING_BACK,
        records: recordsOf(process, watch),
        gateway: createTransferGateway({
          clock,
          sites: {
            get: () =>
              faulty.call(
                process,
                "secrets",
                () => SITE,
                () => new TransferError("secrets-unavailable", { reason: "proof" }),
              ),
          },
          sessions: {
            find: () => faulty.call(process, "session", () => ({ guid: "guid", events: "push" as const }), unavailable),
            renew: async () => (dice() < 0.5 ? { guid: `guid-${next()}` } : { why: "nobody" }),
          },
          post(request) {
            mutable.hasPosted = true;
            return post(process, request, { tag, attempt: number });
          },
        }),
      });
      const command = { connectionName: "crm", connection: CONNECTION, draft, receivedAt: new Date(startedAt).toISOString(), deadline };
      const answered = service.transfer({ ...command, observe: () => {} }).then(
        (reply): Answer =>
          reply.kind === "result" ? { result: reply.result } : { error: new TransferError("internal", { reason: "dry" }) },
        (error: unknown): Answer => ({
          error: error instanceof TransferError ? error : new TransferError("internal", { reason: String(error), effect: "unknown" }),
        }),
      );
      const gaveUp = clock.sleep(budgetMs + 5_000).then(() => undefined);
      const answer = await Promise.race([
        answered.then((given) => {
          controller.abort();
          mutable.answer = given;
          mutable.answeredAt = next();
          return given;
        }),
        gaveUp,
      ]);
      return answer;
    },
  };

  /** As the real client: the bytes leave only where there is time for it, asked in the tick in which they do. */
  async function post(process: Invoked, { body, deadline }: GatewayRequest, by: { tag: string; attempt: number }): Promise<RequestOutcome> {
    if (!mayBegin(deadline)) return { kind: "too-late" };
    const { callid } = JSON.parse(body ?? "") as { callid: string };
    const send = (isLate?: true): RequestOutcome => {
      if (isLate === undefined && !mayBegin(deadline)) return { kind: "too-late" };
      const { retcode, answer } = gateway.carryOut({ callId: callid, ...by });
      if (answer === "lost") return { kind: "sent-without-answer", timedOut: dice() < 0.5, cause: "proof" };
      const text = JSON.stringify({ message: retcode === "0" ? "success" : "", retcode });
      return { kind: "answered", response: { status: 200, headers: {}, body: new TextEncoder().encode(text) } };
    };
    if (dice() < 0.05) return { kind: "not-sent", cause: "ECONNREFUSED" };
    return faulty
      .call(process, "send", send, (fault) => new Lost(fault))
      .catch((error: unknown): RequestOutcome => {
        if (!(error instanceof Lost)) throw error;
        const isProvablyUnsent = error.message === "throw-before" && dice() < 0.5;
        return isProvablyUnsent
          ? { kind: "not-sent", cause: "ECONNRESET" }
          : { kind: "sent-without-answer", timedOut: true, cause: "proof" };
      });
  }
}

/** What one invocation has seen, and when it let go of it. */
interface Watch {
  onSeen(): void;
  onKept(): void;
}
const UNWATCHED: Watch = { onSeen() {}, onKept() {} };

class Lost extends Error {}

function newProcess(): Invoked {
  return { dead: false, frozen: false, troubled: new Set() };
}

function pointOf(item: RecordItem): Point {
  if (item.kind !== "delivery") return "guard";
  return item.status === "claimed" ? "claim" : "keep";
}
