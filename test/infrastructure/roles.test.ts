/** The functions' roles in a VPC: the file itself, with checked parameters. What they are without one, the packaged template shows. */
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import * as z from "zod";

const require = createRequire(import.meta.url);
type Resolvers = { resolveConfigurationProperty(): Promise<object>; resolveVariable(name: string): Promise<string> };
const roles: (resolvers: Resolvers) => Promise<unknown> = require("../../infrastructure/roles.cjs");
const { inVpc }: { inVpc(parameters: object): readonly string[] } = require("../../infrastructure/grants.cjs");

const IN_VPC = { vpcId: "vpc-01234567", callbacksInVpc: false };
const Statement = z.looseObject({ Effect: z.string(), Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() });
const Roles = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Properties: z.object({
        Policies: z.tuple([z.object({ PolicyName: z.string(), PolicyDocument: z.object({ Statement: z.array(Statement) }) })]),
      }),
    }),
  ),
});

async function statementsIn(parameters: object) {
  const made = await roles({ resolveConfigurationProperty: async () => parameters, resolveVariable: async () => "default" });
  return Object.values(Roles.parse(made).Resources).map(({ Properties: { Policies } }) => ({
    name: Policies[0].PolicyName,
    ofInterfaces: Policies[0].PolicyDocument.Statement.filter(({ Action }) => [Action].flat().some((action) => action.startsWith("ec2:"))),
  }));
}

it("lets Lambda make the interfaces of the functions that are in it, which their own code may not", async () => {
  for (const { name, ofInterfaces } of await statementsIn(IN_VPC)) {
    if (!inVpc(IN_VPC).includes(name)) {
      expect(ofInterfaces, name).toEqual([]);
      continue;
    }
    const [onAny, deleting, denied] = ofInterfaces;
    expect(
      ofInterfaces.map(({ Effect }) => Effect),
      name,
    ).toEqual(["Allow", "Allow", "Deny"]);
    expect(deleting, name).toMatchObject({
      Action: ["ec2:DeleteNetworkInterface"],
      Resource: { "Fn::Sub": expect.stringMatching(/:ec2:.*:\*\/\*$/) },
    });
    expect([denied?.Action, denied?.Resource], name).toEqual([[onAny?.Action, deleting?.Action].flat(), "*"]);
    const sourceArn = expect.stringMatching(new RegExp(`:function:.+-${name}$`));
    expect(denied?.Condition, name).toEqual({ ArnEquals: { "lambda:SourceFunctionArn": { "Fn::Sub": sourceArn } } });
  }
});

it("lets nobody touch interfaces where there is none", async () => {
  expect((await statementsIn({ ...IN_VPC, vpcId: "" })).flatMap(({ ofInterfaces }) => ofInterfaces)).toEqual([]);
});
