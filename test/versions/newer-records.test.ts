/** What a newer version has written with a higher schemaVersion, or with a value that this one has never heard of: nothing is sent because of it, and nothing of it is lost. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Version } from "./version.ts";
import { type Item, type SharedWorld, startVersions, type Versions } from "./world.ts";

const REFUSED = { state: "refused", code: "gateway-refused", reason: "no-such-call", gateway: { retcode: "200-012", message: "no call" } };
const UNKNOWN = { state: "unknown", code: "gateway-error" };
const UNCONFIRMED_AFTER_MS = 15 * 60 * 1_000;
/** Of an attribute that only a newer version knows. */
const ADDITION = { by: "a newer version" };

let versions: Versions;
let world: SharedWorld;
let version: Version;
beforeAll(async () => {
  versions = await startVersions();
});
afterAll(() => versions.stop());
beforeEach(() => {
  world = versions.startWorld();
  version = world.open("current");
});

type Change = (item: Item) => Item;

async function rewrite(kind: string, change: Change): Promise<void> {
  for (const item of await world.items(world.tables.records))
    if (item.kind === kind) await world.plant(world.tables.records, { ...item, ...change(item) });
}

async function kept(kind: string): Promise<readonly Item[]> {
  return (await world.items(world.tables.records)).filter((item) => item.kind === kind);
}

function within(item: Item, name: string, change: Item): Item {
  return { [name]: { ...Object(item[name]), ...change } };
}

describe("a record that this version does not know", () => {
  it.each<[string, string, Change]>([
    ["of a higher schemaVersion", "delivery", () => ({ schemaVersion: 2 })],
    ["another kind", "delivery", () => ({ kind: "hold" })],
    ["another status", "delivery", () => ({ status: "withdrawn" })],
    ["another state", "delivery", (item) => within(item, "answer", { state: "deferred" })],
    ["another code of what is unknown", "delivery", (item) => within(item, "answer", { ...UNKNOWN, code: "gateway-odd" })],
    ["another code of a refusal", "delivery", (item) => within(item, "answer", { ...REFUSED, code: "gateway-odd" })],
    ["another reason of a refusal", "delivery", (item) => within(item, "answer", { ...REFUSED, reason: "odd" })],
    ["another mode", "delivery", (item) => within(item, "pending", { mode: "warm" })],
    ["another type of target", "delivery", (item) => within(item, "pending", { target: { type: "team", address: "1" } })],
    [
      "another outcome of an earlier transfer",
      "delivery",
      ({ pending, answer }) => ({ earlier: [{ result: { ...Object(pending), ...Object(answer), outcome: "parked" }, isTold: false }] }),
    ],
    ["a guard of a higher schemaVersion", "guard", () => ({ schemaVersion: 2 })],
  ])("is left alone, and the delivery is answered as one that may have been sent: %s", async (_what, kind, change) => {
    const { transferId } = await version.transfer("c-1");
    await rewrite(kind, change);
    const before = await world.items(world.tables.records);
    expect(await version.transfer("c-1")).toEqual({ code: "store-unavailable", effect: "unknown" });
    if (kind === "delivery") expect(await version.find(String(transferId))).toEqual({ code: "store-unavailable", effect: "unknown" });
    world.clock.pass(UNCONFIRMED_AFTER_MS);
    if (kind === "delivery") expect(await version.sweep()).toEqual({ told: 0, leasesEnded: 0, failed: 0, problems: [] });
    expect(await world.items(world.tables.records)).toEqual(before);
    expect(world.ledger).toEqual(["c-1"]);
    expect(world.messages).toEqual([]);
  });

  it("is a pause: it may hold", async () => {
    const pause = { kind: "pause", id: "pause:all", scope: "all", by: "an operator", reason: "a test", reference: "paused" };
    const kept = { revision: "of a newer version", schemaVersion: 2, firstSeenAt: "2026-11-23T07:00:00.000Z", expiresAt: 253_402_214_400 };
    await world.plant(world.tables.records, { ...pause, ...kept });
    expect(await version.transfer("c-1")).toEqual({ code: "store-unavailable", effect: "unknown" });
    expect(world.ledger).toEqual([]);
  });

  it("is the shape of a connection's webhooks: nobody else's business", async () => {
    const shape = { "body.callId": ["string"] };
    const capture = { kind: "capture", id: "capture:crm", until: "2026-11-25T12:00:00.000Z", shape };
    await world.plant(world.tables.records, { ...capture, revision: "of a newer version", schemaVersion: 1, expiresAt: 253_402_214_400 });
    expect(await version.transfer("c-1")).toMatchObject({ state: "accepted" });
    world.clock.pass(UNCONFIRMED_AFTER_MS);
    expect(await version.sweep()).toMatchObject({ told: 1, failed: 0, problems: [] });
    expect(await kept("capture")).toMatchObject([capture]);
  });

  it("keeps the sweep from no other", async () => {
    await version.transfer("c-1");
    await rewrite("delivery", () => ({ schemaVersion: 2 }));
    await version.transfer("c-2");
    world.clock.pass(UNCONFIRMED_AFTER_MS);
    expect(await version.sweep()).toMatchObject({ told: 1, failed: 0 });
    expect(world.messages).toHaveLength(1);
  });

  it("is not written over by a claimant whose answer comes later: the answer is told all the same", async () => {
    world.answer(async () => {
      await rewrite("delivery", () => ({ schemaVersion: 2, revision: "of a newer version" }));
      return { state: "accepted" };
    });
    expect(await version.transfer("c-1")).toMatchObject({ state: "accepted" });
    expect(await kept("delivery")).toMatchObject([{ schemaVersion: 2, status: "claimed" }]);
    expect(await version.transfer("c-1")).toMatchObject({ code: "store-unavailable", effect: "unknown" });
    expect(world.ledger).toEqual(["c-1"]);
  });

  it("may be claimed where it is open, whatever its last refusal was called", async () => {
    world.answer(() => REFUSED);
    await version.transfer("c-1");
    await rewrite("delivery", (item) => within(item, "answer", { reason: "odd" }));
    expect(await version.transfer("c-1")).toMatchObject({ state: "refused", reason: "no-such-call" });
  });
});

describe("an attribute that this version does not know", () => {
  it("stays with a delivery through each of its writes", async () => {
    world.answer(async () => {
      await rewrite("delivery", () => ({ addition: ADDITION, revision: "of a newer version" }));
      return REFUSED;
    });
    await version.transfer("c-1");
    expect(await kept("delivery")).toMatchObject([{ status: "open", addition: ADDITION }]);
    world.answer(() => ({ state: "accepted" }));
    await version.transfer("c-1");
    expect(await kept("delivery")).toMatchObject([{ status: "settled", claims: 2, addition: ADDITION }]);
    await version.hear({ kind: "transfer-result", callId: "c-1", succeeded: false });
    expect(await kept("delivery")).toMatchObject([{ facts: { notTransferred: true }, told: "accepted.failed", addition: ADDITION }]);
    await version.transfer("c-1");
    const [again] = await kept("delivery");
    expect(again).toMatchObject({ status: "settled", claims: 3, facts: {}, addition: ADDITION });
    // Of the transfer before, nothing else stays.
    expect(again).not.toHaveProperty("told");
    expect(again).not.toHaveProperty("heardAt");
    expect(again).not.toHaveProperty("factTimes");
  });

  it("stays with what was told of the call, and with its guard", async () => {
    await version.transfer("c-1", { id: "one" });
    await rewrite("guard", () => ({ addition: ADDITION }));
    await rewrite("delivery", (item) => within(item, "facts", { addition: true }));
    await version.hear({ kind: "transfer-result", callId: "c-1", succeeded: true });
    expect(await kept("delivery")).toMatchObject([{ facts: { transferred: true, addition: true } }]);
    expect(await kept("guard")).toMatchObject([{ busyUntil: 0, addition: ADDITION }]);
    await version.transfer("c-1", { id: "two" });
    expect(await kept("guard")).toMatchObject([{ addition: ADDITION }]);
  });

  it("stays with an alias that is renewed", async () => {
    await version.transfer("c-1", { id: "one", signature: "signed" });
    await rewrite("alias", () => ({ addition: ADDITION }));
    world.clock.pass(2 * 24 * 60 * 60 * 1_000);
    const [before] = await kept("alias");
    await version.transfer("c-1", { id: "one", signature: "signed" });
    const [after] = await kept("alias");
    expect(after).toMatchObject({ to: before?.to, addition: ADDITION });
    expect(Number(after?.expiresAt)).toBeGreaterThan(Number(before?.expiresAt));
  });
});
