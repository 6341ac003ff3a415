/** Warm: what the function costs once it has run for a while, over what the gateway takes by itself, and beside what would be used instead. */
import type { Measured, Part } from "../measure/part.ts";
import { AGENT, startWorld, toEnvironment } from "../world/world.ts";
import { makeBundles } from "./bundles.ts";
import { measureInvocations } from "./invocations.ts";
import type { Section } from "./setting.ts";
import { measureStore } from "./store-calls.ts";
import { measureThroughput } from "./throughput.ts";

const ROUNDS = 10;
const QUICK_ROUNDS = 2;

/** What the template sets, where a figure does not depend on it. */
const FUNCTION_ENVIRONMENT = { CCGW_VERSION: "bench", CCGW_RETENTION_DAYS: "30", CCGW_KEEPER_FUNCTION: "none" };

export const warm: Part = {
  // Its packages are installed before it runs.
  missing: async () => [],

  async measure({ rounds: given, quick, signal, say }) {
    const rounds = given ?? (quick ? QUICK_ROUNDS : ROUNDS);
    say("bundling…");
    const bundles = await makeBundles();
    try {
      const world = await startWorld();
      try {
        const { url, ca, guid } = world.addresses.gateway;
        const environment = {
          ...{ ...toEnvironment(world.addresses), ...FUNCTION_ENVIRONMENT },
          ...{ GATEWAY_URL: url, GATEWAY_CA: ca, GATEWAY_GUID: guid, GATEWAY_AGENT: AGENT },
        };
        const callIds: string[] = [];
        const prepareCalls = async (count: number) => {
          const prepared = await world.prepareCalls(count);
          callIds.push(...prepared);
          return prepared;
        };
        const setting = { rounds, signal, say, prepareCalls, environment, pathOf: bundles.pathOf };
        const sections = [await measureInvocations(setting), await measureThroughput(setting), await measureStore(setting)];
        await world.assertTransferred(callIds);
        return merge(rounds, sections);
      } finally {
        await world.stop();
      }
    } finally {
      await bundles.remove();
    }
  },
};

function merge(rounds: number, sections: readonly Section[]): Measured {
  return {
    settings: Object.assign({ rounds }, ...sections.map(({ settings }) => settings)),
    versions: {},
    measures: sections.flatMap(({ measures }) => measures),
    comparisons: sections.flatMap(({ comparisons }) => comparisons),
    limits: sections.flatMap(({ limits = [] }) => limits),
    notes: sections.flatMap(({ notes }) => notes),
  };
}
