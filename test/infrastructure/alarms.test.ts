/** The alarms and the dashboard, as they are packaged for production, against what the code measures and what the runbook says. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { METRICS, NAMESPACE } from "../../lib/metrics.ts";

const SERVICE = "ccgateway-transfer-webhooks-prod";
const PERIODS_MAX_SECONDS = 86_400;

const Dimensions = z.array(z.object({ Name: z.string(), Value: z.unknown() }));
const Metric = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: Dimensions.default([]) });
const Alarm = z.looseObject({
  AlarmDescription: z.string(),
  Period: z.int().optional(),
  EvaluationPeriods: z.int(),
  Metrics: z
    .array(z.object({ MetricStat: z.object({ Metric, Period: z.int() }).optional(), Expression: z.string().optional() }))
    .optional(),
  TreatMissingData: z.string(),
});
type Alarm = z.infer<typeof Alarm>;
const Resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
type Resource = z.infer<typeof Resource>;

/** Of CloudWatch's dashboards: a metric by its name and dimensions, or a search. */
const Row = z.union([
  z.tuple([z.object({ expression: z.string(), label: z.string() })]),
  z.array(z.union([z.string(), z.object({ stat: z.string(), label: z.string() })])),
]);
const Dashboard = z.object({
  widgets: z.array(z.object({ properties: z.object({ metrics: z.array(Row).default([]), alarms: z.array(z.string()).default([]) }) })),
});

type Resolvers = { resolveConfigurationProperty(path: readonly string[]): Promise<unknown> };
const alarmsOf: (resolvers: Resolvers) => Promise<{ Resources: Record<string, Resource> }> = createRequire(import.meta.url)(
  "../../infrastructure/alarms.cjs",
);
const withParameters = (given: { alarmEmail: string; expectedTrafficMinutes?: number }) =>
  alarmsOf({ resolveConfigurationProperty: async () => given });

let resources: Record<string, Resource>;
let alarms: readonly (readonly [string, Alarm])[];
let dashboard: z.infer<typeof Dashboard>;
let runbook: string;
beforeAll(async () => {
  const text = await readFile(join(inject("packageFolder"), "cloudformation-template-update-stack.json"), "utf8");
  resources = z.object({ Resources: z.record(z.string(), Resource) }).parse(JSON.parse(text)).Resources;
  alarms = Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
    Type === "AWS::CloudWatch::Alarm" ? [[id, Alarm.parse(Properties)] as const] : [],
  );
  const body = z.object({ "Fn::Sub": z.string() }).parse(resources.Dashboard?.Properties.DashboardBody)["Fn::Sub"];
  dashboard = Dashboard.parse(JSON.parse(body));
  runbook = await readFile(new URL("../../docs/runbook.md", import.meta.url), "utf8");
});

/** Without the service, which every metric of ours has, and which names this stage. */
function assertMeasured(name: string, dimensions: readonly string[]): void {
  expect(Object.keys(METRICS)).toContain(name);
  const sets = Object.entries(METRICS).flatMap(([metric, { by }]) => (metric === name ? by.map((set) => set.toSorted().join()) : []));
  expect(sets, `${name} by ${dimensions}`).toContain(dimensions.toSorted().join());
}

const metricsOf = ({ Metrics = [], ...alarm }: Alarm) =>
  Metrics.length === 0 ? [Metric.parse(alarm)] : Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
const isOfRollout = (id: string) => /RolloutErrors\w{12}$/.test(id);
const anchorIn = ({ AlarmDescription }: Alarm) => /docs\/runbook\.md#([a-z-]+)$/.exec(AlarmDescription)?.[1];

describe("an alarm", () => {
  it("looks at what is measured for the whole stack, in this stage, or at what AWS measures of its functions, its queues and its access log", () => {
    const names = Object.values(resources).flatMap(({ Type, Properties }) =>
      Type === "AWS::Lambda::Function" ? Properties.FunctionName : [],
    );
    for (const [id, alarm] of alarms)
      for (const { Namespace, MetricName, Dimensions: given } of metricsOf(alarm)) {
        if (Namespace === NAMESPACE) {
          expect(given, id).toEqual([{ Name: "service", Value: SERVICE }]);
          assertMeasured(MetricName, []);
        } else if (Namespace === "AWS/SQS")
          expect(given, id).toEqual([{ Name: "QueueName", Value: { "Fn::GetAtt": ["CallbackDeadLetters", "QueueName"] } }]);
        else if (Namespace === SERVICE) expect([MetricName, given], id).toEqual(["ThrottledRequests", []]);
        else if (isOfRollout(id))
          expect([Namespace, given.map(({ Name }) => Name)], id).toEqual(["AWS/Lambda", ["FunctionName", "Resource", "ExecutedVersion"]]);
        else expect([Namespace, given.map(({ Name }) => Name)], id).toEqual(["AWS/Lambda", ["FunctionName"]]);
        if (id.endsWith("ErrorsAlarm") || id.endsWith("ThrottlesAlarm")) expect(names, id).toContain(given[0]?.Value);
      }
  });

  it("is there for each function that throws, or is not run", () => {
    const functions = Object.values(resources).filter(({ Type }) => Type === "AWS::Lambda::Function");
    for (const what of ["Errors", "Throttles"]) expect(alarms.filter(([id]) => id.endsWith(`${what}Alarm`))).toHaveLength(functions.length);
  });

  it("tells the topic when it rings and when it is over", () => {
    for (const [id, alarm] of alarms)
      expect([id, alarm.AlarmActions, alarm.OKActions]).toEqual([id, [{ Ref: "AlarmTopic" }], [{ Ref: "AlarmTopic" }]]);
  });

  it("of a rollout is named after its function, as the others are, and after the version", () => {
    const names = alarms.flatMap(([id, { AlarmName }]) => (isOfRollout(id) ? String(AlarmName) : []));
    const functions = ["receive-transfer", "read-transfer", "describe-connection", "gateway-events", "agent-sessions"];
    const expected = functions.map((name) => expect.stringMatching(new RegExp(`^${SERVICE}-${name}-rollout-errors-\\w{12}$`)));
    expect(names).toHaveLength(functions.length);
    expect(names).toEqual(expect.arrayContaining(expected));
  });

  it("looks back no further than CloudWatch can", () => {
    for (const [id, { Period, Metrics, EvaluationPeriods }] of alarms) {
      const seconds = Period ?? Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? Number.NaN;
      expect(seconds * EvaluationPeriods, id).toBeLessThanOrEqual(PERIODS_MAX_SECONDS);
    }
  });

  it("rings for silence where something runs every minute, and nowhere else", () => {
    const silent = alarms.filter(([, { TreatMissingData }]) => TreatMissingData === "breaching").map(([id]) => id);
    expect(silent.toSorted()).toEqual(["KeeperSilentAlarm", "SweepFailingAlarm"]);
  });

  it("of a newer version's records rings once every sweep of an hour has met some, and not while a version takes over", () => {
    const { Period, EvaluationPeriods, ...rest } = Alarm.parse(resources.NewerRecordsAlarm?.Properties);
    expect(Number(Period) * EvaluationPeriods).toBe(3_600);
    expect(rest).toMatchObject({ MetricName: "NewerRecords", Statistic: "Minimum", Threshold: 1, TreatMissingData: "notBreaching" });
  });

  it("of the keeper holds the runs that began against the agents that there are", () => {
    expect(resources.KeeperSilentAlarm?.Properties).toMatchObject({
      EvaluationPeriods: 2,
      Metrics: [
        { Id: "silent", Expression: "IF(runs < agents, 1, 0)", ReturnData: true },
        { Id: "agents", MetricStat: { Metric: { MetricName: "ManagedAgents" }, Period: 60, Stat: "Maximum" }, ReturnData: false },
        { Id: "runs", MetricStat: { Metric: { MetricName: "KeeperRuns" }, Period: 60, Stat: "Sum" }, ReturnData: false },
      ],
    });
  });
});

describe("what is opted into", () => {
  it("is not there by itself: nobody subscribed, and no traffic expected", async () => {
    const { Resources } = await withParameters({ alarmEmail: "" });
    expect([Resources.AlarmEmail, Resources.NoTrafficAlarm]).toEqual([undefined, undefined]);
  });

  it("is an e-mail to whoever is on call, and an alarm where nobody calls for so long", async () => {
    const { Resources } = await withParameters({ alarmEmail: "on-call@example.com", expectedTrafficMinutes: 60 });
    expect(Resources.AlarmEmail?.Properties).toEqual({
      TopicArn: { Ref: "AlarmTopic" },
      Protocol: "email",
      Endpoint: "on-call@example.com",
    });
    expect(Resources.NoTrafficAlarm?.Properties).toMatchObject({
      MetricName: "Transfers",
      Statistic: "Sum",
      Period: 3_600,
      TreatMissingData: "breaching",
    });
  });
});

describe("the runbook", () => {
  it("has a section for each alarm, and an alarm for each section", async () => {
    const { Resources } = await withParameters({ alarmEmail: "", expectedTrafficMinutes: 60 });
    const all = [...alarms.map(([, alarm]) => alarm), Alarm.parse(Resources.NoTrafficAlarm?.Properties)];
    const [, section = ""] = runbook.split(/^## Alarms$/m);
    const headings = [...(section.split(/^## /m)[0] ?? "").matchAll(/^### (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
    expect([...new Set(all.map(anchorIn))].toSorted()).toEqual(headings.toSorted());
  });
});

describe("the dashboard", () => {
  it("shows what is measured, by the dimensions that it is measured by", () => {
    const rows = dashboard.widgets.flatMap(({ properties }) => properties.metrics);
    const shown = new Set<string>();
    for (const [first, name, ...rest] of rows) {
      if (typeof first === "object" && "expression" in first) {
        const [, schema = "", metric = ""] =
          /^SEARCH\('\{(.+)\} MetricName="(\w+)" service="ccgateway-transfer-webhooks-prod"', /.exec(first.expression) ?? [];
        const [namespace, service, ...dimensions] = z.array(z.string()).parse(JSON.parse(`[${schema}]`));
        expect([namespace, service], first.expression).toEqual([NAMESPACE, "service"]);
        assertMeasured(metric, dimensions);
        shown.add(metric);
      } else if (first === NAMESPACE) {
        expect(rest.slice(0, 2)).toEqual(["service", SERVICE]);
        assertMeasured(String(name), []);
        shown.add(String(name));
      }
    }
    expect([...shown].toSorted()).toEqual(Object.keys(METRICS).toSorted());
  });

  it("shows the alarms that there are", () => {
    const shown = dashboard.widgets.flatMap(({ properties }) => properties.alarms);
    expect(shown.toSorted()).toEqual(alarms.flatMap(([id]) => (id.endsWith("Alarm") ? `\${${id}.Arn}` : [])).toSorted());
  });
});
