/**
 * The whole path of a delivery on a virtual clock: service, records and gateway adapter as they are deployed, over a store, secrets and a gateway whose every
 * call can go wrong. Each invocation is a process of its own, that can die or stand still.
 */

import { TransferError } from "../../lib/errors.ts";
import { GatewaySite } from "../../lib/gateway/site.ts";
import { createTransferGateway } from "../../lib/gateway/transfer-gateway.ts";
import { createHashes } from "../../lib/records/hashes.ts";
import { createMemoryStore, type MemoryStore } from "../../lib/records/memory-store.ts";
import { type RecordItem, toTransferId } from "../../lib/records/record-item.ts";
import type { DueRecords, RecordStore } from "../../lib/records/record-store.ts";
import { createRecords, type TransferRecords } from "../../lib/records/records.ts";
import type { ToldOutcome } from "../../lib/records/sweep.ts";
import type { RateLimit } from "../../lib/transfer/connection.ts";
import type { PauseScope } from "../../lib/transfer/pause.ts";
import type { Draft } from "../../lib/transfer/request.ts";
import type { TransferResult } from "../../lib/transfer/result.ts";
import { createTransferService } from "../../lib/transfer/service.ts";
import { collect } from "../support/collect.ts";
import { createSeededRandom } from "../support/seeded-random.ts";
import { tellUnread } from "../support/tell-unread.ts";
import { toConnection } from "../support/transfer-request.ts";
import { createFaultyWorld, type Invoked, type Point } from "./faults.ts";
import type { News } from "./gateway-news.ts";
import { createHoldingBack } from "./holding-back.ts";
import { type InForce, startOperator } from "./operator.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
import { createVirtualGateway, type VirtualGateway } from "./virtual-gateway.ts";
import { createVirtualPost } from "./virtual-post.ts";

const AGENT_ID = "101";
const RETENTION_SECONDS = 30 * 24 * 60 * 60;
const SITE = GatewaySite.parse({ schemaVersion: 1, url: "https://gateway.example" });
const CONNECTION_NAME = "crm";
const GATEWAY = "site-a";
const SCOPES: readonly PauseScope[] = ["all", "gateway/site-a", "agent/site-a/101", "connection/crm"];
/** Of others, whose pauses hold nothing back here. */
const OTHER_SCOPES: readonly PauseScope[] = ["connection/other", `agent/${GATEWAY}/102`, `agent/site-b/${AGENT_ID}`, "gateway/site-b"];
const SWEEP_MS = 60_000;
/** Given with each end of an invocation: without a reason, the platform makes an error, stack and all. */
const OVER = "over";
const TICKS_LOST_MAX = 6;
/** Of a batch of what is due. */
const SWEPT_MAX = 50;

/** What a caller got for one invocation. `undefined`: nothing, since that died or stood still. */
export type Answer = { readonly result: TransferResult } | { readonly error: TransferError };

export interface Attempt {
  readonly number: number;
  readonly tag: string;
  readonly startedAt: number;
  readonly startedAtMs: number;
  /** Ids of the transfers that it claimed, or tried to. */
  readonly claimed: readonly string[];
  /** When its requests to the gateway left. */
  readonly sentAtMs: readonly number[];
  /** Where it was counted. */
  readonly counted: readonly string[];
  /** Order of the last time that the record was seen by it. */
  readonly seen: number;
  readonly answer: Answer | undefined;
  readonly answeredAt: number;
  readonly answeredAtMs: number;
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
  /** `unsure`: of transfers whose events came while nobody knew that the gateway had accepted them. */
  readonly gateway: VirtualGateway & { readonly unsure: ReadonlySet<string> };
  readonly store: MemoryStore;
  readonly attempts: readonly Attempt[];
  readonly told: readonly (ToldOutcome & { readonly toldAtMs: number })[];
  /** `scopes`: by which a transfer can be held back here. */
  readonly holding: {
    readonly pauses: readonly InForce[];
    readonly scopes: readonly PauseScope[];
    readonly rateLimit?: RateLimit | undefined;
  };
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
  readonly pauses?: number;
  readonly rateLimit?: RateLimit | undefined;
}

export function createWorld({ seed, rate, faultsMax, pauses: paused = 0, rateLimit }: WorldOptions): World {
  const dice = createSeededRandom(seed);
  const clock = createVirtualClock();
  const faulty = createFaultyWorld({ clock, dice, rate, faultsMax });
  const store = createMemoryStore(clock);
  const hashesOf = createHashes(["key-of-the-records-for-proofs-alone"]);
  const attempts: Attempt[] = [];
  const told: (ToldOutcome & { readonly toldAtMs: number })[] = [];
  const unsure = new Set<string>();
  const connection = toConnection({ gateway: GATEWAY, agentId: AGENT_ID, maxAgeSeconds: 86_400, rateLimit });
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
    gateway: GATEWAY,
    agentId: AGENT_ID,
    tell: (news) => void tell(news),
  });
  const unavailable = () => new TransferError("store-unavailable", { reason: "proof" });
  const newId = () => {
    ids += 1;
    return `id-${ids}`;
  };
  const post = createVirtualPost({ clock, dice, faulty, gateway });
  const pauses = startOperator({ clock, dice, store, newId, scopes: [...SCOPES, ...SCOPES, ...OTHER_SCOPES], pauses: paused });
  const holdingBack = createHoldingBack({ clock, dice, store, faulty, unavailable });

  function storeOf(process: Invoked, { onSeen, onClaim, onKept }: Watch): RecordStore & DueRecords {
    return {
      due: store.due,
      newerDue: store.newerDue,
      get(id, signal) {
        const read = () => {
          onSeen();
          return store.get(id, signal);
        };
        return faulty.call(process, "read", read, unavailable);
      },
      put(item, seen, signal) {
        const point = pointOf(item);
        if (point === "claim" && item.kind === "delivery") onClaim(toTransferId(item));
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
    return createRecords({ store: storeOf(process, watch), hashesOf, clock, newId, retentionSeconds: RETENTION_SECONDS });
  }

  /** The gateway's push, once again where it was not taken. */
  async function tell(news: News): Promise<void> {
    if (news.isOverdue(isKnownAsAccepted)) return;
    const process = newProcess();
    const heard = { ...news.event, heardAt: clock.wallMs() };
    const take = async () => {
      if (!isKnownAsAccepted(news.transferId)) unsure.add(news.transferId);
      await recordsOf(process).events.take(heard, new AbortController().signal);
      news.taken();
    };
    const taken = await faulty.call(process, "event", take, unavailable).then(
      () => true,
      () => false,
    );
    if (!taken) clock.at(10_000, () => void tell(news));
  }

  function isKnownAsAccepted(transferId: string): boolean {
    return store.items().some((item) => item.kind === "delivery" && toTransferId(item) === transferId && item.answer?.state === "accepted");
  }

  async function sweep(process: Invoked): Promise<void> {
    const { signal } = new AbortController();
    const sweeper = recordsOf(process).sweep({
      tell: (outcome) => faulty.call(process, "tell", () => void told.push({ ...outcome, toldAtMs: clock.wallMs() }), unavailable),
      inquire: async () => undefined,
      tellUnknown() {},
    });
    const due = await collect(sweeper.due(signal, tellUnread));
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
    gateway: { ...gateway, unsure },
    store,
    attempts,
    told,
    holding: { pauses, scopes: SCOPES, rateLimit },
    counts: faulty.counts,
    isKept: (name) => store.items().some(({ id }) => hashesOf(name).includes(id)),
    async ask({ draft, tag, budgetMs }) {
      const process = newProcess();
      const number = attempts.length + 1;
      const mutable = {
        number,
        tag,
        ...{ startedAt: next(), startedAtMs: clock.wallMs(), seen: 0 },
        ...{ claimed: [] as string[], sentAtMs: [] as number[], counted: [] as string[] },
        answer: undefined as Answer | undefined,
        ...{ answeredAt: 0, answeredAtMs: 0 },
        hasPosted: false,
        troubled: process.troubled,
      };
      attempts.push(mutable);
      let isKept = false;
      const watch: Watch = {
        onSeen() {
          if (!isKept && mutable.answer === undefined) mutable.seen = next();
        },
        onClaim: (transferId) => void mutable.claimed.push(transferId),
        onKept() {
          if (mutable.answer === undefined) mutable.seen = next();
          isKept = true;
        },
      };
      const startedAt = clock.wallMs();
      const controller = new AbortController();
      const deadline = { remainingMs: () => budgetMs - (clock.wallMs() - startedAt), signal: controller.signal };
      // The timer of a machine that stands still does not fire.
      clock.at(budgetMs, () => process.frozen || controller.abort(OVER));

      const service = createTransferService({
        ...holdingBack(process, (id) => mutable.counted.push(id)),
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
            const by = { tag, attempt: number, transferId: mutable.claimed.at(-1) ?? "claimed by nobody" };
            return post(request, { process, by, onSent: (atMs) => mutable.sentAtMs.push(atMs) });
          },
        }),
      });
      const command = { connectionName: CONNECTION_NAME, connection, draft, receivedAt: new Date(startedAt).toISOString(), deadline };
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
          controller.abort(OVER);
          mutable.answer = given;
          mutable.answeredAt = next();
          mutable.answeredAtMs = clock.wallMs();
          return given;
        }),
        gaveUp,
      ]);
      return answer;
    },
  };
}

/** What one invocation has seen, and when it let go of it. */
interface Watch {
  onSeen(): void;
  onClaim(transferId: string): void;
  onKept(): void;
}
const UNWATCHED: Watch = { onSeen() {}, onClaim() {}, onKept() {} };

function newProcess(): Invoked {
  return { dead: false, frozen: false, troubled: new Set() };
}

function pointOf(item: RecordItem): Point {
  if (item.kind !== "delivery") return "guard";
  return item.status === "claimed" ? "claim" : "keep";
}
