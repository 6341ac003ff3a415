/** What `npm run load` sends, when, and what it makes of the answers. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runOpenLoop } from "../../dev/load/open-loop.ts";
import { planLoad } from "../../dev/load/plan.ts";
import { describeLatencies, findFaults, type LoadSample } from "../../dev/load/verdict.ts";

describe("the plan", () => {
  it("has a transfer of its own at each instant, and for each ten a second sending, a repeat and two questions", () => {
    const planned = planLoad({ perSecond: 20, seconds: 1 });
    expect(planned.filter(({ kind }) => kind === "transfer").map(({ dueMs }) => dueMs)).toEqual(
      Array.from({ length: 20 }, (_, n) => n * 50),
    );
    const others = planned.filter(({ kind }) => kind !== "transfer").map(({ kind, index, dueMs }) => [kind, index, dueMs]);
    expect(others).toEqual([
      ["duplicate", 0, 0],
      ["duplicate", 10, 500],
      ["replay", 3, 2_150],
      ["status", 6, 2_300],
      ["status", 9, 2_450],
      ["replay", 13, 2_650],
      ["status", 16, 2_800],
      ["status", 19, 2_950],
    ]);
  });
});

describe("the open loop", () => {
  it("sends what is due while others are not answered yet, and counts from when it was due", async () => {
    const planned = [{ dueMs: 0 }, { dueMs: 1 }, { dueMs: 2 }];
    const gate = Promise.withResolvers<void>();
    let underWay = 0;
    const send = async () => {
      underWay += 1;
      if (underWay === 3) sleep(50).then(gate.resolve);
      await gate.promise;
      return "answered";
    };
    const samples = await runOpenLoop({ planned, underWayMax: 3, send });
    expect(samples.map(({ answer }) => answer)).toEqual(["answered", "answered", "answered"]);
    const [first, second, third] = samples.map(({ latencyMs }) => latencyMs);
    expect(first).toBeGreaterThan(second ?? Number.NaN);
    expect(second).toBeGreaterThan(third ?? Number.NaN);
  });

  it("does not send what is due while as many are under way as may be, and says so", async () => {
    const gate = Promise.withResolvers<void>();
    setTimeout(gate.resolve, 50);
    const planned = [{ dueMs: 0 }, { dueMs: 0 }, { dueMs: 200 }];
    const samples = await runOpenLoop({ planned, underWayMax: 1, send: async () => gate.promise.then(() => "answered") });
    expect(samples.map(({ answer }) => answer)).toEqual(["answered", undefined, "answered"]);
  });
});

describe("the verdict", () => {
  const ACCEPTED = { status: 200, said: "accepted", replayed: false, transferId: "t-0" };
  const CALL = { callId: "1-0", body: "", retcode: "0", acted: true };
  const sample = (over: object = {}, kind: LoadSample["request"]["kind"] = "transfer", latencyMs = 10): LoadSample => ({
    request: { kind, index: 0, dueMs: 0 },
    answer: { ...ACCEPTED, ...over },
    latencyMs,
  });
  const faultsOf = (samples: readonly LoadSample[], transfers = [CALL]) => findFaults(samples, { callIds: ["1-0"], transfers });

  it("is good where one transfer was made, told once as such and then from its record", () => {
    expect(
      faultsOf([sample({ replayed: true }), sample({}, "duplicate"), sample({ replayed: true }, "replay"), sample({}, "status")]),
    ).toEqual([]);
  });

  it.each([
    ["the gateway was asked twice", [sample()], [CALL, CALL]],
    ["the gateway was not asked", [sample()], []],
    ["the gateway moved nothing", [sample()], [{ ...CALL, acted: false }]],
    ["a delivery was answered as two", [sample(), sample({}, "replay")], [CALL]],
    ["a delivery has two names", [sample(), sample({ replayed: true, transferId: "t-1" }, "replay")], [CALL]],
    ["an answer is another one", [sample({ status: 202, said: "unknown" })], [CALL]],
    ["no answer came", [sample({ status: 0, said: "ECONNRESET", transferId: undefined })], [CALL]],
  ])("is bad where %s", (_what, samples, transfers) => {
    expect(faultsOf(samples, transfers)).not.toEqual([]);
  });

  it("tells latencies by the nearest rank", () => {
    const samples = Array.from({ length: 200 }, (_each, index) => sample({}, "transfer", 200 - index));
    expect(describeLatencies(samples)).toEqual(["transfer     200   p50   100   p95   190   p99   198   max   200 ms"]);
  });
});
