import { describe, expect, it } from "vitest";
import { TransferError } from "../../lib/errors.ts";
import { createPauses, KEPT_MS } from "../../lib/records/pauses.ts";
import type { PauseItem, RecordItem } from "../../lib/records/record-item.ts";
import { DEADLINE_MAX_MS } from "../../lib/transfer/connection.ts";
import { type Pause, toScopes } from "../../lib/transfer/pause.ts";
import { createManualClock } from "../support/manual-clock.ts";

const { signal } = new AbortController();
const SCOPES = toScopes("crm", "main", "101");
const UNAVAILABLE = new TransferError("store-unavailable", { reason: "planted" });

const PAUSE: PauseItem = {
  ...{ kind: "pause", id: "pause:gateway/main", revision: "r-1", schemaVersion: 1, expiresAt: 253_402_214_400, reference: "paused" },
  ...{ scope: "gateway/main", by: "ann", reason: "the site is being moved", firstSeenAt: "2026-11-23T06:00:00.000Z" },
};

/** Pauses over a table whose each read is answered by `answers` in turn, then with nothing. */
function start(...answers: readonly (() => Promise<readonly RecordItem[]>)[]) {
  const asked: (readonly string[])[] = [];
  const told: Pause[] = [];
  const clock = createManualClock();
  const pauses = createPauses({
    wallMs: clock.wallMs,
    tell: (pause) => told.push(pause),
    store: {
      async getEach(ids) {
        asked.push(ids);
        return answers[asked.length - 1]?.() ?? [];
      },
    },
  });
  return { pauses, clock, asked, told };
}

describe("pauses", () => {
  it("are read in one batch of the four names of a transfer", async () => {
    const { pauses, asked } = start();
    await pauses.holding(SCOPES, signal);
    expect(asked).toEqual([["pause:all", "pause:gateway/main", "pause:agent/main/101", "pause:connection/crm"]]);
  });

  it("keep whatever was asked for, however long it took, from being sent more than 30 s after one was set", () => {
    expect(KEPT_MS + DEADLINE_MAX_MS).toBeLessThanOrEqual(30_000);
  });

  it("are read once for those who ask at the same time", async () => {
    const { pauses, asked } = start();
    await Promise.all([pauses.holding(SCOPES, signal), pauses.holding(SCOPES, signal)]);
    expect(asked).toHaveLength(1);
  });

  it("are read anew after a failure, which is told to nobody else", async () => {
    const { pauses, asked } = start(() => Promise.reject(UNAVAILABLE));
    const first = pauses.holding(SCOPES, signal);
    const second = pauses.holding(SCOPES, signal);
    await expect(first).rejects.toBe(UNAVAILABLE);
    expect(await second).toEqual([]);
    expect(await pauses.holding(SCOPES, signal)).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it("are read anew where the clock was set back, or the instance stood still", async () => {
    const { pauses, clock, asked } = start();
    await pauses.holding(SCOPES, signal);
    clock.jump(-1);
    await pauses.holding(SCOPES, signal);
    clock.jump(5_000);
    await pauses.holding(SCOPES, signal);
    expect(asked).toHaveLength(3);
  });

  it("are told of when an instance meets them first, once for all who ask, and again where they are set anew", async () => {
    const found = (over: Partial<PauseItem> = {}) => [async () => [{ ...PAUSE, ...over }]];
    const again = "2026-11-23T08:00:00.000Z";
    const until = "2026-11-24T08:00:00.000Z";
    const answers = [found(), found(), found(), found({ firstSeenAt: again }), found({ firstSeenAt: again, until })];
    const { pauses, clock, told } = start(...answers.flat());
    const met = { scope: "gateway/main", since: PAUSE.firstSeenAt, until: undefined };
    await pauses.holding(SCOPES, signal);
    await pauses.holding(SCOPES, signal);
    await pauses.holding(toScopes("another", "main", "102"), signal);
    clock.pass(5_000);
    await pauses.holding(SCOPES, signal);
    expect(told).toEqual([met]);
    clock.pass(5_000);
    await pauses.holding(SCOPES, signal);
    expect(told).toEqual([met, { ...met, since: again }]);
    clock.pass(5_000);
    await pauses.holding(SCOPES, signal);
    expect(told.slice(2)).toEqual([{ ...met, since: again, until }]);
  });

  it("are kept for so many agents and no more", async () => {
    const { pauses, asked } = start();
    for (let agent = 0; agent <= 1_000; agent += 1) await pauses.holding(toScopes("crm", "main", String(agent)), signal);
    await pauses.holding(toScopes("crm", "main", "1000"), signal);
    expect(asked).toHaveLength(1_001);
    await pauses.holding(toScopes("crm", "main", "0"), signal);
    expect(asked).toHaveLength(1_002);
  });
});
