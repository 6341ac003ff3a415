/** How each part of a diagnosis is kept within its time. */
import { expect, it } from "vitest";
import { atMost, eachInTime } from "../../lib/diagnosis/within-time.ts";

const { signal } = new AbortController();

it("gives a part no more than its own time, and no more than there is", () => {
  let leftMs = 10_000;
  const part = atMost(5_000, { signal, remainingMs: () => leftMs });
  expect(part.remainingMs()).toBe(5_000);
  leftMs = 6_000;
  expect(part.remainingMs()).toBe(1_000);
  expect(atMost(5_000, { signal, remainingMs: () => 2_000 }).remainingMs()).toBe(2_000);
});

it("begins nothing in the last second, and answers in the order of what there is", async () => {
  let leftMs = 2_000;
  const work = async (item: string) => {
    leftMs -= 600;
    return `${item} looked at`;
  };
  const looked = eachInTime(["one", "two", "three"], {
    deadline: { signal, remainingMs: () => leftMs },
    work,
    tooLate: (item) => `${item} too late`,
  });
  expect(await looked).toEqual(["one looked at", "two looked at", "three too late"]);
});

it("begins nothing once it is called off", async () => {
  const deadline = { signal: AbortSignal.abort(), remainingMs: () => 10_000 };
  expect(await eachInTime(["one"], { deadline, work: async () => "looked at", tooLate: () => "too late" })).toEqual(["too late"]);
});
