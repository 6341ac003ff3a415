/**
 * One schedule between real sockets: the handler as it is deployed, its records in DynamoDB and its gateway over TLS, each of whose requests can go wrong, on a
 * clock that is put forward instead of waited for. Each invocation is a process of its own, that can die or stand still.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createHashes } from "../../lib/records/hashes.ts";
import type { DueRecords, RecordStore } from "../../lib/records/record-store.ts";
import { createRecords, type TransferRecords } from "../../lib/records/records.ts";
import type { ToldOutcome } from "../../lib/records/sweep.ts";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { RETENTION_SECONDS } from "../support/memory-records.ts";
import { createDice } from "./dice.ts";
import type { Dice } from "./faults.ts";
import type { FaultyDynamoDb } from "./faulty-dynamodb.ts";
import type { News } from "./gateway-news.ts";
import type { LedgerGateway } from "./ledger-gateway.ts";
import { createParty, type Party } from "./party.ts";
import { createShiftedClock, type ShiftedClock } from "./shifted-clock.ts";
import { type Posted, type PostedWebhook, post } from "./socket-invocation.ts";
import { createVirtualGateway, type VirtualGateway } from "./virtual-gateway.ts";
import type { Answer, Attempt } from "./world.ts";

export const HASHES_OF = createHashes(["key-of-the-records-for-proofs-alone"]);
/** How often time goes on although an invocation is under way, of 1. */
const AMID = 0.2;
const RATES = [0.03, 0.08, 0.18];
/** Longer than anything that is under way takes. */
const QUIET_MAX_MS = 3_000;
const EVENT_MAX_MS = 4_000;
/** A gateway repeats what was not taken: soon, so that it is no news of another transfer by then. */
const EVENT_AGAIN_MS = 2_000;
const EVENT_TRIES_MAX = 3;

/** What all schedules share. */
export interface Ground {
  readonly dynamoDb: FaultyDynamoDb;
  readonly gateway: LedgerGateway;
  readonly connections: ReadonlyMap<string, ConfiguredConnection>;
  /** An order of everything that happens. */
  readonly next: () => number;
  /** Faults, by where and how. */
  readonly counts: Map<string, number>;
}

export type Told = ToldOutcome & { readonly toldAtMs: number };

export interface SocketWorld {
  readonly seed: number;
  readonly dice: Dice;
  readonly clock: ShiftedClock;
  readonly gateway: VirtualGateway;
  readonly attempts: readonly Attempt[];
  readonly told: readonly Told[];
  /** What must not be, and shows itself at once. */
  readonly bugs: readonly string[];
  /** Of whoever's signature is kept first. */
  readonly captured: () => PostedWebhook | undefined;
  /** One invocation, as long as its caller waits for it. */
  post(posted: Posted): Promise<Answer | undefined>;
  /** Time goes on for all of it: mostly when no invocation is under way, and sometimes amid them. */
  pass(ms: number): Promise<void>;
  /** As the function of each minute does, with what this schedule has written. */
  sweep(): Promise<void>;
  /** Once nothing of it goes on any more. */
  settle(): Promise<void>;
}

export function createSocketWorld(seed: number, ground: Ground): SocketWorld {
  const { dynamoDb, next, counts } = ground;
  const telling = new Set<Promise<unknown>>();
  /** Requests that the gateway may carry out still. */
  const flights = new Set<Promise<void>>();
  const working = new Set<Promise<unknown>>();
  const deliveries = new Set<string>();
  const attempts: Attempt[] = [];
  const told: Told[] = [];
  const bugs: string[] = [];
  const dice = createDice(seed, "callers");
  let captured: PostedWebhook | undefined;
  let parties = 0;

  const clock = createShiftedClock({
    whenQuiet: () => Promise.race([Promise.allSettled([...telling, ...flights]), sleep(QUIET_MAX_MS, undefined, { ref: false })]),
  });
  const gateway = createVirtualGateway({
    ...{ clock, next, gateway: "site-a", agentId: "101", dice: createDice(seed, "gateway") },
    tell: (news) => during(telling, tell(news, 1)),
  });

  const note = async (outcome: ToldOutcome) => void told.push({ ...outcome, toldAtMs: clock.wallMs() });

  function during(set: Set<Promise<unknown>>, work: Promise<unknown>): void {
    set.add(work);
    void work.catch(() => undefined).finally(() => set.delete(work));
  }

  function newParty(name: string, over: Partial<Parameters<typeof createParty>[0]>): Party {
    return createParty({
      ...{ name: `${seed}/${name}`, rate: RATES[seed % RATES.length] ?? 0, counts, pass: clock.pass, onSeen() {}, onKept() {} },
      ...over,
      onWritten(item) {
        if (item.kind === "delivery") deliveries.add(item.id);
        over.onWritten?.(item);
      },
    });
  }

  function recordsOf(store: RecordStore & DueRecords): TransferRecords {
    return createRecords({ store, hashesOf: HASHES_OF, clock, newId: randomUUID, retentionSeconds: RETENTION_SECONDS });
  }

  /** Somebody else than a caller: nobody waits for it, and time does not go on for it alone. */
  async function runAside(name: string, point: "event" | "tell", work: (records: TransferRecords) => Promise<void>): Promise<boolean> {
    parties += 1;
    const party = newParty(`${name}/${parties}`, { point, pass: async () => {} });
    const worked = dynamoDb
      .lend(party, (store) => work(recordsOf(store)))
      .then(
        () => true,
        () => false,
      );
    during(working, worked);
    return Promise.race([worked, party.died.then(() => false)]);
  }

  /** The gateway's push, once again where it was not taken. */
  async function tell(news: News, nth: number): Promise<void> {
    // Who knows what when is not seen from here.
    if (news.isOverdue(() => true)) return;
    const taken = await runAside(`event/${nth}`, "event", async (records) => {
      const signal = AbortSignal.timeout(EVENT_MAX_MS);
      const changed = await records.events.take(news.event, signal);
      news.taken();
      const outbox = records.outbox(note);
      if (changed !== undefined) await outbox.tell(changed, signal).catch(() => undefined);
    });
    if (!taken && nth < EVENT_TRIES_MAX) clock.at(EVENT_AGAIN_MS, () => during(telling, tell(news, nth + 1)));
  }

  return {
    seed,
    ...{ dice, clock, gateway, attempts, told, bugs },
    captured: () => captured,
    async post(posted) {
      let isKept = false;
      const see = (order: number) => {
        if (!isKept && attempt.answer === undefined) attempt.seen = order;
      };
      const party = newParty(posted.name, {
        onSeen: see,
        onKept(order) {
          see(order);
          isKept = true;
        },
        onWritten({ kind, claimed }) {
          if (claimed !== undefined) attempt.claimed.push(claimed);
          if (kind === "alias") captured ??= posted;
        },
      });
      const attempt = {
        ...{
          number: attempts.length + 1,
          tag: posted.tag,
          seen: 0,
          answeredAt: 0,
          answeredAtMs: 0,
          hasPosted: false,
          troubled: party.troubled,
        },
        ...{ startedAt: next(), startedAtMs: clock.wallMs(), claimed: [] as string[], sentAtMs: [], counted: [] },
        answer: undefined as Answer | undefined,
      };
      attempts.push(attempt);
      const { answered, ended } = post(posted, {
        ...{ ground, clock, party, recordsOf, dice: createDice(seed, posted.name, "renew") },
        guid: `guid-${seed}-${attempt.number}`,
        carryOut: (callId) =>
          gateway.carryOut({ callId, tag: posted.tag, attempt: attempt.number, transferId: attempt.claimed.at(-1) ?? "claimed by nobody" }),
        onPosting(flight) {
          attempt.hasPosted = true;
          during(flights, flight);
        },
        onBug: (bug) => bugs.push(bug),
      });
      during(working, ended);
      const answer = await answered;
      attempt.answer = answer;
      attempt.answeredAt = next();
      attempt.answeredAtMs = clock.wallMs();
      return answer;
    },
    async pass(ms) {
      if (dice() >= AMID) await Promise.allSettled([...working]);
      await clock.pass(ms);
    },
    async sweep() {
      await runAside("sweep", "tell", async (records) => {
        const sweeper = records.sweep({ tell: note, inquire: async () => undefined, tellUnknown() {} });
        for (const id of deliveries) await sweeper.settle(id, AbortSignal.timeout(EVENT_MAX_MS)).catch(() => undefined);
      });
    },
    async settle() {
      while (working.size > 0 || telling.size > 0) await Promise.allSettled([...working, ...telling]);
      await clock.passAll();
      while (working.size > 0) await Promise.allSettled([...working]);
    },
  };
}
