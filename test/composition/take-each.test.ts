import { describe, expect, it } from "vitest";
import { takeEach } from "../../lib/composition/take-each.ts";
import { TransferError } from "../../lib/errors.ts";

const ITEMS = Array.from({ length: 30 }, (_, at) => at);
const DOWN = new TransferError("store-unavailable", { reason: "down" });

describe("of several, one that cannot be taken", () => {
  it("keeps none of the others from being taken, and is told at the end by its error", async () => {
    const taken: number[] = [];
    const take = async (item: number) => {
      if (item === 0) throw DOWN;
      await new Promise(setImmediate);
      taken.push(item);
    };
    await expect(takeEach(ITEMS, take)).rejects.toBe(DOWN);
    expect(taken).toEqual(ITEMS.slice(1));
  });

  it("is the first of them, where there are more", async () => {
    const later = new Error("another");
    await expect(takeEach([DOWN, later], (error) => Promise.reject(error))).rejects.toBe(DOWN);
  });
});

describe("several that can be taken", () => {
  it("are, ten at a time", async () => {
    let running = 0;
    let most = 0;
    await takeEach(ITEMS, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    });
    expect(most).toBe(10);
  });
});
