import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import type { AliasItem } from "../../lib/records/record-item.ts";
import { createSureStore, type RecordStore } from "../../lib/records/record-store.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";

const SIGNAL = new AbortController().signal;
const ERROR = new TransferError("store-unavailable", { reason: "no answer" });
const toItem = (revision: string): AliasItem => ({
  ...{ kind: "alias", id: "id-1", to: "id-2", schemaVersion: 1 },
  ...{ revision, expiresAt: INSTANT / 1_000 + 60 },
});

/** A driver that does `next` with the first write; what is in the store is there for all to see. */
function start(next: (put: () => Promise<boolean>) => Promise<boolean>) {
  const store = createMemoryStore(createManualClock());
  let puts = 0;
  const driver: RecordStore = {
    get: store.get,
    put(item, seen, signal) {
      puts += 1;
      return puts === 1 ? next(() => store.put(item, seen, signal)) : store.put(item, seen, signal);
    },
  };
  return { store, sure: createSureStore(driver) };
}

describe("a write whose answer does not come", () => {
  it("has been made where it is there", async () => {
    const { sure } = start(async (put) => {
      await put();
      throw ERROR;
    });
    expect(await sure.put(toItem("one"), undefined, SIGNAL)).toBe(true);
  });

  it("has been made where the driver repeated it and met its own", async () => {
    const { sure } = start(async (put) => {
      await put();
      return false;
    });
    expect(await sure.put(toItem("one"), undefined, SIGNAL)).toBe(true);
  });

  it("is lost for good where somebody else's is there: it can arrive no more", async () => {
    const { store, sure } = start(async () => {
      await store.put(toItem("other"), undefined, SIGNAL);
      throw ERROR;
    });
    expect(await sure.put(toItem("one"), undefined, SIGNAL)).toBe(false);
  });

  it.each([
    ["nothing", undefined],
    ["what was seen", "seen"],
  ])("may be made yet where %s is there", async (_what, seen) => {
    const { store, sure } = start(() => Promise.reject(ERROR));
    if (seen !== undefined) await store.put(toItem(seen), undefined, SIGNAL);
    await expect(sure.put(toItem("one"), seen, SIGNAL)).rejects.toBe(ERROR);
  });

  it("is not made where its condition does not hold", async () => {
    const { store, sure } = start(async (put) => put());
    await store.put(toItem("other"), undefined, SIGNAL);
    expect(await sure.put(toItem("one"), "seen", SIGNAL)).toBe(false);
    expect(await store.get("id-1", SIGNAL)).toMatchObject({ revision: "other" });
  });
});
