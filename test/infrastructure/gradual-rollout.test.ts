/** How one version of a function follows another. The plugin itself, with what it asks of the framework written down. */
import { createRequire } from "node:module";
import { expect, it } from "vitest";

interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Record<string, unknown>;
}
type Resources = Record<string, Resource>;
type Plugin = { hooks: Readonly<Record<"before:package:finalize", () => void>> };
const GradualRollout: new (serverless: unknown) => Plugin = createRequire(import.meta.url)("../../infrastructure/gradual-rollout.cjs");

const NAMES = ["receive-transfer", "read-transfer", "describe-connection", "gateway-events", "agent-sessions"];
/** What AWS takes as the name of an alarm, and CloudFormation as a logical id. */
const NAME_MAX = 255;
/** As the framework writes it into the logical id of a version. */
const FIRST = "4dRCQD9FQM4DGFoxlwajftfCheQYV43JADick03Jygo";
const NEXT = "XEPbAQuPTKc9SzJm15DDGtwAlbjwaU80hRCCVZKD8";

const normalized = (name: string) => name[0]?.toUpperCase() + name.slice(1).replaceAll("-", "Dash");

function packaged(hash: string): Resources {
  const versions = NAMES.map((name): [string, Resource] => [
    `${normalized(name)}LambdaVersion${hash}`,
    { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: `${normalized(name)}LambdaFunction` } } },
  ]);
  const template: { Resources: Resources } = { Resources: Object.fromEntries(versions) };
  const naming = { getNormalizedFunctionName: normalized, getStackName: () => "ccgateway-transfer-webhooks-production-south" };
  const { hooks } = new GradualRollout({
    getProvider: () => ({ naming }),
    service: {
      custom: { parameters: { rollout: "Canary10Percent5Minutes", permissionsBoundaryArn: "" } },
      provider: { compiledCloudFormationTemplate: template },
    },
  });
  hooks["before:package:finalize"]();
  return template.Resources;
}

const alarmsOf = (resources: Resources) =>
  Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
    Type === "AWS::CloudWatch::Alarm" ? [[id, String(Properties.AlarmName)] as const] : [],
  );

it("gives each version an alarm of its own, which does not ring yet, whatever that of the one before does", () => {
  const [before, after] = [alarmsOf(packaged(FIRST)), alarmsOf(packaged(NEXT))].map((alarms) => new Set(alarms.flat()));
  expect(before?.size).toBe(2 * NAMES.length);
  expect([...(before ?? [])].filter((each) => after?.has(each))).toEqual([]);
});

it("keeps the alarm where the version stays", () => {
  expect(alarmsOf(packaged(FIRST))).toEqual(alarmsOf(packaged(FIRST)));
});

it("has CodeDeploy look at that of the new version alone, before callers are moved to it", () => {
  const resources = packaged(NEXT);
  for (const name of NAMES.map(normalized)) {
    const id = `${name}RolloutErrors${NEXT.slice(0, 12)}`;
    expect(resources[`${name}Rollout`]?.Properties.AlarmConfiguration).toEqual({ Enabled: true, Alarms: [{ Name: { Ref: id } }] });
    expect(resources[id]?.Properties.Dimensions).toContainEqual({
      Name: "ExecutedVersion",
      Value: { "Fn::GetAtt": [`${name}LambdaVersion${NEXT}`, "Version"] },
    });
    expect(resources[`${name}Alias`]?.DependsOn).toEqual([`${name}Rollout`]);
  }
});

it("names alarms that AWS takes, also of the longest stage", () => {
  for (const each of alarmsOf(packaged(FIRST)).flat()) expect(each.length).toBeLessThan(NAME_MAX);
});
