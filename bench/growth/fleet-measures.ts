/** What a simulated fleet is asked for in the report. */
import type { Measure } from "../measure/part.ts";
import { type Fleet, simulateFleet } from "./fleet.ts";

/** Transfers a second. */
export const RATES = [1, 100, 10_000] as const;

/** Counted, not measured: a sample each. */
export function measureFleet(transferMs: number, how: string): readonly Measure[] {
  const fleets = RATES.map((perSecond) => [`${perSecond} a second`, simulateFleet({ perSecond, transferMs })] as const);
  const of = (name: string, read: (fleet: Fleet) => number): Measure => ({
    name: `${name}, transfers ${how}`,
    unit: "count",
    samples: Object.fromEntries(fleets.map(([rate, fleet]) => [rate, [read(fleet)]])),
  });
  return [
    of("instances", ({ instances }) => instances),
    of("Secrets Manager calls of 1000", ({ secretsCallsPerTransfer }) => secretsCallsPerTransfer * 1_000),
    of("Secrets Manager calls in the first second", ({ secretsCallsInASecond }) => secretsCallsInASecond),
    of("DynamoDB reads of 1000", ({ readsPerTransfer }) => readsPerTransfer * 1_000),
    of("DynamoDB writes of 1000", ({ writesPerTransfer }) => writesPerTransfer * 1_000),
  ];
}
