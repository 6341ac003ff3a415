/** Cold starts: the packaged transfer function beside what would be used instead, a process each time, under AWS's own runtime interface client. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { version as esbuild } from "esbuild";
import { interleave } from "../measure/interleave.ts";
import type { Comparison, Measure, Part } from "../measure/part.ts";
import { startWorld } from "../world/world.ts";
import { type Artefact, CONTENDERS, type Contender, makeArtefacts } from "./artefacts.ts";
import { type ColdSample, takeSample } from "./sample.ts";

/** As `npm run bench` installs it. */
const RUNTIME = fileURLToPath(new URL("../node_modules/aws-lambda-ric/index.mjs", import.meta.url));
const ROUNDS = 25;
const QUICK_ROUNDS = 3;
/** What is read from disk is in memory then, as on a machine of Lambda that has started the function before. */
const WARM_UP_ROUNDS = 1;
/** Those that transfer: the others answer 200, and do nothing. */
const TRANSFER: readonly Contender[] = ["ours", "usual-stack"];
const INIT = "init";
const INIT_CPU = "init, CPU time";
const INIT_AND_FIRST = "init and first invocation";
const INIT_AND_FIRST_CPU = "init and first invocation, CPU time";
const ZIPPED = "artefact, zipped";

const NOTES = [
  "sdk-as-it-comes and usual-stack are bundled by esbuild's defaults for Node, not minified; sdk-bundled-as-ours with this project's options, minified.",
  "ours and usual-stack make a transfer; empty and the two of the SDK answer 200 and ask nobody. usual-stack claims no delivery and keeps no record.",
];

type Read = (sample: ColdSample) => number | undefined;

const MEASURES: readonly { readonly name: string; readonly unit: Measure["unit"]; readonly read: Read }[] = [
  { name: INIT, unit: "ms", read: ({ initMs }) => initMs },
  { name: INIT_CPU, unit: "ms", read: ({ initCpuMs }) => initCpuMs },
  { name: "first invocation", unit: "ms", read: ({ firstMs }) => firstMs },
  { name: INIT_AND_FIRST, unit: "ms", read: ({ initMs, firstMs }) => initMs + firstMs },
  {
    name: INIT_AND_FIRST_CPU,
    unit: "ms",
    read: ({ initCpuMs, firstCpuMs }) => (initCpuMs === undefined || firstCpuMs === undefined ? undefined : initCpuMs + firstCpuMs),
  },
  { name: "second invocation", unit: "ms", read: ({ secondMs }) => secondMs },
  { name: "peak memory", unit: "bytes", read: ({ peakBytes }) => peakBytes },
];

/** Of issue and budget: init at or under that of a function that only loads the SDK, a third of the usual stack's. */
const COMPARISONS: readonly Comparison[] = [INIT, INIT_CPU, INIT_AND_FIRST, INIT_AND_FIRST_CPU, "peak memory", ZIPPED].flatMap(
  (measure) => [
    { measure, of: "ours", to: "sdk-as-it-comes", ...([INIT, INIT_CPU].includes(measure) && { atMost: 1 }) },
    { measure, of: "ours", to: "usual-stack", ...([INIT, INIT_CPU].includes(measure) && { atMost: 1 / 3 }) },
  ],
);

export const cold: Part = {
  async missing() {
    const client = join(dirname(RUNTIME), "rapid-client.node");
    if (existsSync(RUNTIME) && existsSync(client)) return [];
    return ["aws-lambda-ric is not built: it wants Linux, a C++ compiler, make and cmake (then: rm -r bench/node_modules)."];
  },

  async measure({ rounds: given, quick, signal, say }) {
    const rounds = given ?? (quick ? QUICK_ROUNDS : ROUNDS);
    say("packaging the functions, bundling the rivals…");
    const artefacts = await makeArtefacts(signal);
    try {
      const world = await startWorld();
      try {
        say(`${WARM_UP_ROUNDS} round to warm up, ${rounds} to measure, ${CONTENDERS.length} cold starts each…`);
        const callIds: string[] = [];
        const take = async (contender: Contender) => {
          const transfers = TRANSFER.includes(contender);
          const sample = await takeSample({ runtime: RUNTIME, artefact: artefacts.of[contender], world, transfers, signal }).catch(
            (cause: unknown) => {
              throw new Error(`${contender} failed`, { cause });
            },
          );
          if (transfers) callIds.push(...sample.callIds);
          return sample;
        };
        const samples = await interleave({ contenders: CONTENDERS, rounds, warmUpRounds: WARM_UP_ROUNDS, take });
        await world.assertTransferred(callIds);
        const sizeOf = (read: (artefact: Artefact) => number) =>
          Object.fromEntries(CONTENDERS.map((contender) => [contender, [read(artefacts.of[contender])]]));
        const measures: readonly Measure[] = [
          ...MEASURES.flatMap((measure) => toMeasure(measure, samples)),
          { name: ZIPPED, unit: "bytes", samples: sizeOf(({ zippedBytes }) => zippedBytes) },
          { name: "artefact, unzipped", unit: "bytes", samples: sizeOf(({ unzippedBytes }) => unzippedBytes) },
        ];
        return {
          settings: { rounds, warmUpRounds: WARM_UP_ROUNDS, contenders: CONTENDERS, runtime: "aws-lambda-ric under this Node" },
          versions: { ours: artefacts.of.ours.environment.CCGW_VERSION ?? "unknown", esbuild },
          measures,
          comparisons: COMPARISONS.filter(({ measure }) => measures.some(({ name }) => name === measure)),
          notes: [...NOTES, ...toMissing(measures)],
        };
      } finally {
        await world.stop();
      }
    } finally {
      await artefacts.remove();
    }
  },
};

/** None where one sample could not be taken. */
function toMeasure(
  { name, unit, read }: (typeof MEASURES)[number],
  samples: Readonly<Record<string, readonly ColdSample[]>>,
): readonly Measure[] {
  const values = Object.entries(samples).map(([contender, taken]) => [contender, taken.map(read)] as const);
  const isWhole = values.every(([, list]) => list.every((value) => value !== undefined));
  return isWhole ? [{ name, unit, samples: Object.fromEntries(values) as Measure["samples"] }] : [];
}

function toMissing(measures: readonly Measure[]): readonly string[] {
  const missing = MEASURES.filter(({ name }) => !measures.some((measure) => measure.name === name));
  return missing.length === 0 ? [] : [`Not measured, for want of /proc: ${missing.map(({ name }) => name).join("; ")}.`];
}
