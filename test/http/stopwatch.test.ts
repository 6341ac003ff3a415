import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { startStopwatch } from "../../lib/http/stopwatch.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";

function start(options: { readonly requestedAtMs?: number; readonly runtimeLeftMs?: number } = {}) {
  const clock = createManualClock();
  const stopwatch = startStopwatch({ ...clock, requestedAtMs: options.requestedAtMs, runtimeLeftMs: options.runtimeLeftMs });
  onTestFinished(() => stopwatch.end());
  return { clock, stopwatch };
}

describe("the time of an invocation", () => {
  it.each([
    ["a cold start counts", INSTANT - 2_500, 2_500],
    ["an old event has spent it all", INSTANT - 86_400_000, 86_400_000],
    ["an event from the future has spent nothing", INSTANT + 5_000, 0],
    ["an event without a time has spent nothing", undefined, 0],
  ])("%s", (_name, requestedAtMs, spent) => {
    const { stopwatch, clock } = start(requestedAtMs === undefined ? {} : { requestedAtMs });
    expect(stopwatch.elapsedMs()).toBe(spent);
    expect(stopwatch.deadline(10_000).remainingMs()).toBe(10_000 - spent);
    clock.pass(400);
    expect(stopwatch.elapsedMs()).toBe(spent + 400);
  });

  it("goes on while a machine is frozen, whose monotonic clock stands still", () => {
    const { stopwatch, clock } = start();
    const deadline = stopwatch.deadline(10_000);
    clock.jump(60_000);
    expect(deadline.remainingMs()).toBe(-50_000);
  });

  it("goes on when the wall clock is set back", () => {
    const { stopwatch, clock } = start();
    const deadline = stopwatch.deadline(10_000);
    clock.jump(-3_600_000);
    clock.pass(1_000);
    expect(deadline.remainingMs()).toBe(9_000);
  });
});

describe("a deadline", () => {
  it.each([
    [{ runtimeLeftMs: 28_000 }, 25_000, 25_000],
    [{ runtimeLeftMs: 6_000 }, 25_000, 5_500],
    [{ runtimeLeftMs: 100 }, 25_000, -400],
    [{ runtimeLeftMs: 6_000, requestedAtMs: INSTANT - 2_000 }, 25_000, 5_500],
    [{ runtimeLeftMs: 6_000, requestedAtMs: INSTANT - 2_000 }, 4_000, 2_000],
    [{}, 25_000, 25_000],
  ])("with %j and a budget of %i ms leaves %i ms", (options, budgetMs, left) => {
    expect(start(options).stopwatch.deadline(budgetMs).remainingMs()).toBe(left);
  });

  it("aborts when it is over", async () => {
    const { signal } = start().stopwatch.deadline(5);
    await once(signal, "abort");
    expect(signal.aborted).toBe(true);
  });

  it("that was over before aborts too", async () => {
    const { signal } = start({ requestedAtMs: INSTANT - 20_000 }).stopwatch.deadline(1_000);
    if (!signal.aborted) await once(signal, "abort");
    expect(signal.aborted).toBe(true);
  });

  it("aborts, with all others, once the answer leaves", () => {
    const { stopwatch } = start();
    const deadlines = [stopwatch.deadline(10_000), stopwatch.deadline(20_000)];
    expect(deadlines.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    stopwatch.end();
    expect(deadlines.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});
