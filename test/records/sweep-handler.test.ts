import { describe, expect, it } from "vitest";
import type { Sweep } from "../../lib/records/sweep.ts";
import { createSweepHandler } from "../../lib/records/sweep-handler.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";

it("settles twenty at a time, so that a gateway which hangs holds up no more", async () => {
  let running = 0;
  let most = 0;
  const sweep: Sweep = {
    due: async () => Array.from({ length: 50 }, (_, at) => `id-${at}`),
    async settle() {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return "told";
    },
  };
  const log = createKeptLog();
  await createSweepHandler({ open: async () => sweep, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
  expect(most).toBe(20);
  expect(log.runs).toMatchObject([{ told: 50, failed: 0 }]);
});

describe("what a sweep measures", () => {
  type Done = Awaited<ReturnType<Sweep["settle"]>> | Error;
  async function measured(due: readonly Done[] | Error) {
    const log = createKeptLog();
    const sweep: Sweep = {
      due: async () => (due instanceof Error ? Promise.reject(due) : due.map((_done, at) => String(at))),
      settle: async (id) => {
        const done = due instanceof Error ? due : due[Number(id)];
        if (done === undefined || done instanceof Error) throw done;
        return done;
      },
    };
    await createSweepHandler({ open: async () => sweep, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
    return Object.fromEntries(log.measures.map(({ metric, value }) => [metric, value]));
  }

  it.each<[string, readonly Done[] | Error, object]>([
    ["that nothing was due", [], { OpenUnknown: 0, NewerRecords: 0, SweepFailures: 0 }],
    [
      "whose fate is not known",
      ["unknown", "told", "lease-ended", "settled", "nothing"],
      { OpenUnknown: 2, NewerRecords: 0, SweepFailures: 0 },
    ],
    ["what a newer version wrote", ["newer", "told", "newer"], { OpenUnknown: 0, NewerRecords: 2, SweepFailures: 0 }],
    ["what failed", [new Error("one"), "told", new Error("other")], { OpenUnknown: 0, NewerRecords: 0, SweepFailures: 2 }],
    ["that it failed as a whole, and nothing of what it did not see", new Error("store"), { SweepFailures: 1 }],
  ])("is %s", async (_what, due, told) => {
    expect(await measured(due)).toEqual(told);
  });
});

it.each<[readonly ("newer" | "told")[], object]>([
  [["newer", "told", "newer"], { told: 1, failed: 0, newer: 2 }],
  [["told"], { told: 1, failed: 0 }],
])("says how many are a newer version's, where there are any: %j", async (due, told) => {
  const log = createKeptLog();
  const sweep: Sweep = { due: async () => due.map((_done, at) => String(at)), settle: async (id) => due[Number(id)] ?? "nothing" };
  await createSweepHandler({ open: async () => sweep, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
  const counts = { leasesEnded: 0, settled: 0, unknown: 0 };
  expect(log.runs).toEqual([{ lambdaRequestId: "lambda-request", ...counts, ...told }]);
});
