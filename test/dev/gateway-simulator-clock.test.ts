/** The simulator's clocks: the one that a test moves, and the machine's own. */
import { describe, expect, it } from "vitest";
import { systemClock } from "../../dev/gateway-simulator/clock.ts";
import { createManualClock } from "../../dev/gateway-simulator/simulator.ts";

const NEVER = new AbortController().signal;

describe("a manual clock", () => {
  it("stands still until it is advanced", async () => {
    const clock = createManualClock(1_000);
    expect(clock.now()).toBe(1_000);
    await clock.advance(5);
    expect(clock.now()).toBe(1_005);
  });

  it("wakes who waits in the order of their times, each at its own, also who begins to wait meanwhile", async () => {
    const clock = createManualClock(0);
    const woken: string[] = [];
    const note = (name: string) => woken.push(`${name} at ${clock.now()}`);
    void clock.wait(30, NEVER).then(() => note("late"));
    void clock.wait(10, NEVER).then(async () => {
      note("early");
      await clock.wait(5, NEVER);
      note("again");
    });
    void clock.wait(41, NEVER).then(() => note("too late"));
    await clock.advance(40);
    expect(woken).toEqual(["early at 10", "again at 15", "late at 30"]);
    expect(clock.now()).toBe(40);
  });

  it("is cut short by the signal, before or while it waits", async () => {
    const clock = createManualClock();
    const cut = new AbortController();
    const waiting = clock.wait(10, cut.signal);
    cut.abort();
    expect(await waiting).toBe(false);
    expect(await clock.wait(10, cut.signal)).toBe(false);
    expect(await clock.wait(0, NEVER)).toBe(true);
    const whole = clock.wait(10, NEVER);
    await clock.advance(10);
    expect(await whole).toBe(true);
  });
});

describe("the machine's own clock", () => {
  it("waits, and is cut short by the signal", async () => {
    expect(await systemClock.wait(1, NEVER)).toBe(true);
    expect(await systemClock.wait(60_000, AbortSignal.abort())).toBe(false);
  });
});
