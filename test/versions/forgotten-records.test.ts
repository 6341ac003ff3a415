/** A record that was forgotten, beside the version before: it is answered from, and nothing is transferred, told or asked because of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toForgotten } from "../../lib/records/forgotten-item.ts";
import type { DeliveryItem } from "../../lib/records/record-item.ts";
import { type SharedWorld, startVersions, type Versions } from "./world.ts";

const UNKNOWN = { state: "unknown", code: "gateway-timeout" };
const BUSY_MS = 60_000;

let versions: Versions;
beforeAll(async () => {
  versions = await startVersions();
});
afterAll(() => versions.stop());

async function forgetAll({ items, plant, tables, clock }: SharedWorld): Promise<void> {
  for (const item of await items(tables.records))
    if (item.kind === "delivery") {
      const forgotten: object = toForgotten(item as unknown as DeliveryItem, clock.wallMs());
      await plant(tables.records, JSON.parse(JSON.stringify(forgotten)));
    }
}

describe.each(["previous", "current"] as const)("a forgotten record, by the %s version", (name) => {
  it("is answered from, and keeps its call", async () => {
    const world = versions.startWorld();
    await world.open("current").transfer("accepted", { id: "one" });
    await forgetAll(world);
    const version = world.open(name);
    const repeated = await version.transfer("accepted", { id: "one" });
    expect(repeated).toMatchObject({ state: "accepted", replayed: true, callId: "forgotten" });
    expect(await version.find(String(repeated.transferId))).toMatchObject({ state: "accepted" });
    expect(await version.transfer("accepted", { id: "two" })).toMatchObject({ code: "call-busy" });
    world.clock.pass(BUSY_MS);
    expect(await version.transfer("accepted", { id: "two" })).toMatchObject({ state: "accepted", replayed: false });
    expect(world.ledger).toEqual(["accepted", "accepted"]);
  });

  it("is told to nobody, and changed by no event of its call", async () => {
    const world = versions.startWorld();
    world.answer(() => UNKNOWN);
    await world.open("current").transfer("unknown", { id: "one" });
    await forgetAll(world);
    const version = world.open(name);
    await version.hear({ kind: "transfer-result", callId: "unknown", succeeded: true });
    world.clock.pass(BUSY_MS * 20);
    expect(await version.sweep()).toEqual({ told: 0, leasesEnded: 0, failed: 0, problems: [] });
    expect(world.messages).toEqual([]);
    expect(await version.transfer("unknown", { id: "one" })).toMatchObject({ state: "unknown", outcome: "not-observed", replayed: true });
    expect(world.ledger).toEqual(["unknown"]);
  });
});
