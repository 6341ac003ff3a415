/** What is in a VPC, and what it may reach from there. The file itself, with checked parameters. */
import { createRequire } from "node:module";
import { expect, it } from "vitest";

type Network = { Resources?: Record<string, { Properties: { SecurityGroupEgress: unknown[]; VpcId: string } }> };
const network: (resolvers: { resolveConfigurationProperty(): Promise<object> }) => Promise<Network> = createRequire(import.meta.url)(
  "../../infrastructure/network.cjs",
);

const InVpc: new (serverless: object) => { hooks: Record<string, () => void> } = createRequire(import.meta.url)(
  "../../infrastructure/in-vpc.cjs",
);
const { GRANTS }: { GRANTS: object } = createRequire(import.meta.url)("../../infrastructure/grants.cjs");

const PARAMETERS = {
  vpcId: "vpc-01234567",
  vpcSubnetIds: ["subnet-01234567"],
  gatewayCidrs: ["10.20.30.40/32", "10.20.30.41/32"],
  gatewayPort: 8043,
  endpointsSecurityGroupId: "sg-01234567",
  dynamoDbPrefixListId: "pl-01234567",
  internetCidrs: [],
  callbacksInVpc: false,
};
const made = (given: object) => network({ resolveConfigurationProperty: async () => ({ ...PARAMETERS, ...given }) });

/** The functions, once the plugin has been there. */
function entered(given: object) {
  const functions: Record<string, { vpc?: object }> = Object.fromEntries(Object.keys(GRANTS).map((name) => [name, {}]));
  const service = { custom: { parameters: { ...PARAMETERS, ...given } }, getFunction: (name: string) => functions[name] };
  const { hooks } = new InVpc({ service });
  for (const run of Object.values(hooks)) run();
  return { functions, hooks };
}

it("is none where no VPC is named", async () => {
  expect(await made({ vpcId: "" })).toEqual({});
});

it("holds the functions that talk to a gateway, and no others", () => {
  const { functions } = entered({});
  expect(Object.keys(functions).filter((name) => functions[name]?.vpc)).toEqual([
    "receive-transfer",
    "receive-lex",
    "keep-session",
    "sign-out-agents",
    "diagnose",
    "sweep-records",
  ]);
  expect(functions["keep-session"]?.vpc).toEqual({
    securityGroupIds: [{ Ref: "FunctionsSecurityGroup" }],
    subnetIds: ["subnet-01234567"],
  });
});

it("holds the one that tells receivers too, where they are on the same network", () => {
  expect(entered({ callbacksInVpc: true }).functions["deliver-callbacks"]).toHaveProperty("vpc");
});

it("holds nobody where there is none", () => {
  expect(Object.values(entered({ vpcId: "" }).functions).filter(({ vpc }) => vpc)).toEqual([]);
});

it("is entered before functions are compiled, whose versions it is part of", () => {
  expect(Object.keys(entered({}).hooks)).toEqual(["before:package:compileFunctions"]);
});

it("lets them reach the gateway at its port, the endpoints, DynamoDB, and nothing else", async () => {
  const egress = (await made({})).Resources?.FunctionsSecurityGroup?.Properties.SecurityGroupEgress;
  expect(egress).toEqual([
    expect.objectContaining({ CidrIp: "10.20.30.40/32", FromPort: 8043, ToPort: 8043 }),
    expect.objectContaining({ CidrIp: "10.20.30.41/32", FromPort: 8043, ToPort: 8043 }),
    expect.objectContaining({ DestinationSecurityGroupId: "sg-01234567", FromPort: 443, ToPort: 443 }),
    expect.objectContaining({ DestinationPrefixListId: "pl-01234567", FromPort: 443, ToPort: 443 }),
  ]);
});

it("lets them reach the internet by 443 where the parameters say so", async () => {
  const { Resources } = await made({ endpointsSecurityGroupId: "", dynamoDbPrefixListId: "", internetCidrs: ["0.0.0.0/0"] });
  expect(Resources?.FunctionsSecurityGroup?.Properties.SecurityGroupEgress.slice(2)).toEqual([
    expect.objectContaining({ CidrIp: "0.0.0.0/0", FromPort: 443, ToPort: 443 }),
  ]);
});

it("has no rule twice, which AWS refuses, where the gateway is on the internet by 443 itself", async () => {
  const { Resources } = await made({ gatewayPort: 443, gatewayCidrs: ["0.0.0.0/0"], internetCidrs: ["0.0.0.0/0", "10.0.0.0/8"] });
  const rules = Resources?.FunctionsSecurityGroup?.Properties.SecurityGroupEgress.filter((rule) => Object.hasOwn(Object(rule), "CidrIp"));
  expect(rules).toEqual([
    expect.objectContaining({ CidrIp: "0.0.0.0/0", Description: "The gateway" }),
    expect.objectContaining({ CidrIp: "10.0.0.0/8", Description: "The internet" }),
  ]);
});
