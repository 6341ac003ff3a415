/**
 * Looks connections up as the transfer function does, in a process of its own, and says what they cost: `lookups.ts NUMBER alike|favoured`. All are asked for alike, or
 * some are favoured: the second half as often as the first, the third a third as often (Zipf).
 */
import pMap from "p-map";
import { composeConnections } from "../../lib/composition/connections.ts";
import { createSecrets } from "../../lib/secrets/secrets-manager.ts";
import { createRandom } from "../measure/statistics.ts";
import { collectGarbage, type Lookups } from "./instances.ts";

/** Enough to fill the cache. */
const WARM_UP = 1_500;
const LOOKUPS = 2_000;
const CONCURRENCY = 20;
const SEED = 0x10a4;

const number = Number(process.argv[2]);
const isFavoured = process.argv[3] === "favoured";
const { signal } = new AbortController();
const random = createRandom(SEED);
const shares: number[] = [];
for (let at = 0; at < number; at += 1) shares.push((shares.at(-1) ?? 0) + (isFavoured ? 1 / (at + 1) : 1));

const secrets = createSecrets(process.env.CCGW_SECRETS_PREFIX ?? "");
let reads = 0;
const connections = composeConnections({
  ...secrets,
  readVersion(name, given) {
    reads += 1;
    return secrets.readVersion(name, given);
  },
});

async function lookUp(times: number): Promise<void> {
  const names = Array.from({ length: times }, () => {
    const point = random() * (shares.at(-1) ?? 0);
    return `bench-${shares.findIndex((share) => point < share)}`;
  });
  const found = await pMap(names, (name) => connections.get(name, signal), { concurrency: CONCURRENCY });
  if (found.includes(undefined)) throw new Error("a connection was not found");
}

collectGarbage();
const emptyBytes = process.memoryUsage().heapUsed;
await lookUp(WARM_UP);
reads = 0;
const before = process.cpuUsage();
await lookUp(LOOKUPS);
const { user, system } = process.cpuUsage(before);
collectGarbage();
const measured: Lookups = {
  hitShare: 1 - reads / LOOKUPS,
  cpuUs: (user + system) / LOOKUPS,
  heapBytes: process.memoryUsage().heapUsed - emptyBytes,
};
process.send?.(measured);
