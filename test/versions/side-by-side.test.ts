/** While a new version is rolled out, or rolled back, both serve the same callers over the same tables and queue: a transfer stays one, whoever began it. */
import { statSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Version } from "./version.ts";
import { ACCEPTED, type SharedWorld, startVersions, type VersionName, type Versions } from "./world.ts";

const REFUSED = { state: "refused", code: "gateway-refused", reason: "no-such-call", gateway: { retcode: "200-012", message: "no call" } };
const LEASE_MS = 35_000;
const UNCONFIRMED_AFTER_MS = 15 * 60 * 1_000;
const FROZEN_MAX_BYTES = 300_000;
const MAIN_101 = "main/101";

let versions: Versions;
beforeAll(async () => {
  versions = await startVersions();
});
afterAll(() => versions.stop());

describe.each<[VersionName, VersionName]>([
  ["previous", "current"],
  ["current", "previous"],
])("what the %s version has written, for the %s one", (writer, reader) => {
  let world: SharedWorld;
  let first: Version;
  let second: Version;
  beforeEach(() => {
    world = versions.startWorld();
    first = world.open(writer);
    second = world.open(reader);
  });

  it.each([
    ["named", { id: "one" }],
    ["known by what it asks for", {}],
    ["signed, and named otherwise", { id: "one", signature: "signed" }],
  ])("is the answer to a delivery that is repeated: %s", async (_what, delivery) => {
    const { transferId } = await first.transfer("c-1", delivery);
    const again = { ...delivery, ...("signature" in delivery && { id: "another" }) };
    expect(await second.transfer("c-1", again)).toMatchObject({ state: "accepted", transferId, replayed: true });
    expect(await second.find(String(transferId))).toMatchObject({ state: "accepted", outcome: "pending" });
    expect(world.ledger).toEqual(["c-1"]);
  });

  it("is one claim, where both are asked at once", async () => {
    const answers = await Promise.all([first.transfer("c-1"), second.transfer("c-1")]);
    expect(world.ledger).toEqual(["c-1"]);
    expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
  });

  it("is in progress until its lease is over, and unknown then: it is not sent again", async () => {
    await first.die("c-1");
    expect(await second.transfer("c-1")).toMatchObject({ code: "duplicate-in-progress", effect: "unknown" });
    world.clock.pass(LEASE_MS);
    expect(await second.sweep()).toMatchObject({ leasesEnded: 1, failed: 0 });
    expect(await first.transfer("c-1")).toMatchObject({ state: "unknown", code: "gateway-timeout", replayed: true });
    expect(world.ledger).toEqual([]);
  });

  it("is settled by its own claimant, when an event has been written meanwhile by the other", async () => {
    world.answer(async () => {
      await second.hear({ kind: "transfer-result", callId: "c-1", succeeded: true });
      return ACCEPTED;
    });
    expect(await first.transfer("c-1")).toMatchObject({ state: "accepted", outcome: "completed" });
    expect(world.ledger).toEqual(["c-1"]);
  });

  it("is open where the gateway refused it: one of both transfers it", async () => {
    world.answer(() => REFUSED);
    expect(await first.transfer("c-1")).toMatchObject({ state: "refused" });
    world.answer(() => ACCEPTED);
    expect(await second.transfer("c-1")).toMatchObject({ state: "accepted", replayed: false });
    expect(await first.transfer("c-1")).toMatchObject({ state: "accepted", replayed: true });
    expect(world.ledger).toEqual(["c-1", "c-1"]);
  });

  it("is paused, and resumed by either", async () => {
    const connection = "bot";
    await first.pause(`connection/${connection}`);
    expect(await second.transfer("c-1", { connection })).toMatchObject({ code: "paused", effect: "none" });
    expect(await second.resume(`connection/${connection}`)).toBe(true);
    expect(await first.transfer("c-1", { connection })).toMatchObject({ state: "accepted" });
    expect(world.ledger).toEqual(["c-1"]);
  });

  it("counts towards one limit", async () => {
    const limit = { requests: 2, perSeconds: 600 };
    await first.transfer("c-1", { limit });
    expect(await second.transfer("c-2", { limit })).toMatchObject({ state: "accepted" });
    for (const version of [first, second]) expect(await version.transfer("c-3", { limit })).toMatchObject({ code: "rate-limited" });
    expect(world.ledger).toEqual(["c-1", "c-2"]);
  });

  it("has failed, and is asked for once more", async () => {
    const { transferId } = await first.transfer("c-1");
    await second.hear({ kind: "transfer-result", callId: "c-1", succeeded: false });
    expect(await second.transfer("c-1")).toMatchObject({ state: "accepted", replayed: false });
    expect(await first.transfer("c-1")).toMatchObject({ state: "accepted", replayed: true });
    expect(await first.find(String(transferId))).toMatchObject({ outcome: "failed" });
    expect(world.ledger).toEqual(["c-1", "c-1"]);
  });

  it("keeps the call from another delivery", async () => {
    await first.transfer("c-1", { id: "one" });
    expect(await second.transfer("c-1", { id: "two" })).toMatchObject({ code: "call-busy" });
    expect(world.ledger).toEqual(["c-1"]);
  });

  it("is told of once, by one of both, from a message of either", async () => {
    const { transferId } = await first.transfer("c-1");
    await second.hear({ kind: "transfer-result", callId: "c-1", succeeded: true });
    await first.sweep();
    expect(world.messages).toHaveLength(1);
    expect(await first.take(world.messages[0] ?? "")).toEqual({ told: [transferId], isKept: false });
  });

  it("is given up by the sweep of the other, when no event came", async () => {
    const { transferId } = await first.transfer("c-1");
    world.clock.pass(UNCONFIRMED_AFTER_MS);
    expect(await second.sweep()).toMatchObject({ told: 1, failed: 0 });
    expect(await first.find(String(transferId))).toMatchObject({ outcome: "unconfirmed" });
    expect(await first.sweep()).toMatchObject({ told: 0, failed: 0 });
  });

  it("is an agent's session, kept by one at a time", async () => {
    const renewedAt = world.clock.wallMs();
    expect(await first.sessions.take(MAIN_101, "one")).toBe(true);
    expect(await first.sessions.write(MAIN_101, { guid: "first", renewedAt, events: "poll" })).toBe(true);
    expect(await second.sessions.take(MAIN_101, "two")).toBe(true);
    expect(await second.sessions.write(MAIN_101, { guid: "second", renewedAt, events: "poll" })).toBe(true);
    expect(await first.sessions.write(MAIN_101, { guid: "late", renewedAt, events: "poll" })).toBe(false);
    expect(await first.sessions.read(MAIN_101)).toMatchObject({ fence: 2, session: { guid: "second", events: "poll" } });
  });

  it("is a session that was handed over, and is older than the next", async () => {
    const renewedAt = world.clock.wallMs();
    expect(await first.sessions.handOver(MAIN_101, { guid: "first", renewedAt })).toBe(true);
    expect(await second.sessions.handOver(MAIN_101, { guid: "stale", renewedAt })).toBe(false);
    expect(await second.sessions.handOver(MAIN_101, { guid: "next", renewedAt: renewedAt + 1 })).toBe(true);
    await first.sessions.end(MAIN_101);
    expect((await second.sessions.read(MAIN_101))?.session).toBeUndefined();
    expect([await first.sessions.count(MAIN_101), await second.sessions.count(MAIN_101)]).toEqual([1, 2]);
  });

  it.each([
    ["gateway", { schemaVersion: 1, url: "https://192.0.2.1:8043" }],
    ["agent", { schemaVersion: 1, session: "managed", signIn: { password: "a password", phonenum: "88880102" } }],
    ["keys/records", { schemaVersion: 1, value: "v".repeat(32), next: "n".repeat(32) }],
    ["keys/status", { schemaVersion: 1, value: "v".repeat(32), previous: [{ id: "0", value: "p".repeat(32) }] }],
    ["keys/events", { schemaVersion: 1, value: "v".repeat(32) }],
    [
      "connection",
      {
        schemaVersion: 1,
        source: "api",
        gateway: "main",
        verification: { secrets: [{ id: "1", value: "a-key-of-32-characters-or-a-few-more" }] },
      },
    ],
  ] as const)("is read from the same secret: %s", async (kind, document) => {
    expect(await first.whatIsWrong(kind, JSON.stringify(document))).toBeUndefined();
    expect(await second.whatIsWrong(kind, JSON.stringify(document))).toBeUndefined();
  });
});

describe("the frozen version", () => {
  it("is small: what does not decide what is kept is not in it", () => {
    expect(statSync(new URL("./previous/version.mjs", import.meta.url)).size).toBeLessThan(FROZEN_MAX_BYTES);
  });

  it("survives what a later one adds to items and messages", async () => {
    const world = versions.startWorld();
    const later = world.open("current");
    const { transferId } = await later.transfer("c-1");
    await later.hear({ kind: "transfer-result", callId: "c-1", succeeded: true });
    for (const table of [world.tables.records, world.tables.sessions])
      for (const item of await world.items(table)) await world.plant(table, { ...item, addition: { by: "a later version" } });
    const earlier = world.open("previous");
    expect(await earlier.transfer("c-1")).toMatchObject({ outcome: "completed", transferId, replayed: true });
    expect(await earlier.sweep()).toMatchObject({ failed: 0 });
    const { notice, ...message } = JSON.parse(world.messages[0] ?? "");
    const added = JSON.stringify({ ...message, addition: true, notice: { ...notice, addition: true } });
    expect(await earlier.take(added)).toEqual({ told: [transferId], isKept: false });
    expect(world.ledger).toEqual(["c-1"]);
  });
});
