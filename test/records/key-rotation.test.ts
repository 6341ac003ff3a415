import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../lib/records/memory-store.ts";
import { ANSWERS, claimed, claimOnce, PENDING } from "../support/claims.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { toDeadline } from "../support/transfer-service.ts";
import { newDelivery } from "./records-contract.ts";

const [OLD, NEW, NEWEST] = [
  "the-old-key-of-the-records-for-tests",
  "the-new-key-of-the-records-for-tests",
  "the-newest-key-of-the-records-tests",
];

type Keys = readonly [string, ...string[]];

/** What functions do that know these keys, all over one table. */
function startOver() {
  const clock = createManualClock();
  const store = createMemoryStore(clock);
  const knowing = (...keys: Keys) => createTestRecords({ store, keys, wallMs: clock.wallMs });
  return { knowing, store };
}

describe("records while their key is changed", () => {
  it.each<[string, string, Keys, Keys]>([
    ["the old one alone", "both", [OLD], [OLD, NEW]],
    ["both", "the old one alone", [OLD, NEW], [OLD]],
    ["both", "the new one alone", [OLD, NEW], [NEW]],
    ["the new one alone", "both", [NEW], [OLD, NEW]],
    ["the new one and the newest", "the newest alone", [NEW, NEWEST], [NEWEST]],
  ])("written by who knows %s are found by who knows %s", async (_writer, _reader, writers, readers) => {
    const { knowing } = startOver();
    const delivery = newDelivery();
    const claim = await claimed(knowing(...writers), delivery);
    await claim.settle(ANSWERS.accepted);
    const seen = await knowing(...readers).read(delivery, toDeadline(0));
    expect(seen).toMatchObject({ kind: "settled", isSameRequest: true, result: { transferId: claim.transferId } });
  });

  it.each<[Keys, Keys]>([
    [[OLD], [OLD, NEW]],
    [[NEW], [OLD, NEW]],
    [[OLD, NEW], [NEW]],
  ])("give one claim where it was seen by who knows %j and by who knows %j before", async (ones, others) => {
    const { knowing } = startOver();
    const delivery = newDelivery();
    const seen = await Promise.all([knowing(...ones), knowing(...others)].map((each) => each.read(delivery, toDeadline(0))));
    const answers = await Promise.all(seen.map((each) => each.claim(PENDING)));
    expect(answers.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    expect(await claimOnce(knowing(OLD, NEW), delivery)).toBeUndefined();
  });

  it("know a call as busy across the change", async () => {
    const { knowing } = startOver();
    const [one, two] = [newDelivery(), newDelivery()];
    await claimed(knowing(OLD, NEW), one);
    const seen = await knowing(NEW).read({ ...two, call: one.call }, toDeadline(0));
    expect(await seen.claim(PENDING)).toMatchObject({ kind: "busy" });
  });

  it("know a signature that was seen across the change", async () => {
    const { knowing } = startOver();
    const [one, two] = [newDelivery(), newDelivery()];
    await claimed(knowing(OLD, NEW), { ...one, alias: "signature" });
    const again = { ...two, fingerprint: one.fingerprint, alias: "signature" };
    expect(await knowing(NEW).read(again, toDeadline(0))).toMatchObject({ kind: "in-progress" });
  });

  it("keep no name as it is", async () => {
    const { knowing, store } = startOver();
    const delivery = { explicit: true, key: "its-delivery-key", fingerprint: "its-fingerprint", call: "its-call", alias: "its-signature" };
    await claimed(knowing(OLD, NEW), delivery);
    expect(JSON.stringify(store.items())).not.toMatch(/its-/);
  });
});
