/**
 * What is kept, attribute by attribute: `previous/*.json` is what the version before wrote. This version writes all of it and may add to it, and reads all of it as
 * what it is.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCEPTED, type Item, type SharedWorld, startVersions, type VersionName, type Versions } from "./world.ts";

const KEYS = ["key-of-the-records-for-tests-alone", "newer-key-of-the-records-for-tests"] as const;
const REFUSED = { state: "refused", code: "gateway-refused", reason: "no-such-call", gateway: { retcode: "200-012", message: "no call" } };
const UNKNOWN = { state: "unknown", code: "gateway-timeout" };
const LIMIT = { requests: 1, perSeconds: 600 };
const PAUSED_MINUTES = 10;
const LEASE_MS = 35_000;
const BUSY_MS = 60_000;
/** New with each write: not what an item means. */
const OWN = ["revision", "nonce"];

/** It has ended: to no version it is there, and this one lists it no more. */
const RESUMED = "pause:connection/chat";

function ownOf({ kind, id }: Item): readonly string[] {
  if (id === RESUMED) return [...OWN, "reference"];
  return kind === "pause-entry" ? [...OWN, "id"] : OWN;
}

let versions: Versions;
beforeAll(async () => {
  versions = await startVersions();
});
afterAll(() => versions.stop());

/** One of each kind of item, in each of its states, and one of each kind of message. */
async function writeEach(name: VersionName): Promise<SharedWorld> {
  const world = versions.startWorld();
  const version = world.open(name);
  await version.transfer("completed", { id: "one" });
  await version.hear({ kind: "transfer-result", callId: "completed", succeeded: true });
  await version.transfer("accepted", { id: "two", signature: "signed" });
  world.answer(() => REFUSED);
  await version.transfer("refused", { id: "three" });
  world.answer(() => UNKNOWN);
  await version.transfer("unknown", { id: "four" });
  await version.die("claimed", { id: "five" });
  await world.open(name, KEYS).transfer("moved", { id: "six" });
  await version.sessions.take("main/101", "keeper");
  await version.sessions.write("main/101", { guid: "planted-guid", renewedAt: world.clock.wallMs(), events: "poll" });
  await version.sessions.handOver("main/102", { guid: "planted-guid-2", renewedAt: world.clock.wallMs() });
  await version.sessions.count("main/102");
  await version.pause("connection/bot");
  await version.pause("connection/form", PAUSED_MINUTES);
  await version.pause("connection/chat");
  await version.resume("connection/chat");
  world.answer(() => ACCEPTED);
  await version.transfer("limited", { id: "seven", limit: LIMIT });
  // Claimed once more after it has failed, and a call that another delivery moves before it is known how the first one ended.
  await version.transfer("pressed-twice");
  await version.hear({ kind: "transfer-result", callId: "pressed-twice", succeeded: false });
  await version.transfer("pressed-twice");
  await version.transfer("moved-twice", { id: "eight" });
  world.clock.pass(BUSY_MS);
  await version.transfer("moved-twice", { id: "nine" });
  return world;
}

async function keptIn({ tables, messages, items }: SharedWorld): Promise<Readonly<Record<string, readonly Item[]>>> {
  return {
    records: await items(tables.records),
    sessions: await items(tables.sessions),
    messages: messages.map((body): Item => JSON.parse(body)),
  };
}

function toFixture(name: string): string {
  return `previous/${name}.json`;
}

function readFixture(name: string): readonly Item[] {
  return JSON.parse(readFileSync(new URL(toFixture(name), import.meta.url), "utf8"));
}

describe.each(["records", "sessions", "messages"])("what is kept as %s", (name) => {
  it("is in the fixture as the version before writes it", async () => {
    const kept = (await keptIn(await writeEach("previous")))[name];
    await expect(`${JSON.stringify(kept, undefined, 2)}\n`).toMatchFileSnapshot(toFixture(name));
  });

  it("is written with all that the version before wrote, and its schemaVersion", async () => {
    const kept = (await keptIn(await writeEach("current")))[name] ?? [];
    const before = readFixture(name).map((item) => Object.fromEntries(Object.entries(item).filter(([key]) => !ownOf(item).includes(key))));
    expect(kept).toMatchObject(before);
    for (const item of kept) expect(item).toMatchObject(name === "messages" ? { notice: { schemaVersion: 1 } } : { schemaVersion: 1 });
  });
});

describe("what the version before has kept", () => {
  it("is read as what it is, and nothing of it is transferred again", async () => {
    const world = versions.startWorld();
    for (const item of readFixture("records")) await world.plant(world.tables.records, item);
    const version = world.open("current");
    expect(await version.transfer("completed", { id: "one" })).toMatchObject({ state: "accepted", outcome: "completed", replayed: true });
    const accepted = { state: "accepted", outcome: "pending", replayed: true };
    expect(await version.transfer("accepted", { id: "two" })).toMatchObject(accepted);
    expect(await version.transfer("accepted", { id: "another", signature: "signed" })).toMatchObject(accepted);
    expect(await version.transfer("unknown", { id: "four" })).toMatchObject({ state: "unknown", replayed: true });
    expect(await version.transfer("claimed", { id: "five" })).toMatchObject({ code: "duplicate-in-progress", effect: "unknown" });
    expect(await world.open("current", [KEYS[1]]).transfer("moved", { id: "six" })).toMatchObject({ state: "unknown", replayed: true });
    expect(world.ledger).toEqual([]);
    world.clock.pass(LEASE_MS);
    expect(await version.transfer("claimed", { id: "five" })).toMatchObject({ state: "unknown", code: "gateway-timeout", replayed: true });
    expect(world.ledger).toEqual([]);
    expect(await version.transfer("refused", { id: "three" })).toMatchObject({ state: "accepted", replayed: false });
    expect(world.ledger).toEqual(["refused"]);
  });

  it("is still paused, until it is resumed or its time is over, and not what was resumed", async () => {
    const world = versions.startWorld();
    for (const item of readFixture("records")) await world.plant(world.tables.records, item);
    const version = world.open("current");
    for (const connection of ["bot", "form"])
      expect(await version.transfer("held", { id: "one", connection })).toMatchObject({ code: "paused", effect: "none" });
    expect(await version.transfer("not-held", { id: "one", connection: "chat" })).toMatchObject({ state: "accepted" });
    expect(await version.resume("connection/chat")).toBe(false);
    expect(await version.resume("connection/bot")).toBe(true);
    expect(await version.transfer("resumed", { id: "one", connection: "bot" })).toMatchObject({ state: "accepted" });
    world.clock.pass(PAUSED_MINUTES * 60_000);
    expect(await version.transfer("over", { id: "one", connection: "form" })).toMatchObject({ state: "accepted" });
    expect(world.ledger).toEqual(["not-held", "resumed", "over"]);
  });

  it("counts on towards the same limit", async () => {
    const world = versions.startWorld();
    for (const item of readFixture("records")) await world.plant(world.tables.records, item);
    const version = world.open("current");
    expect(await version.transfer("one-more", { limit: LIMIT })).toMatchObject({ code: "rate-limited", effect: "none" });
    expect(await version.transfer("one-more", { limit: { ...LIMIT, requests: 2 } })).toMatchObject({ state: "accepted" });
    expect(await version.transfer("two-more", { limit: { ...LIMIT, requests: 2 } })).toMatchObject({
      code: "rate-limited",
      effect: "none",
    });
  });

  it("tells of each transfer of a delivery, and keeps a call that was moved twice from a third", async () => {
    const world = versions.startWorld();
    for (const item of readFixture("records")) await world.plant(world.tables.records, item);
    world.clock.pass(BUSY_MS);
    const version = world.open("current");
    const pressed = await version.transfer("pressed-twice");
    expect(pressed).toMatchObject({ state: "accepted", outcome: "pending", replayed: true, transferId: expect.stringMatching(/-2$/) });
    expect(await version.find(String(pressed.transferId).replace(/2$/, "1"))).toMatchObject({ outcome: "failed" });
    for (const id of ["eight", "nine"])
      expect(await version.transfer("moved-twice", { id })).toMatchObject({ state: "accepted", replayed: true });
    expect(await version.transfer("moved-twice", { id: "ten" })).toMatchObject({ code: "call-busy" });
    await version.hear({ kind: "transfer-result", callId: "moved-twice", succeeded: true });
    expect(await version.transfer("moved-twice", { id: "nine" })).toMatchObject({ outcome: "completed", replayed: true });
    expect(world.ledger).toEqual([]);
  });

  it("is told from the queue, each to whom it is for", async () => {
    const version = versions.startWorld().open("current");
    for (const message of readFixture("messages"))
      expect(await version.take(JSON.stringify(message))).toMatchObject({ isKept: false, told: [expect.any(String)] });
  });

  it("is the session that is kept on", async () => {
    const world = versions.startWorld();
    for (const item of readFixture("sessions")) await world.plant(world.tables.sessions, item);
    const { sessions } = world.open("current");
    expect(await sessions.read("main/101")).toMatchObject({ fence: 1, session: { guid: "planted-guid", events: "poll" } });
    expect(await sessions.take("main/101", "next")).toBe(true);
    expect(await sessions.read("main/101")).toMatchObject({ fence: 2, session: { guid: "planted-guid", events: "poll" } });
    const stale = { guid: "stale", renewedAt: world.clock.wallMs() - 1 };
    expect(await sessions.handOver("main/102", stale)).toBe(false);
    expect(await sessions.count("main/102")).toBe(2);
  });
});
