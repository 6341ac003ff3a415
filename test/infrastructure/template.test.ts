/** What CloudFormation is asked to make for production. Read from the package. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";

const Resource = z.object({
  Type: z.string(),
  DeletionPolicy: z.string().optional(),
  UpdatePolicy: z.unknown().optional(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
type Resource = z.infer<typeof Resource>;

/** What AWS allows no narrower resource for. */
const UNBOUNDED = ["secretsmanager:ListSecrets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];

let resources: Record<string, Resource>;
beforeAll(async () => {
  const text = await readFile(join(inject("packageFolder"), "cloudformation-template-update-stack.json"), "utf8");
  resources = z.object({ Resources: z.record(z.string(), Resource) }).parse(JSON.parse(text)).Resources;
});

const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);

const Role = z.object({
  Policies: z
    .array(
      z.object({
        PolicyDocument: z.object({
          Statement: z.array(z.object({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() })),
        }),
      }),
    )
    .default([]),
});
const AccessLog = z.object({ DestinationArn: z.unknown(), Format: z.string() });
const statementsOf = (role: Resource) => Role.parse(role.Properties).Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

describe("what is deployed to production", () => {
  it("gives each function a role of its own", () => {
    const roles = ofType("AWS::Lambda::Function").map(([, { Properties }]) => JSON.stringify(Properties.Role));
    expect(new Set(roles).size).toBe(roles.length);
    expect(ofType("AWS::IAM::Role").map(([id]) => id)).toEqual(
      expect.arrayContaining(
        roles.map((role) => z.object({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) }).parse(JSON.parse(role))["Fn::GetAtt"][0]),
      ),
    );
  });

  it("allows on every resource what AWS allows no narrower, and nothing else", () => {
    const unbounded = ofType("AWS::IAM::Role").flatMap(([, role]) =>
      statementsOf(role).flatMap(({ Action, Resource }) => (JSON.stringify(Resource).includes('"*"') ? [Action].flat() : [])),
    );
    expect([...new Set(unbounded)].toSorted()).toEqual(UNBOUNDED);
  });

  it("allows no action by a pattern", () => {
    const actions = ofType("AWS::IAM::Role").flatMap(([, role]) => statementsOf(role).flatMap(({ Action }) => [Action].flat()));
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
  });

  it("encrypts secrets, tables and queues with the stack's key", () => {
    const keyOf = ({ Properties }: Resource) =>
      JSON.stringify(Properties.KmsKeyId ?? Properties.KmsMasterKeyId ?? Properties.SSESpecification);
    const kept = ["AWS::SecretsManager::Secret", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SNS::Topic"].flatMap(ofType);
    expect(kept.length).toBeGreaterThanOrEqual(7);
    for (const [id, resource] of kept) expect(keyOf(resource), id).toContain("DataKey");
  });

  it("keeps records, keys and what they are encrypted with when the stack goes", () => {
    const kept = Object.entries(resources).filter(
      ([, { Type, DeletionPolicy }]) => DeletionPolicy?.startsWith("Retain") && Type !== "AWS::Lambda::Version",
    );
    expect(kept.map(([id]) => id).toSorted()).toEqual(["DataKey", "EventsKey", "RecordsKey", "RecordsTable", "StatusKey"]);
    expect(resources.RecordsTable?.Properties).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it("backs no Guid up", () => {
    expect(resources.SessionsTable?.Properties).toMatchObject({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } });
  });

  it("traces each function, keeps its log for a time, and gives it 28 s where somebody waits", () => {
    const functions = ofType("AWS::Lambda::Function");
    for (const [id, { Properties }] of functions)
      expect(Properties, id).toMatchObject({ TracingConfig: { Mode: "Active" }, Architectures: ["arm64"] });
    // And that of API Gateway.
    expect(ofType("AWS::Logs::LogGroup")).toHaveLength(functions.length + 1);
    for (const [, { Properties }] of ofType("AWS::Logs::LogGroup")) expect(Properties.RetentionInDays).toBe(90);
  });

  it("throttles the API", () => {
    expect(resources.HttpApiStage?.Properties.DefaultRouteSettings).toEqual({
      DetailedMetricsEnabled: true,
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
    });
  });

  it("has API Gateway log each request, by nothing that tells who called or what a status address is signed with", () => {
    const { DestinationArn, Format } = AccessLog.parse(resources.HttpApiStage?.Properties.AccessLogSettings);
    expect(DestinationArn).toEqual({ "Fn::GetAtt": ["HttpApiLogGroup", "Arn"] });
    const variables = Object.values(z.record(z.string(), z.string()).parse(JSON.parse(Format))).filter((value) => value.includes("$"));
    expect(variables.toSorted()).toEqual(
      [
        ...["requestId", "requestTime", "httpMethod", "routeKey", "status", "responseLatency", "responseLength"],
        ...["integration.status", "integration.latency", "error.responseType"],
      ]
        .map((name) => `$context.${name}`)
        .toSorted(),
    );
  });

  it("counts the requests that API Gateway turned away itself: 429, and no function was asked", () => {
    const { Format } = AccessLog.parse(resources.HttpApiStage?.Properties.AccessLogSettings);
    expect(JSON.parse(Format)).toMatchObject({ status: "$context.status", integrationStatus: "$context.integration.status" });
    expect(resources.ThrottledRequests?.Properties).toMatchObject({
      LogGroupName: { Ref: "HttpApiLogGroup" },
      FilterPattern: '{ $.status = "429" && $.integrationStatus = "-" }',
      MetricTransformations: [{ MetricNamespace: "ccgateway-transfer-webhooks-prod", MetricName: "ThrottledRequests", MetricValue: "1" }],
    });
    expect(resources.ApiThrottledAlarm?.Properties).toMatchObject({
      Namespace: "ccgateway-transfer-webhooks-prod",
      MetricName: "ThrottledRequests",
      Statistic: "Sum",
      Threshold: 1,
    });
  });

  it("has callers invoke an alias that moves to a new version gradually, and back on errors", () => {
    const integration = JSON.stringify(resources.HttpApiIntegrationReceiveDashtransfer);
    expect(integration).toContain('[{"Fn::GetAtt":["ReceiveDashtransferLambdaFunction","Arn"]},"live"]');
    expect(resources.ReceiveDashtransferAlias?.UpdatePolicy).toMatchObject({
      CodeDeployLambdaAliasUpdate: { DeploymentGroupName: { Ref: "ReceiveDashtransferRollout" } },
    });
    expect(resources.ReceiveDashtransferRollout?.Properties).toMatchObject({
      DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: expect.stringMatching(/^ReceiveDashtransferRolloutErrors\w{12}$/) } }] },
    });
  });
});
