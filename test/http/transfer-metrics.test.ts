/** What is measured of a transfer, by what the log tells of it. */
import { describe, expect, it } from "vitest";
import { startStopwatch } from "../../lib/http/stopwatch.ts";
import { countTransfer, measureDeadline } from "../../lib/http/transfer-metrics.ts";
import type { LogFields } from "../../lib/log.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock } from "../support/manual-clock.ts";

/** The metrics, and by what: without the dimensions that are the same for all. */
function counted(facts: LogFields): string[] {
  const log = createKeptLog();
  countTransfer(facts.dryRun === true ? "dry-run" : "result", facts, { log, source: "api", gateway: "main" });
  return log.counts.map(({ metric, dimensions: { code, result, gateway } }) => [metric, code ?? result ?? gateway].join(" "));
}

describe("a transfer", () => {
  it("is counted by its source and its code", () => {
    const log = createKeptLog();
    countTransfer("failure", { code: "forbidden" }, { log, source: "zendesk", gateway: "main" });
    expect(log.counts).toEqual([{ metric: "Transfers", dimensions: { source: "zendesk", code: "forbidden" } }]);
  });

  const transferId = "t-1";
  it.each<[string, LogFields, string[]]>([
    ["a dry run", { dryRun: true }, ["Transfers dry-run"]],
    ["accepted", { state: "accepted", transferId, replayed: false }, ["Transfers accepted", "Claims taken"]],
    ["a replay", { state: "accepted", transferId, replayed: true }, ["Transfers accepted", "Claims replayed"]],
    ["refused before a claim", { code: "forbidden", effect: "none" }, ["Transfers forbidden"]],
    ["another's call", { code: "call-busy", effect: "none" }, ["Transfers call-busy", "Claims busy"]],
    ["another request", { code: "idempotency-mismatch", transferId }, ["Transfers idempotency-mismatch", "Claims mismatch"]],
    ["the first in flight", { code: "duplicate-in-progress", transferId }, ["Transfers duplicate-in-progress", "Claims in-progress"]],
    ["too old", { code: "expired", effect: "none" }, ["Transfers expired", "Claims expired"]],
    [
      "unknown",
      { state: "unknown", code: "gateway-timeout", transferId, replayed: false },
      ["Transfers gateway-timeout", "Claims taken", "UnknownTransfers main"],
    ],
    [
      "unknown, told once more",
      { state: "unknown", code: "gateway-timeout", transferId, replayed: true },
      ["Transfers gateway-timeout", "Claims replayed"],
    ],
    [
      "a bug while it was sent",
      { code: "internal", effect: "unknown", transferId },
      ["Transfers internal", "Claims taken", "UnknownTransfers main"],
    ],
    ["a bug before", { code: "internal", effect: "none" }, ["Transfers internal"]],
    [
      "without a session",
      { state: "refused", code: "agent-not-signed-in", transferId, replayed: false },
      ["Transfers agent-not-signed-in", "Claims taken", "WithoutSession main"],
    ],
    ["without a session from the start", { code: "agent-not-signed-in" }, ["Transfers agent-not-signed-in", "WithoutSession main"]],
    ["not sent", { code: "gateway-unreachable", transferId }, ["Transfers gateway-unreachable", "Claims taken", "GatewayUnreachable main"]],
  ])("that is %s is counted so", (_what, facts, told) => {
    expect(counted(facts)).toEqual(told);
  });
});

describe("the time that a caller can wait", () => {
  it.each([
    [0, 4_000, 0],
    [1_000, 4_000, 25],
    [3_999, 4_000, 100],
    [5_000, 4_000, 125],
  ])("is used by %i ms of %i for %i percent", (tookMs, budgetMs, value) => {
    const clock = createManualClock();
    const stopwatch = startStopwatch({ ...clock, requestedAtMs: undefined, runtimeLeftMs: undefined });
    const deadline = stopwatch.deadline(budgetMs);
    clock.pass(tookMs);
    const log = createKeptLog();
    measureDeadline(log, "api", stopwatch, deadline);
    stopwatch.end();
    expect(log.measures).toEqual([{ metric: "DeadlineUsed", value, dimensions: { source: "api" } }]);
  });
});
