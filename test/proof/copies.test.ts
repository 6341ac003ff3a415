/** Two hundred copies of one delivery at the same moment: one transfer, and nobody is told otherwise. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type LocalDynamoDb, RECORDS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import type { DueRecords, RecordStore } from "../../lib/records/record-store.ts";
import { createRecords } from "../../lib/records/records.ts";
import { RETENTION_SECONDS } from "../support/memory-records.ts";
import { type LedgerGateway, startLedgerGateway } from "./ledger-gateway.ts";
import { createParty, type Party } from "./party.ts";
import { createShiftedClock } from "./shifted-clock.ts";
import { API_KEY, createConnections } from "./socket-connections.ts";
import { post } from "./socket-invocation.ts";
import { type Ground, HASHES_OF } from "./socket-world.ts";
import { judge } from "./verdict.ts";
import { type Answer, createWorld } from "./world.ts";

const COPIES = 200;
/** Functions, each of them with a client of its own. */
const STORES = 4;
/** One machine plays two hundred: it asks its table for no more at a time than that can answer. */
const ASKED_AT_A_TIME = 8;
/** Of what a gateway may take at most here: long enough that the others meet a transfer that is under way. */
const GATEWAY_PACE = 0.6;
const GATEWAY_PATIENCE_MS = 10_000;
/** A busy machine answers late: that is no outage, and none is to be seen here. */
const STORE_PATIENCE_MS = 20_000;
const TARGET = { type: "agent", address: "205" };

describe("200 copies of one delivery at the same moment", () => {
  let dynamoDb: LocalDynamoDb;
  let gateway: LedgerGateway;
  let ground: Ground;
  beforeAll(async () => {
    dynamoDb = await startLocalDynamoDb({ port: 0, tables: { records: RECORDS_TABLE } });
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.url);
    gateway = await startLedgerGateway();
    const stores = Array.from({ length: STORES }, () =>
      inTurn(createDynamoDbStore("records", { wallMs: Date.now, requestTimeoutMs: STORE_PATIENCE_MS })),
    );
    let lent = 0;
    ground = {
      dynamoDb: {
        lend(_party, use) {
          lent += 1;
          const store = stores[lent % STORES];
          return store === undefined ? Promise.reject(new Error("no store")) : use(store);
        },
        settled: async () => undefined,
        stop: async () => undefined,
      },
      gateway: { ...gateway, site: { ...gateway.site, responseTimeoutMs: GATEWAY_PATIENCE_MS } },
      ...{ connections: await createConnections(), next: () => 0, counts: new Map() },
    };
  });
  afterAll(async () => {
    await gateway.stop();
    await dynamoDb.stop();
    vi.unstubAllEnvs();
  });

  it.each([
    ["with an id in the body", { callId: "call-1", deliveryId: "run-1" }, {}],
    ["with an Idempotency-Key", { callId: "call-2" }, { "idempotency-key": '"run-2"' }],
    ["without an id", { callId: "call-3" }, {}],
  ])("%s are one transfer", async (_what, fields, headers) => {
    const ledger: string[] = [];
    const clock = createShiftedClock({ whenQuiet: async () => undefined });
    const body = JSON.stringify({ target: TARGET, ...fields });
    const copy = (nth: number) =>
      post(
        { connection: "patient-crm", headers: { authorization: `Bearer ${API_KEY}`, ...headers }, body, tag: "", name: `copy-${nth}` },
        {
          ...{ ground, clock, party: toSlow(nth), guid: `${fields.callId}-${nth}`, dice: () => 0 },
          recordsOf: (store) =>
            createRecords({ store, clock, hashesOf: HASHES_OF, newId: randomUUID, retentionSeconds: RETENTION_SECONDS }),
          carryOut(callId) {
            ledger.push(callId);
            return { retcode: "0", answer: "read" };
          },
          onPosting: () => {},
          onBug: (bug) => expect.unreachable(bug),
        },
      ).answered;
    const answers: (Answer | undefined)[] = [];
    // On a busy machine the one DynamoDB may leave whole rounds without an answer: then they come again, as their callers would send them.
    for (let round = 0; round < ROUNDS_MAX && ledger.length === 0; round += 1)
      answers.push(...(await Promise.all(Array.from({ length: COPIES }, (_each, nth) => copy(nth)))));
    expect(ledger).toEqual([fields.callId]);
    const ids = answers.map(transferIdOf).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBeLessThanOrEqual(1);
    const told = answers.map((answer) => toTold(answer));
    expect(told.filter((each) => each === "accepted").length).toBeLessThanOrEqual(1);
    expect(told.filter((each) => !HONEST.includes(each))).toEqual([]);
    // One more, once it is quiet, learns what became of the one. It, too, comes again where the table has not answered in time.
    let last = "nothing";
    for (let round = 0; round < ROUNDS_MAX && last === "nothing"; round += 1) last = toTold(await copy(COPIES));
    expect(last).toBe("accepted again");
    expect(ledger).toEqual([fields.callId]);
  });

  it.each([0, 0.02, 0.1])("are one transfer where %d of all that is asked goes wrong, on a virtual clock", async (rate) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const world = createWorld({ seed, rate, faultsMax: COPIES });
      const draft = { fields: { callId: "call-0", target: TARGET }, deliveryId: "run-call-0" };
      const asked = Array.from({ length: COPIES }, () => world.ask({ draft, tag: "run-call-0", budgetMs: 25_000 }));
      await world.clock.run(2 * 60 * 60 * 1_000);
      await Promise.all(asked);
      expect(judge(world), `seed ${seed}`).toEqual([]);
      expect(world.gateway.ledger.length, `seed ${seed}`).toBeLessThanOrEqual(1);
    }
  });
});

/** What is true of a copy, also where a busy machine gave it no answer in time: `nothing` is that of a caller who has given up. */
const HONEST: readonly string[] = [
  "accepted",
  "accepted again",
  "duplicate-in-progress",
  "store-unavailable",
  "deadline-exceeded",
  "unknown again",
  "nothing",
];
const ROUNDS_MAX = 5;

/** Nothing goes wrong with it, but for a gateway that takes its time. */
function toSlow(nth: number): Party {
  const ignored = { onSeen() {}, onKept() {}, onWritten() {} };
  const party = createParty({ name: `copy-${nth}`, rate: 0, counts: new Map(), pass: async () => {}, ...ignored });
  return {
    ...party,
    draw(point, faults) {
      const slow = point === "send" ? faults.find((fault) => fault === "slow") : undefined;
      return slow === undefined ? undefined : { fault: slow, dice: () => GATEWAY_PACE };
    },
  };
}

function inTurn({ get, put, due, newerDue }: RecordStore & DueRecords): RecordStore & DueRecords {
  const waiting: (() => void)[] = [];
  let asked = 0;
  async function ask<Result>(what: () => Promise<Result>): Promise<Result> {
    if (asked >= ASKED_AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve));
    else asked += 1;
    try {
      return await what();
    } finally {
      const next = waiting.shift();
      if (next === undefined) asked -= 1;
      else next();
    }
  }
  return {
    get: (id, signal) => ask(() => get(id, signal)),
    put: (item, seen, signal) => ask(() => put(item, seen, signal)),
    due,
    newerDue,
  };
}

function transferIdOf(answer: Answer | undefined): string | undefined {
  if (answer === undefined) return undefined;
  return "error" in answer ? answer.error.transferId : answer.result.transferId;
}

function toTold(answer: Answer | undefined): string {
  if (answer === undefined) return "nothing";
  if ("error" in answer) return answer.error.code;
  return answer.result.replayed ? `${answer.result.state} again` : answer.result.state;
}
