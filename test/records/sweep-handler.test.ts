import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { WatchPauses } from "../../lib/records/pause-watch.ts";
import type { Sweep } from "../../lib/records/sweep.ts";
import { createSweepHandler } from "../../lib/records/sweep-handler.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";

const watchPauses = async () => 0;

it("settles twenty at a time, so that a gateway which hangs holds up no more", async () => {
  let running = 0;
  let most = 0;
  const sweep: Sweep = {
    due: () => oneByOne(Array.from({ length: 50 }, (_, at) => `id-${at}`)),
    newerDue: async () => 0,
    async settle() {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return "told";
    },
  };
  const log = createKeptLog();
  await createSweepHandler({ open: async () => sweep, watchPauses, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
  expect(most).toBe(20);
  expect(log.runs).toMatchObject([{ told: 50, failed: 0 }]);
});

describe("a sweep of more than it can do", () => {
  const NEWER_MAX = 8_000;

  /** Of those that are due, the first `newer` are a newer version's. What was done, and how many were asked for. */
  async function sweep(newer: number) {
    let asked = 0;
    async function* due() {
      while (asked < 20_000) {
        asked += 1;
        yield String(asked);
      }
    }
    const settle: Sweep["settle"] = async (id) => (Number(id) <= newer ? "newer" : "told");
    const log = createKeptLog();
    const open = async () => ({ due, newerDue: async () => 0, settle });
    await createSweepHandler({ open, watchPauses, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
    return { asked, run: log.runs[0] };
  }

  it.each([0, 1_000, 7_200])("comes to ours behind %i of a newer version, and leaves the rest for the next one", async (newer) => {
    const { run, asked } = await sweep(newer);
    expect(run).toMatchObject({ told: 800, failed: 0, ...(newer > 0 && { newer }) });
    expect(asked).toBe(newer + 801);
  });

  it.each<[string, () => Promise<"nothing">]>([
    ["fail", () => Promise.reject(new Error("planted"))],
    ["are not due any more", async () => "nothing"],
  ])("comes to those behind 900 that %s", async (_what, first) => {
    const log = createKeptLog();
    const ids = Array.from({ length: 902 }, (_each, at) => String(at));
    const settle: Sweep["settle"] = async (id) => (Number(id) < 900 ? first() : "told");
    const open = async () => ({ due: () => oneByOne(ids), newerDue: async () => 0, settle });
    await createSweepHandler({ open, watchPauses, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
    expect(log.runs).toMatchObject([{ told: 2 }]);
  });

  it("does not look at those of a newer version without end", async () => {
    const { run, asked } = await sweep(Number.POSITIVE_INFINITY);
    expect(run).toMatchObject({ told: 0, newer: NEWER_MAX });
    expect(asked).toBe(NEWER_MAX + 1);
  });
});

describe("what a sweep measures", () => {
  type Done = Awaited<ReturnType<Sweep["settle"]>> | Error;
  async function measured(due: readonly Done[] | Error, newerDue = 0) {
    const log = createKeptLog();
    const sweep: Sweep = {
      due: () => oneByOne(due instanceof Error ? due : due.map((_done, at) => String(at))),
      newerDue: async () => newerDue,
      settle: async (id) => {
        const done = due instanceof Error ? due : due[Number(id)];
        if (done === undefined || done instanceof Error) throw done;
        return done;
      },
    };
    await createSweepHandler({ open: async () => sweep, watchPauses, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
    return Object.fromEntries(log.measures.map(({ metric, value }) => [metric, value]));
  }

  it.each<[string, readonly Done[] | Error, object]>([
    ["that nothing was due", [], { OpenUnknown: 0, NewerRecords: 0, SweepFailures: 0, PausedMinutes: 0 }],
    [
      "whose fate is not known",
      ["unknown", "told", "lease-ended", "settled", "nothing"],
      { OpenUnknown: 2, NewerRecords: 0, SweepFailures: 0, PausedMinutes: 0 },
    ],
    ["what a newer version wrote", ["newer", "told", "newer"], { OpenUnknown: 0, NewerRecords: 2, SweepFailures: 0, PausedMinutes: 0 }],
    [
      "what failed",
      [new Error("one"), "told", new Error("other")],
      { OpenUnknown: 0, NewerRecords: 0, SweepFailures: 2, PausedMinutes: 0 },
    ],
    ["that it failed as a whole, and nothing of what it did not see", new Error("store"), { SweepFailures: 1, PausedMinutes: 0 }],
  ])("is %s", async (_what, due, told) => {
    expect(await measured(due)).toEqual(told);
  });

  it("is what a newer version wrote where nobody else looks", async () => {
    expect(await measured(["newer", "told"], 3)).toMatchObject({ NewerRecords: 4 });
  });
});

it.each<[readonly ("newer" | "told")[], object]>([
  [["newer", "told", "newer"], { told: 1, failed: 0, newer: 2 }],
  [["told"], { told: 1, failed: 0 }],
])("says how many are a newer version's, where there are any: %j", async (due, told) => {
  const log = createKeptLog();
  const sweep: Sweep = {
    due: () => oneByOne(due.map((_done, at) => String(at))),
    newerDue: async () => 0,
    settle: async (id) => due[Number(id)] ?? "nothing",
  };
  await createSweepHandler({ open: async () => sweep, watchPauses, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
  const counts = { leasesEnded: 0, settled: 0, unknown: 0 };
  expect(log.runs).toEqual([{ lambdaRequestId: "lambda-request", ...counts, ...told }]);
});

it.each<[string, WatchPauses, object]>([
  ["for how long something is paused", async () => 1_441, { PausedMinutes: 1_441, SweepFailures: 0 }],
  ["that it could not be read", async () => Promise.reject(new Error("store")), { SweepFailures: 1 }],
])("measures %s, beside what it settles", async (_what, watch, told) => {
  const log = createKeptLog();
  const sweep: Sweep = { due: () => oneByOne(["one"]), newerDue: async () => 0, settle: async () => "told" };
  await createSweepHandler({ open: async () => sweep, watchPauses: watch, log })(
    {},
    { ...toContext(), getRemainingTimeInMillis: () => 50_000 },
  );
  const measured = Object.fromEntries(log.measures.map(({ metric, value }) => [metric, value]));
  expect(measured).toEqual({ OpenUnknown: 0, NewerRecords: 0, ...told });
  expect(log.runs).toMatchObject([{ told: 1 }]);
});

describe("a shard that cannot be read", () => {
  async function sweepWithout(shards: number, remainingMs: number) {
    const log = createKeptLog();
    const sweep: Sweep = {
      async *due(signal, tellUnread) {
        yield "one";
        if (remainingMs < 6_000) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        for (let shard = 0; shard < shards; shard += 1) tellUnread(new TransferError("store-unavailable", { reason: "planted" }));
      },
      newerDue: async () => 0,
      settle: async () => "told",
    };
    await createSweepHandler({ open: async () => sweep, watchPauses, log })(
      {},
      { ...toContext(), getRemainingTimeInMillis: () => remainingMs },
    );
    return log;
  }

  it("is told of and counted, each of them, and what the others have is done", async () => {
    const { problems, measures, runs } = await sweepWithout(3, 50_000);
    const problem = { what: "shard not read", fields: expect.objectContaining({ code: "store-unavailable", reason: "planted" }) };
    expect(problems).toEqual([problem, problem, problem]);
    expect(measures).toContainEqual(expect.objectContaining({ metric: "SweepFailures", value: 3 }));
    expect(runs).toMatchObject([{ told: 1, failed: 3 }]);
  });

  it("is none where the time was over", async () => {
    expect((await sweepWithout(1, 5_010)).runs).toMatchObject([{ told: 1, failed: 0 }]);
  });
});

async function* oneByOne(ids: readonly string[] | Error): AsyncGenerator<string> {
  if (ids instanceof Error) throw ids;
  yield* ids;
}
