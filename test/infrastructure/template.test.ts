/** What CloudFormation is asked to make for production. Read from the package. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { toAccessLogGroup } from "../../cli/access-log.ts";

const Resource = z.object({
  Type: z.string(),
  DeletionPolicy: z.string().optional(),
  UpdatePolicy: z.unknown().optional(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
type Resource = z.infer<typeof Resource>;

/** What AWS allows no narrower resource for. */
const UNBOUNDED = ["cloudwatch:DescribeAlarms", "secretsmanager:ListSecrets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];
/** Who may do what none of the functions' calls can be narrowed to. */
const LISTERS = ["DiagnoseRole", "DispatchKeepersRole", "SignOutAgentsRole"];

const ARN = "arn:${AWS::Partition}:";
const HERE = "${AWS::Region}:${AWS::AccountId}";
const NAME = "ccgateway-transfer-webhooks-prod";

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

  it("lets three functions list secrets, and CodeDeploy read alarms", () => {
    const rolesWith = (action: string) =>
      ofType("AWS::IAM::Role").flatMap(([id, role]) =>
        statementsOf(role).some(({ Action }) => [Action].flat().includes(action)) ? [id] : [],
      );
    expect(rolesWith("secretsmanager:ListSecrets").toSorted()).toEqual(LISTERS);
    expect(rolesWith("cloudwatch:DescribeAlarms")).toEqual(["RolloutRole"]);
  });

  it("gives no role a policy of AWS's own, which are wider and change by themselves", () => {
    for (const [id, { Properties }] of ofType("AWS::IAM::Role")) expect(Properties.ManagedPolicyArns, id).toBeUndefined();
  });

  it("lets CodeDeploy move the aliases that it is to move, for this stack's rollouts", () => {
    const { AssumeRolePolicyDocument } = resources.RolloutRole?.Properties ?? {};
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: "codedeploy.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
            ArnLike: { "aws:SourceArn": { "Fn::Sub": `${ARN}codedeploy:${HERE}:deploymentgroup:\${RolloutApplication}/*` } },
          },
        },
      ],
    });
    const aliases = ofType("AWS::Lambda::Alias").map(
      ([, { Properties }]) => z.object({ Ref: z.string() }).parse(Properties.FunctionName).Ref,
    );
    const names = aliases.map((id) => String(resources[id]?.Properties.FunctionName));
    expect(names).toHaveLength(5);
    const [moved] = resources.RolloutRole ? statementsOf(resources.RolloutRole) : [];
    expect(moved?.Action).toEqual(["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"]);
    expect([moved?.Resource].flat()).toEqual(
      names.flatMap((name) => [
        { "Fn::Sub": `${ARN}lambda:${HERE}:function:${name}` },
        { "Fn::Sub": `${ARN}lambda:${HERE}:function:${name}:live` },
      ]),
    );
  });

  it("lets alarms of this stack publish to the topic, with its key, and gives nobody else a right by a policy of the topic's", () => {
    const condition = {
      StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
      ArnLike: { "aws:SourceArn": { "Fn::Sub": `${ARN}cloudwatch:${HERE}:alarm:${NAME}-*` } },
    };
    const byAlarms = { Effect: "Allow", Principal: { Service: "cloudwatch.amazonaws.com" }, Condition: condition };
    expect(resources.AlarmTopicPolicy?.Properties).toMatchObject({
      Topics: [{ Ref: "AlarmTopic" }],
      PolicyDocument: { Statement: [{ ...byAlarms, Action: "sns:Publish", Resource: { Ref: "AlarmTopic" } }] },
    });
    expect(resources.DataKey?.Properties.KeyPolicy).toMatchObject({
      Statement: [{ Sid: "Account" }, { ...byAlarms, Action: ["kms:Decrypt", "kms:GenerateDataKey"] }],
    });
    for (const [id, { Properties }] of ofType("AWS::CloudWatch::Alarm")) expect(Properties.AlarmName, id).toMatch(new RegExp(`^${NAME}-`));
  });

  it("leaves the key to the account's policies, so that nobody is locked out of it", () => {
    expect(resources.DataKey?.Properties.KeyPolicy).toMatchObject({
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: { "Fn::Sub": `${ARN.replace("Partition}:", "Partition}:iam::")}\${AWS::AccountId}:root` } },
          Action: "kms:*",
        },
        {},
      ],
    });
  });

  it("has each function invoked by what is named, in this account", () => {
    const permissions = ofType("AWS::Lambda::Permission");
    expect(permissions.length).toBeGreaterThanOrEqual(9);
    for (const [id, { Properties }] of permissions) {
      expect(Properties.Action, id).toBe("lambda:InvokeFunction");
      expect(["apigateway.amazonaws.com", "events.amazonaws.com"], id).toContain(Properties.Principal);
      // The API of this stack, or one of its schedules.
      expect(JSON.stringify(Properties.SourceArn), id).toMatch(/\{"Ref":"AWS::AccountId"\},":",\{"Ref":"HttpApi"\}|EventsRuleSchedule1/);
    }
  });

  it("keeps the packages from the public", () => {
    expect(resources.ServerlessDeploymentBucket?.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
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
    for (const [id, { Properties }] of functions) {
      expect(Properties, id).toMatchObject({ TracingConfig: { Mode: "Active" }, Architectures: ["arm64"] });
      if (/^(?:ReceiveDash|ReadDash|DescribeDash|GatewayDash|AgentDash|Health|Unrouted)/.test(id)) expect(Properties.Timeout, id).toBe(28);
    }
    // And that of API Gateway.
    expect(ofType("AWS::Logs::LogGroup")).toHaveLength(functions.length + 1);
    for (const [, { Properties }] of ofType("AWS::Logs::LogGroup")) expect(Properties.RetentionInDays).toBe(90);
  });

  it("throttles the API, and pays for no metric of each route", () => {
    expect(resources.HttpApiStage?.Properties.DefaultRouteSettings).toEqual({
      DetailedMetricsEnabled: false,
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
    });
  });

  it("has API Gateway log each request, by nothing that tells who called or what a status address is signed with", () => {
    const { DestinationArn, Format } = AccessLog.parse(resources.HttpApiStage?.Properties.AccessLogSettings);
    expect(DestinationArn).toEqual({ "Fn::GetAtt": ["HttpApiLogGroup", "Arn"] });
    // Where `ccgw explain` looks for it.
    expect(resources.HttpApiLogGroup?.Properties.LogGroupName).toBe(toAccessLogGroup("prod"));
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
