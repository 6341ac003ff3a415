import { describe, expect, it } from "vitest";
import { createEventTeller } from "../../lib/sessions/event-teller.ts";

const UNTOLD_MAX = 200;

function start() {
  const taken: (readonly number[])[] = [];
  const problems: unknown[] = [];
  let fails = false;
  const tell = createEventTeller<number>({
    async take(events) {
      if (fails) throw new Error("the store is gone");
      taken.push(events);
    },
    onNotTaken: (error) => problems.push(error),
  });
  return {
    tell,
    taken,
    problems,
    fail(now: boolean) {
      fails = now;
    },
  };
}

describe("events that are told", () => {
  it("are taken once", async () => {
    const { tell, taken } = start();
    await tell([1, 2]);
    await tell([]);
    await tell([3]);
    expect(taken).toEqual([[1, 2], [3]]);
  });

  it("and not taken are told again, before the next and also without any", async () => {
    const { tell, taken, problems, fail } = start();
    fail(true);
    await tell([1]);
    await tell([2]);
    fail(false);
    await tell([]);
    await tell([3]);
    expect(taken).toEqual([[1, 2], [3]]);
    expect(problems).toHaveLength(2);
  });

  it("and not taken are given up from the oldest on where there are too many", async () => {
    const { tell, taken, fail } = start();
    fail(true);
    for (let event = 0; event <= UNTOLD_MAX; event += 1) await tell([event]);
    fail(false);
    await tell([]);
    expect(taken[0]).toHaveLength(UNTOLD_MAX);
    expect(taken[0]?.[0]).toBe(1);
  });
});
