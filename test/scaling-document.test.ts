/** docs/scaling.md, held against the template and the list of metrics: what is counted there is what is deployed, and its sums are those of its rows. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { simulateFleet } from "../bench/growth/fleet.ts";
import { METRICS } from "../lib/metrics.ts";
import { read } from "./support/connect-documents.ts";
import { readTables, unquote } from "./support/markdown-tables.ts";

const tables = readTables(read("docs/scaling.md"));
const rowsOf = (heading: string) => tables.find((table) => table.heading === heading)?.rows ?? [];
const leading = (cell = "") => Number(/^[\d ]+/.exec(cell)?.[0].replaceAll(" ", ""));

const Resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
let resources: readonly z.infer<typeof Resource>[];
beforeAll(async () => {
  const text = await readFile(join(inject("packageFolder"), "cloudformation-template-update-stack.json"), "utf8");
  resources = Object.values(z.object({ Resources: z.record(z.string(), Resource) }).parse(JSON.parse(text)).Resources);
});

const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
const MathAlarm = z.object({ Metrics: z.array(z.looseObject({ MetricStat: z.object({ Period: z.int() }).optional() })) });
/** The periods of the metrics that an alarm looks at. */
const periodsOf = (alarm: z.infer<typeof Resource>) =>
  MathAlarm.safeParse(alarm.Properties).data?.Metrics.flatMap(({ MetricStat }) => MetricStat?.Period ?? []) ?? [
    Number(alarm.Properties.Period),
  ];

describe("what is there", () => {
  it("is as many as are deployed, and measured", () => {
    const alarms = ofType("AWS::CloudWatch::Alarm");
    // One of each function, and the API's.
    expect(ofType("AWS::Logs::LogGroup")).toHaveLength(ofType("AWS::Lambda::Function").length + 1);
    expect(rowsOf("What is there").map(([, count]) => Number(count))).toEqual([
      ofType("AWS::Lambda::Function").length,
      alarms.length,
      alarms.flatMap(periodsOf).length,
      ofType("AWS::CloudWatch::Dashboard").length,
      ofType("AWS::SecretsManager::Secret").length,
      ofType("AWS::KMS::Key").length,
      ofType("AWS::DynamoDB::Table").length,
      ofType("AWS::SQS::Queue").length,
      ofType("AWS::Events::Rule").length,
      Object.keys(METRICS).length,
      Object.values(METRICS).reduce((sets, { by }) => sets + by.length, 0),
    ]);
  });

  it("is of standard resolution, on demand, and every minute", () => {
    for (const period of ofType("AWS::CloudWatch::Alarm").flatMap(periodsOf)) expect(period).toBeGreaterThanOrEqual(60);
    for (const { Properties } of ofType("AWS::DynamoDB::Table")) expect(Properties.BillingMode).toBe("PAY_PER_REQUEST");
    for (const { Properties } of ofType("AWS::Events::Rule")) expect(Properties.ScheduleExpression).toBe("rate(1 minute)");
  });
});

describe("the costs", () => {
  it.each(["At rest", "A million transfers"])("of %s are summed up", (heading) => {
    const rows = rowsOf(heading);
    const [sum, ...others] = rows.map(([, , usd]) => Math.round(Number(usd) * 100)).toReversed();
    expect(others.length).toBeGreaterThan(10);
    expect(sum).toBe(others.reduce((one, other) => one + other, 0));
  });

  it("at rest are of what is there", () => {
    const counted = new Map(rowsOf("What is there").map(([what = "", count]) => [what.split(/[:,]/)[0], Number(count)]));
    const charged = new Map(rowsOf("At rest").map(([what = "", how]) => [what.split(",")[0], leading(how)]));
    expect(charged.get("alarms")).toBe(counted.get("metrics that they look at"));
    expect(charged.get("dashboard")).toBe(counted.get("dashboards"));
    expect(charged.get("secrets of the stack")).toBe(counted.get("secrets of the stack"));
    expect(charged.get("KMS key")).toBe(counted.get("KMS keys"));
  });
});

describe("at higher rates", () => {
  const RATES = [1, 100, 10_000];
  const fleets = RATES.map((perSecond) => ({ perSecond, ...simulateFleet({ perSecond, transferMs: 300 }) }));
  const rows = rowsOf("At higher rates");
  const cellsOf = (row: number) => rows[row]?.slice(1, 1 + RATES.length).map(Number);
  const perMillion = new Map(rowsOf("A million transfers").map(([what = "", , usd]) => [what, Number(usd)]));
  const priceOf = (what: string) => perMillion.get(what) ?? expect.fail(what);

  /** X-Ray traces the first run of a second and 5 % of the others, of two functions; a call to Secrets Manager is one to KMS as well. */
  function toMonthlyUsd({ perSecond, secretsCallsPerTransfer }: (typeof fleets)[number]): number {
    const others = priceOf("sum") - priceOf("X-Ray") - priceOf("Secrets Manager calls") - priceOf("KMS requests");
    const traces = 2 * Math.min(1, 1 / perSecond + 0.05);
    const usd = others + traces * 5 + secretsCallsPerTransfer * (5 + 3);
    return Number(((usd * perSecond * 730 * 60 * 60) / 1_000_000).toPrecision(2));
  }

  it("it is as many as the simulated fleet makes of them, at the prices of a million", () => {
    const units = leading(rowsOf("A million transfers")[0]?.[1]);
    const requests = leading(rowsOf("A million transfers").find(([what]) => what === "HTTP API")?.[1]);
    expect(rows.map((_, row) => cellsOf(row))).toEqual([
      fleets.map(({ instances }) => instances),
      RATES.map((rate) => rate * requests),
      fleets.map(({ secretsCallsPerTransfer }) => Math.round(secretsCallsPerTransfer * 1_000)),
      fleets.map(({ secretsCallsInASecond }) => secretsCallsInASecond),
      RATES.map((rate) => rate * units),
      fleets.map(toMonthlyUsd),
    ]);
  });
});

describe("the metrics", () => {
  it("are listed, by each set of their dimensions", () => {
    const listed = rowsOf("Metrics").flatMap(([by = "", metrics = ""]) => {
      const set = by.includes("`") ? by.split(", ").map(unquote) : [];
      return metrics.split(", ").map((metric) => `${unquote(metric)} by ${set.toSorted()}`);
    });
    const measured = Object.entries(METRICS).flatMap(([name, { by }]) => by.map((set) => `${name} by ${set.toSorted()}`));
    expect(listed.toSorted()).toEqual(measured.toSorted());
  });
});
