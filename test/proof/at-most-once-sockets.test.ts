/**
 * At most one transfer, over real sockets: the handler with its real clients, DynamoDB's requests lost, late and carried out twice, a gateway over TLS that does
 * whatever it is told, as often as it is told. What goes wrong is by a seed, what comes first is not. A failure prints its seed:
 * `CCGW_PROOF_SEED=4711 npx vitest run test/proof/at-most-once-sockets.test.ts` plays that one alone, `CCGW_PROOF_SCHEDULES=3000` plays more of them.
 */
import pMap from "p-map";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type LocalDynamoDb, RECORDS_TABLE, startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { startFaultyDynamoDb } from "./faulty-dynamodb.ts";
import { GATEWAY_FAULTS, startLedgerGateway } from "./ledger-gateway.ts";
import { createConnections } from "./socket-connections.ts";
import { endWorlds } from "./socket-ending.ts";
import { type PlayedOverSockets, playOverSockets } from "./socket-schedule.ts";
import type { Ground } from "./socket-world.ts";
import { STORE_FAULTS } from "./store-faults.ts";
import { countTruths, toBlock } from "./tally.ts";
import { judge } from "./verdict.ts";

const FIRST_SEED = Number(process.env.CCGW_PROOF_SEED ?? 1);
const SCHEDULES = Number(process.env.CCGW_PROOF_SCHEDULES ?? (process.env.CCGW_PROOF_SEED === undefined ? 300 : 1));
/** They wait more than they work. */
const AT_A_TIME = 30;
const TIMEOUT_MS = Math.max(120_000, SCHEDULES * 400);
const TABLE = "records";
const WRITES = ["guard", "claim", "keep"];

let dynamoDb: LocalDynamoDb;
let ground: Ground;
beforeAll(async () => {
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  dynamoDb = await startLocalDynamoDb({ port: 0, tables: { [TABLE]: RECORDS_TABLE } });
  let order = 0;
  const next = () => {
    order += 1;
    return order;
  };
  ground = {
    dynamoDb: await startFaultyDynamoDb({ behind: dynamoDb.url, table: TABLE, next }),
    gateway: await startLedgerGateway(),
    connections: await createConnections(),
    next,
    counts: new Map(),
  };
});
afterAll(async () => {
  await ground.dynamoDb.stop();
  await ground.gateway.stop();
  await dynamoDb.stop();
  vi.unstubAllEnvs();
});

describe(`${SCHEDULES} schedules from seed ${FIRST_SEED}, over sockets`, () => {
  it(
    "transfer no delivery twice, tell no lie, and lose no outcome",
    async () => {
      const seeds = Array.from({ length: SCHEDULES }, (_each, index) => FIRST_SEED + index);
      const played: readonly PlayedOverSockets[] = await pMap(seeds, (seed) => playOverSockets(seed, ground), { concurrency: AT_A_TIME });
      await Promise.all([ground.dynamoDb.settled(), ground.gateway.settled()]);
      const ended = await endWorlds(
        played.map(({ world }) => world),
        { url: dynamoDb.url, table: TABLE },
      );
      const failures = played.flatMap(({ callers, world }) => {
        const problems = [...world.bugs, ...judge(ended.toJudged(world))];
        return problems.map((problem) => `seed ${world.seed} (${callers.join(", ")}): ${problem}`);
      });
      const truths = countTruths(played.map(({ world }) => ended.toJudged(world)));
      process.stdout.write(`${toBlock(`${SCHEDULES} schedules over sockets`, [truths, ground.counts])}\n`);
      expect(failures.slice(0, 10)).toEqual([]);
      expect(ended.due).toEqual([]);
      // What was not tried is not proven.
      if (SCHEDULES < 300) return;
      const countOf = (...names: readonly string[]) => names.reduce((sum, name) => sum + (ground.counts.get(name) ?? 0), 0);
      for (const point of WRITES) expect(countOf(...STORE_FAULTS.map((fault) => `${point} ${fault}`)), point).toBeGreaterThan(20);
      for (const fault of STORE_FAULTS) expect(countOf(...WRITES.map((point) => `${point} ${fault}`)), fault).toBeGreaterThan(0);
      for (const fault of GATEWAY_FAULTS) expect(countOf(`send ${fault}`), fault).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
