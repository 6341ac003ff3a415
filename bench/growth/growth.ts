/** What grows with bodies, connections, sources and rates: in processes of their own, with the packaged function or the cache of secrets in it, over the same emulators; the fleet is simulated. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MAX_BODY_BYTES } from "../../lib/http/request.ts";
import { type Artefact, packageOurs } from "../cold/artefacts.ts";
import { endChild } from "../measure/children.ts";
import { interleave } from "../measure/interleave.ts";
import type { Comparison, Measure, Measured, Part, Settings } from "../measure/part.ts";
import { median } from "../measure/statistics.ts";
import { startWorld, toEnvironment, type World } from "../world/world.ts";
import { measureFleet, RATES } from "./fleet-measures.ts";
import { type InstanceOptions, Lookups, messageOf, startInstance, startScript } from "./instances.ts";
import { assertAnswered, CALLERS, callerOf, makeWebhook } from "./webhooks.ts";

const ROUNDS = 5;
const QUICK_ROUNDS = 2;
const WARM_UP_ROUNDS = 1;
/** A sample is the mean, or the median, of so many. */
const WEBHOOKS = 10;
const CONNECTIONS_MAX = 10_000;
/** As docs/scaling.md assumes: most of it is the gateway's. */
const ASSUMED_TRANSFER_MS = 300;

/** Bytes, the status that they are answered with, and whether the proof is somebody else's. Of `generic`, which takes what a tool sends. */
const BODIES = {
  "1 kB": { bytes: 1_024, status: 200 },
  "10 kB": { bytes: 10 * 1_024, status: 200 },
  "100 kB": { bytes: 100 * 1_024, status: 200 },
  "1 MB": { bytes: MAX_BODY_BYTES, status: 200 },
  "1 MB and a byte": { bytes: MAX_BODY_BYTES + 1, status: 413 },
  "1 MB, forged": { bytes: MAX_BODY_BYTES, status: 401, isForged: true },
} as const;
const CONNECTIONS = {
  "1": [1, "alike"],
  "100": [100, "alike"],
  "1000": [1_000, "alike"],
  "10000": [CONNECTIONS_MAX, "alike"],
  "10000, some favoured": [CONNECTIONS_MAX, "favoured"],
} as const;
const SOURCES = ["1 source", "all sources"] as const;
type Body = keyof typeof BODIES;
type Connections = keyof typeof CONNECTIONS;
type Sources = (typeof SOURCES)[number];

const NOTES = [
  "Bodies are of the source generic, filled with lines; the CPU time is that of the function's process alone, with the clients of AWS and of the gateway in it.",
  "A body of 1 MB and a byte is refused with 413 before its connection is looked up; a forged one with 401 before it is parsed.",
  "All sources are those that are called over HTTP, each once; Lex invokes a function of its own.",
  "The fleet is simulated: one connection, every transfer new, as long as measured here or as docs/scaling.md assumes (300 ms).",
];

export const growth: Part = {
  missing: async () => [],

  async measure({ rounds: given, quick, signal, say }) {
    const rounds = given ?? (quick ? QUICK_ROUNDS : ROUNDS);
    say("packaging the functions…");
    const folder = await mkdtemp(join(tmpdir(), "ccgw-growth-"));
    try {
      const packaged = await packageOurs(folder, signal);
      return await measureIn(packaged, { rounds, signal, say });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measureIn(
  { folder, handler, environment }: Artefact,
  { rounds, signal, say }: Pick<Settings, "signal" | "say"> & { readonly rounds: number },
): Promise<Measured> {
  const world = await startWorld(CONNECTIONS_MAX);
  try {
    const url = pathToFileURL(join(folder, `${handler.slice(0, handler.lastIndexOf("."))}.mjs`)).href;
    const instance = { url, environment: { ...environment, ...toEnvironment(world.addresses) }, signal };
    const plan = { rounds, warmUpRounds: WARM_UP_ROUNDS };
    say(`bodies: ${rounds} rounds, ${WEBHOOKS} webhooks of each of ${Object.keys(BODIES).length}…`);
    const bodies = await measureBodies(world, instance, plan);
    say(`connections: ${rounds} rounds, a process of each of ${Object.keys(CONNECTIONS).length}…`);
    const connections = await measureConnections(instance, plan);
    say(`sources: ${rounds} rounds, a process of each of ${SOURCES.length}…`);
    const sources = await measureSources(world, instance, plan);
    say("a fleet…");
    const transferMs = median(bodies.find(({ name }) => name === LATENCY)?.samples["1 kB"] ?? []);
    const fleet = [...measureFleet(transferMs, "as measured"), ...measureFleet(ASSUMED_TRANSFER_MS, "of 300 ms")];
    return {
      settings: { ...plan, webhooks: WEBHOOKS, rates: RATES, measuredTransferMs: transferMs, assumedTransferMs: ASSUMED_TRANSFER_MS },
      versions: { ours: environment.CCGW_VERSION ?? "unknown" },
      measures: [...bodies, ...connections, ...sources, ...fleet],
      comparisons: COMPARISONS,
      notes: NOTES,
    };
  } finally {
    await world.stop();
  }
}

interface Plan {
  readonly rounds: number;
  readonly warmUpRounds: number;
}

const BODY_CPU = "CPU time a webhook, by its body";
const LATENCY = "latency, by its body";
const CONNECTIONS_HEAP = "heap, by connections";
const CONNECTIONS_CPU = "CPU time a lookup, by connections";
const SOURCES_HEAP = "heap, by sources";
const SOURCES_CPU = "CPU time a webhook, by sources";

const COMPARISONS: readonly Comparison[] = [
  { measure: BODY_CPU, of: "100 kB", to: "1 kB" },
  { measure: BODY_CPU, of: "1 MB", to: "1 kB" },
  { measure: BODY_CPU, of: "1 MB and a byte", to: "1 kB" },
  { measure: BODY_CPU, of: "1 MB, forged", to: "1 kB" },
  { measure: CONNECTIONS_HEAP, of: "10000", to: "1000" },
  { measure: CONNECTIONS_CPU, of: "10000", to: "1" },
  { measure: SOURCES_HEAP, of: "all sources", to: "1 source" },
  { measure: SOURCES_CPU, of: "all sources", to: "1 source" },
];

/** All in one instance, which is warm. */
async function measureBodies(world: World, options: InstanceOptions, plan: Plan): Promise<readonly Measure[]> {
  const demo = callerOf("generic");
  const instance = await startInstance(options);
  try {
    const contenders = Object.keys(BODIES) as Body[];
    const take = async (contender: Body) => {
      const { status, ...how } = BODIES[contender];
      const events: string[] = [];
      for (let at = 0; at < WEBHOOKS; at += 1) events.push(await makeWebhook({ demo, world, ...how }));
      const { answers, tookMs, cpuMs } = await instance.invoke(events);
      for (const answer of answers) assertAnswered(answer, status, status === 200 ? demo : undefined);
      // Without the events: they are there until the last one is answered.
      const { heapBytes } = await instance.invoke([]);
      return { cpuMs: cpuMs / WEBHOOKS, tookMs: median(tookMs), heapBytes };
    };
    const samples = await interleave({ contenders, ...plan, take });
    return [
      { name: BODY_CPU, unit: "ms", samples: pick(samples, ({ cpuMs }) => cpuMs) },
      { name: LATENCY, unit: "ms", samples: pick(samples, ({ tookMs }) => tookMs) },
      { name: "heap after it, by its body", unit: "bytes", samples: pick(samples, ({ heapBytes }) => heapBytes) },
    ];
  } finally {
    await instance.stop();
  }
}

async function measureConnections(options: InstanceOptions, plan: Plan): Promise<readonly Measure[]> {
  const take = async (contender: Connections) => {
    const child = startScript("lookups.ts", CONNECTIONS[contender].map(String), options);
    try {
      return Lookups.parse(await messageOf(child, options.signal));
    } finally {
      await endChild(child);
    }
  };
  const samples = await interleave({ contenders: Object.keys(CONNECTIONS) as Connections[], ...plan, take });
  return [
    { name: CONNECTIONS_HEAP, unit: "bytes", samples: pick(samples, ({ heapBytes }) => heapBytes) },
    { name: "lookups of 100 that ask nobody, by connections", unit: "count", samples: pick(samples, ({ hitShare }) => hitShare * 100) },
    { name: CONNECTIONS_CPU, unit: "µs", samples: pick(samples, ({ cpuUs }) => cpuUs) },
  ];
}

/** A new instance each: first as many webhooks of one caller as there are callers, or one of each; then what a further one costs. */
async function measureSources(world: World, options: InstanceOptions, plan: Plan): Promise<readonly Measure[]> {
  const api = callerOf("api");
  const take = async (contender: Sources) => {
    const instance = await startInstance(options);
    try {
      for (const caller of CALLERS) {
        const demo = contender === "1 source" ? api : caller;
        const { answers } = await instance.invoke([await makeWebhook({ demo, world })]);
        assertAnswered(answers[0] ?? "", 200, demo);
      }
      const events: string[] = [];
      for (let at = 0; at < WEBHOOKS; at += 1) events.push(await makeWebhook({ demo: api, world }));
      const { answers, cpuMs, heapBytes } = await instance.invoke(events);
      for (const answer of answers) assertAnswered(answer, 200, api);
      return { cpuMs: cpuMs / WEBHOOKS, heapBytes };
    } finally {
      await instance.stop();
    }
  };
  const samples = await interleave({ contenders: SOURCES, ...plan, take });
  return [
    { name: SOURCES_HEAP, unit: "bytes", samples: pick(samples, ({ heapBytes }) => heapBytes) },
    { name: SOURCES_CPU, unit: "ms", samples: pick(samples, ({ cpuMs }) => cpuMs) },
  ];
}

function pick<Sample>(
  samples: Readonly<Record<string, readonly Sample[]>>,
  read: (sample: Sample) => number,
): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(Object.entries(samples).map(([contender, taken]) => [contender, taken.map(read)]));
}
