/** What holds a delivery back that its caller may ask for: an operator's pause, and the connection's rate limit. */
import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import type { Pause } from "../../lib/transfer/pause.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { toConnection } from "../support/transfer-request.ts";
import { RECEIVED_AT, startService, toDeadline } from "../support/transfer-service.ts";

const SINCE = "2026-11-23T06:00:00.000Z";
const LIMITED = toConnection({ rateLimit: { requests: 2, perSeconds: 60 } });
const UNAVAILABLE = new TransferError("store-unavailable", { reason: "planted" });
const paused = (...pauses: readonly Omit<Pause, "since">[]) => ({
  pausesOf: async () => pauses.map((pause) => ({ since: SINCE, ...pause })),
});

describe("a delivery that is paused", () => {
  it("is not sent, and its caller is asked to repeat it", async () => {
    const service = startService(paused({ scope: "gateway/site-a" }));
    await expect(service.transfer()).rejects.toMatchObject({
      code: "paused",
      retryable: true,
      effect: "none",
      message: `gateway/site-a since ${SINCE}`,
      detail: expect.not.stringMatching(/site-a/),
      retryAfterSeconds: undefined,
    });
    expect(service.calls).toEqual(["read", "pauses"]);
  });

  it("names the one of several that lasts longest in the log, and its end", async () => {
    const [soon, later] = ["2026-11-23T07:00:10.000Z", "2026-11-23T07:00:40.000Z"];
    const service = startService(paused({ scope: "all", until: soon }, { scope: "agent/site-a/101", until: later }));
    await expect(service.transfer()).rejects.toMatchObject({ message: `agent/site-a/101 since ${SINCE} until ${later}` });
  });

  it("is one of all, of its gateway, of the agent that it names, or of its connection", async () => {
    const asked: (readonly string[])[] = [];
    const service = startService({
      async pausesOf(scopes) {
        asked.push(scopes);
        return [];
      },
    });
    await service.transfer({ agentId: "102" });
    const scopes = ["all", "gateway/site-a", "agent/site-a/102", "connection/crm"];
    expect(asked).toEqual([scopes, scopes]);
  });

  it.each([
    ["that ends in 90 s", ["2026-11-23T07:01:30.000Z"], 90],
    ["that ends at once", [RECEIVED_AT], 1],
    ["that ends in an hour, for it may be resumed sooner", ["2026-11-23T08:00:00.000Z"], 300],
    ["of which one lasts longer", ["2026-11-23T07:00:10.000Z", "2026-11-23T07:00:40.000Z"], 40],
    ["of which one has no end", ["2026-11-23T07:00:10.000Z", undefined], undefined],
  ])("by a pause %s is worth a repeat then", async (_which, untils, retryAfterSeconds) => {
    const service = startService(paused(...untils.map((until) => ({ scope: "all" as const, until }))));
    await expect(service.transfer()).rejects.toMatchObject({ code: "paused", retryAfterSeconds });
  });

  it("is answered from its record where it was sent before", async () => {
    const records = createTestRecords();
    await startService({ records }).transfer();
    const service = startService({ records, ...paused({ scope: "all" }) });
    expect(await service.transfer()).toMatchObject({ result: { state: "accepted", replayed: true } });
    expect(service.calls).toEqual(["read"]);
  });

  it("is sent by a repeat, once it is resumed", async () => {
    const records = createTestRecords();
    await expect(startService({ records, ...paused({ scope: "all" }) }).transfer()).rejects.toMatchObject({ code: "paused" });
    expect(await startService({ records }).transfer()).toMatchObject({ result: { state: "accepted", replayed: false } });
  });

  it("is not sent where it was paused while it was prepared: nothing is claimed, and a repeat is sent", async () => {
    const records = createTestRecords();
    let isPaused = false;
    const service = startService({
      records,
      async prepare() {
        isPaused = true;
      },
      pausesOf: async () => (isPaused ? [{ scope: "all", since: SINCE }] : []),
    });
    await expect(service.transfer()).rejects.toMatchObject({ code: "paused", retryable: true, effect: "none", transferId: undefined });
    expect(service.calls).toEqual(["read", "pauses", "prepare", "pauses"]);
    expect(await startService({ records }).transfer()).toMatchObject({ result: { state: "accepted", replayed: false } });
  });

  it("is told what is wrong with it all the same", async () => {
    const service = startService(paused({ scope: "all" }));
    await expect(service.transfer({ mode: "none" })).rejects.toMatchObject({ code: "invalid-request" });
    await expect(service.transfer({}, { connection: toConnection({ allow: {} }) })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("does not count towards the limit", async () => {
    const service = startService(paused({ scope: "all" }));
    await expect(service.transfer({}, { connection: LIMITED })).rejects.toMatchObject({ code: "paused" });
    expect(service.calls).not.toContain("count");
  });

  it("is not sent where nobody knows whether it is", async () => {
    const service = startService({ pausesOf: () => Promise.reject(UNAVAILABLE) });
    await expect(service.transfer()).rejects.toMatchObject({ code: "store-unavailable" });
    expect(service.calls).toEqual(["read", "pauses"]);
  });

  it("is no dry run, which asks for neither", async () => {
    const service = startService({ ...paused({ scope: "all" }), countOf: async () => 1 });
    expect(await service.transfer({ dryRun: true }, { connection: LIMITED })).toMatchObject({ kind: "dry-run" });
    expect(service.calls).toEqual(["prepare"]);
  });
});

describe("a delivery of a connection with a rate limit", () => {
  it("is counted once, before anything else is asked", async () => {
    const service = startService();
    await service.transfer({}, { connection: LIMITED });
    expect(service.calls).toEqual(["read", "pauses", "count", "prepare", "pauses", "claim", "send", "settle accepted"]);
  });

  it("is not sent where it is one too many, and worth a repeat when the next time begins", async () => {
    const asked: unknown[] = [];
    const service = startService({
      async countOf(...given) {
        asked.push(given);
        return 17;
      },
    });
    await expect(service.transfer({}, { connection: LIMITED })).rejects.toMatchObject({
      code: "rate-limited",
      retryable: true,
      effect: "none",
      retryAfterSeconds: 17,
    });
    expect(asked).toEqual([["crm", LIMITED.rateLimit]]);
    expect(service.calls).toEqual(["read", "pauses", "count"]);
  });

  it("is not counted as a replay", async () => {
    const records = createTestRecords();
    await startService({ records }).transfer({}, { connection: LIMITED });
    const service = startService({ records, countOf: async () => 1 });
    expect(await service.transfer({}, { connection: LIMITED })).toMatchObject({ result: { replayed: true } });
  });

  it("is counted once, however many claims it loses", async () => {
    const service = startService({ seen: { claim: async () => ({ kind: "lost" }) } });
    await expect(service.transfer({}, { connection: LIMITED })).rejects.toMatchObject({ code: "duplicate-in-progress" });
    expect(service.calls.filter((call) => call === "claim").length).toBeGreaterThan(1);
    expect(service.calls.filter((call) => call === "count")).toHaveLength(1);
  });

  it("is not sent where it could not be counted", async () => {
    const service = startService({ countOf: () => Promise.reject(UNAVAILABLE) });
    await expect(service.transfer({}, { connection: LIMITED })).rejects.toMatchObject({ code: "store-unavailable" });
    expect(service.calls).not.toContain("prepare");
  });

  it("asks for nothing where there is no time left", async () => {
    const service = startService();
    const late = { connection: LIMITED, deadline: toDeadline(0) };
    await expect(service.transfer({}, late)).rejects.toMatchObject({ code: "deadline-exceeded" });
    expect(service.calls).toEqual(["read"]);
  });
});
