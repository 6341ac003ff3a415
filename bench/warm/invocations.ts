/** Latency, CPU time and allocations of a transfer through each handler, one after another, and what of it is not the gateway's. */
import { interleave } from "../measure/interleave.ts";
import type { Measure } from "../measure/part.ts";
import { quantile } from "../measure/statistics.ts";
import type { Invoked } from "./contender.ts";
import type { Section, Setting } from "./setting.ts";
import { KEPT_SOCKET, OWN_SOCKET, startTaker, startTakers, TAKERS, type TakerName } from "./takers.ts";
import { SOURCES } from "./webhooks.ts";

/** A round. */
const TRANSFERS = 200;
/** In each process before the first round: fewer leave functions that are not compiled yet. */
const WARM_UP_TRANSFERS = 1_500;
/** So few that nothing is collected meanwhile. */
const ALLOCATING_TRANSFERS = 40;
const ALLOCATION_SAMPLES = 7;
const ALLOCATION_WARM_UP = 400;
/** In MB, of young objects: a collection would hide what was allocated. */
const ALLOCATION_FLAGS = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];

const ADDED_P50 = "added, p50 of a round";
const ADDED_P99 = "added, p99 of all";
const CPU = "CPU time a transfer";
const ALLOCATED = "heap allocated a transfer";
/** Of issue and budget. */
const CPU_OVER_FLOOR = 1.5;
const ADDED_P50_MS = 1;
const ADDED_P99_MS = 3;

const NOTES = [
  `"added" is over ${OWN_SOCKET}, of the same round or of all rounds together: a bare undici request of the same wire body, sent as our client sends it.`,
  "A socket of its own costs the client a TLS handshake (resumed); our client has it so that no transfer is written to a connection that was frozen or closed meanwhile.",
  "replay asks the gateway for nothing. usual-stack keeps its connections, claims no delivery and keeps no record.",
];

type Samples = ReadonlyMap<TakerName, readonly Invoked[]>;

export async function measureInvocations(setting: Setting): Promise<Section> {
  const { rounds, say } = setting;
  say(`${TAKERS.length} handlers: ${WARM_UP_TRANSFERS} transfers each to warm up, then ${rounds} rounds of ${TRANSFERS}…`);
  const samples = await takeSamples(setting);
  say("what each allocates…");
  const allocated: Record<string, readonly number[]> = {};
  for (const name of TAKERS) allocated[name] = await takeAllocations(name, setting);

  return {
    settings: {
      invocations: { transfersARound: TRANSFERS, warmUpTransfers: WARM_UP_TRANSFERS },
      allocations: { flags: ALLOCATION_FLAGS, warmUpTransfers: ALLOCATION_WARM_UP, transfersASample: ALLOCATING_TRANSFERS },
    },
    measures: [...toAdded(samples), ...toCpu(samples), { name: ALLOCATED, unit: "bytes", samples: allocated }, ...toLatencies(samples)],
    comparisons: [
      ...SOURCES.flatMap((of) => [OWN_SOCKET, KEPT_SOCKET].map((to) => ({ measure: CPU, of, to, atMost: CPU_OVER_FLOOR }))),
      ...["usual-stack", OWN_SOCKET].map((to) => ({ measure: ALLOCATED, of: "api", to })),
      ...[
        { measure: CPU, of: "api", to: "usual-stack" },
        { measure: CPU, of: "replay", to: OWN_SOCKET },
      ],
    ],
    limits: SOURCES.flatMap((of) => [
      { measure: ADDED_P50, of, atMost: ADDED_P50_MS },
      { measure: ADDED_P99, of, atMost: ADDED_P99_MS },
    ]),
    notes: NOTES,
  };
}

async function takeSamples(setting: Setting): Promise<Samples> {
  const takers = await startTakers(setting, WARM_UP_TRANSFERS);
  try {
    const take = async (name: TakerName) => {
      const invoked = await takers.get(name)?.invoke(TRANSFERS);
      if (invoked === undefined) throw new Error(`${name} was not started`);
      return invoked;
    };
    const samples = await interleave({ contenders: TAKERS, rounds: setting.rounds, warmUpRounds: 0, take });
    return new Map(TAKERS.map((name) => [name, samples[name]]));
  } finally {
    await Promise.all([...takers.values()].map(({ stop }) => stop()));
  }
}

/** In a process of its own, whose heap has room: CPU time would be another there. */
async function takeAllocations(name: TakerName, setting: Setting): Promise<readonly number[]> {
  const taker = await startTaker(name, setting, ALLOCATION_FLAGS);
  try {
    await taker.invoke(ALLOCATION_WARM_UP);
    const bytes: number[] = [];
    while (bytes.length < ALLOCATION_SAMPLES) {
      const allocated = await taker.allocate(ALLOCATING_TRANSFERS);
      if (allocated.collections > 0) throw new Error(`${name} collected what it had allocated: it cannot be told`);
      bytes.push(allocated.bytes / ALLOCATING_TRANSFERS);
    }
    return bytes;
  } finally {
    await taker.stop();
  }
}

function toAdded(samples: Samples): readonly Measure[] {
  const ofRound = (name: TakerName, round: number) => quantile(samples.get(name)?.[round]?.tookMs ?? [], 0.5);
  const overOf = (floor: TakerName) =>
    of(SOURCES, (name) => (samples.get(name) ?? []).map((_sample, round) => ofRound(name, round) - ofRound(floor, round)));
  const ofAll = (q: number) => of(SOURCES, (name) => [quantile(pool(samples, name), q) - quantile(pool(samples, OWN_SOCKET), q)]);
  return [
    { name: ADDED_P50, unit: "ms", samples: overOf(OWN_SOCKET) },
    { name: ADDED_P99, unit: "ms", samples: ofAll(0.99) },
    { name: "added, p99.9 of all", unit: "ms", samples: ofAll(0.999) },
    { name: `added to that of ${KEPT_SOCKET}, p50 of a round`, unit: "ms", samples: overOf(KEPT_SOCKET) },
  ];
}

function toCpu(samples: Samples): readonly Measure[] {
  const ofEach = (name: TakerName) => (samples.get(name) ?? []).map(({ cpuUs }) => cpuUs / TRANSFERS);
  const kept = ofEach(KEPT_SOCKET);
  const sockets = ofEach(OWN_SOCKET).map((own, round) => own - (kept[round] ?? 0));
  return [
    { name: CPU, unit: "µs", samples: of(TAKERS, ofEach) },
    { name: "CPU time of a socket and its handshake", unit: "µs", samples: { client: sockets } },
  ];
}

function toLatencies(samples: Samples): readonly Measure[] {
  const ofAll = (q: number) => of(TAKERS, (name) => [quantile(pool(samples, name), q)]);
  return [
    { name: "latency", unit: "ms", samples: of(TAKERS, (name) => pool(samples, name)) },
    { name: "latency, p99 of all", unit: "ms", samples: ofAll(0.99) },
    { name: "latency, p99.9 of all", unit: "ms", samples: ofAll(0.999) },
  ];
}

function of<Name extends string>(names: readonly Name[], read: (name: Name) => readonly number[]): Measure["samples"] {
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}

function pool(samples: Samples, name: TakerName): readonly number[] {
  return (samples.get(name) ?? []).flatMap(({ tookMs }) => tookMs);
}
