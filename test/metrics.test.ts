/** The list of what is measured, and what CloudWatch is given of it (its Embedded Metric Format). */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createMeter, METRICS, type Meter, NAMESPACE } from "../lib/metrics.ts";

const Line = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.tuple([
      z.object({
        Namespace: z.literal(NAMESPACE),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })),
      }),
    ]),
  }),
});

let printed: string[];
let meter: Meter;
beforeEach(() => {
  printed = [];
  vi.stubEnv("POWERTOOLS_SERVICE_NAME", "ccgateway-transfer-webhooks-test");
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  meter = createMeter();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What was written until now, parsed, the part for CloudWatch apart. */
function flush() {
  meter.flush();
  const lines = printed.splice(0).map((line) => Line.parse(JSON.parse(line)));
  return lines.map(({ _aws, ...values }) => ({ values, ..._aws.CloudWatchMetrics[0] }));
}

describe("the list of metrics", () => {
  it("has no dimension that a request, a call or a person could fill", () => {
    const names = new Set(Object.values(METRICS).flatMap(({ by }) => by.flat()));
    expect([...names].toSorted()).toEqual([
      ...["agentId", "certificate", "code", "connection", "gateway", "outcome"],
      ...["result", "secretId", "source", "to", "type"],
    ]);
  });

  it.each(Object.entries(METRICS))("gives %s a series at least, and no dimension to two of them", (_name, { by }) => {
    expect(by.length).toBeGreaterThan(0);
    expect(new Set(by.flat()).size).toBe(by.flat().length);
  });
});

describe("a metric", () => {
  it("is a series for each set of its dimensions, all of them of this stack", () => {
    meter.add("Transfers", 1, { source: "api", code: "accepted" });
    expect(flush()).toEqual([
      {
        values: { service: "ccgateway-transfer-webhooks-test", source: "api", code: "accepted", Transfers: 1 },
        Namespace: NAMESPACE,
        Dimensions: [["service", "source", "code"], ["service"]],
        Metrics: [{ Name: "Transfers", Unit: "Count" }],
      },
    ]);
  });

  it("of the whole stack has no other dimension", () => {
    meter.add("ManagedAgents", 0, {});
    expect(flush()).toMatchObject([{ Dimensions: [["service"]], values: { ManagedAgents: 0 } }]);
  });

  it("has the unit that is listed", () => {
    meter.add("GatewayMs", 12.5, { gateway: "main" });
    meter.add("DeadlineUsed", 50, { source: "api" });
    meter.add("PasswordDaysLeft", -1, { gateway: "main", agentId: "101" });
    expect(flush().map(({ Metrics }) => Metrics)).toEqual([
      [{ Name: "GatewayMs", Unit: "Milliseconds" }],
      [{ Name: "DeadlineUsed", Unit: "Percent" }],
      [{ Name: "PasswordDaysLeft", Unit: "None" }],
    ]);
  });

  it("shares a line with all that have its dimensions, and keeps every value", () => {
    meter.add("GatewayMs", 10, { gateway: "main" });
    meter.add("GuidRenewals", 1, { gateway: "main" });
    meter.add("GatewayMs", 20, { gateway: "main" });
    meter.add("GatewayMs", 30, { gateway: "other" });
    expect(flush()).toMatchObject([
      { values: { gateway: "main", GatewayMs: [10, 20], GuidRenewals: 1 } },
      { values: { gateway: "other", GatewayMs: 30 } },
    ]);
  });

  it("keeps its dimensions however many there are of it", () => {
    for (let count = 0; count < 250; count += 1) meter.add("GuidRenewals", 1, { gateway: "main" });
    const told = flush();
    expect(told.flatMap(({ values }) => values.GuidRenewals)).toHaveLength(250);
    expect(new Set(told.map(({ values }) => values.gateway))).toEqual(new Set(["main"]));
  });

  it("is written once", () => {
    meter.add("KeeperRuns", 1, {});
    expect([flush().length, flush().length]).toEqual([1, 0]);
  });
});
