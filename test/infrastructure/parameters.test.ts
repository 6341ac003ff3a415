/** What whoever deploys may set, and what they are told of what is wrong. The file itself, with the framework's resolvers written down. */
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { BASE_URLS, NO_BASE_URLS } from "../support/base-urls.ts";

type Resolvers = {
  options: { param?: string | string[] };
  resolveVariable(address: string): Promise<unknown>;
  resolveConfigurationProperty(path: readonly string[]): Promise<unknown>;
};
const parametersOf: (resolvers: Resolvers) => Promise<Record<string, unknown>> = createRequire(import.meta.url)(
  "../../infrastructure/parameters.cjs",
);

const DEFAULTS = {
  secretsPrefix: "ccgw/prod",
  eventBusName: "default",
  lexBotAliasArn: "",
  retentionDays: "30",
  logRetentionDays: "30",
  requestsPerSecond: "50",
  requestsBurst: "100",
  transferConcurrency: "",
  lexConcurrency: "",
  protect: "false",
  rollout: "AllAtOnce",
  permissionsBoundaryArn: "",
  alarmEmail: "",
  expectedTrafficMinutes: "",
  publicBaseUrl: "[object Object]",
  domainName: "",
  domainCertificateArn: "",
  vpcId: "",
  vpcSubnetIds: "",
  gatewayCidrs: "",
  gatewayPort: "8043",
  endpointsSecurityGroupId: "",
  dynamoDbPrefixListId: "",
  internetCidrs: "",
  callbacksInVpc: "false",
};
/** As many characters as fit. */
const LONGEST_STAGE = "production-south";
const VPC = {
  vpcId: "vpc-0123456789abcdef0",
  vpcSubnetIds: "subnet-0123456789abcdef0, subnet-0123456789abcdef1",
  gatewayCidrs: "10.20.30.40/32",
  endpointsSecurityGroupId: "sg-01234567",
  dynamoDbPrefixListId: "pl-01234567",
};

function read(set: Record<string, string>, { stage = "prod", param }: { stage?: string; param?: string[] } = {}) {
  const declared = { default: DEFAULTS, dev: {}, prod: set, [stage === LONGEST_STAGE ? stage : "dev"]: {}, local: {} };
  const values: Record<string, string> = { ...DEFAULTS, ...set };
  return parametersOf({
    options: param === undefined ? {} : { param },
    resolveVariable: async (address) => (address === "sls:stage" ? stage : values[address.replace("param:", "")]),
    resolveConfigurationProperty: async ([name = ""]) =>
      ({ service: "ccgateway-transfer-webhooks", provider: "eu-central-1", params: declared })[name],
  });
}

describe("the parameters of a stage", () => {
  it("are good as they come, with nothing in a VPC and nothing reserved", async () => {
    expect(await read({})).toMatchObject({ vpcId: "", transferConcurrency: undefined, requestsPerSecond: 50, deletionPolicy: "Delete" });
  });

  it.each(["boundary", "teams/a+b=c,d.e@f-g_h", "x"])("take the policy %s as a boundary", async (name) => {
    const permissionsBoundaryArn = `arn:aws:iam::123456789012:policy/${name}`;
    expect(await read({ permissionsBoundaryArn })).toMatchObject({ permissionsBoundaryArn });
  });

  it("reserve as much as an account may have that AWS has raised", async () => {
    expect(await read({ transferConcurrency: "2500" })).toMatchObject({ transferConcurrency: 2_500 });
  });

  it("keep what cannot be had again, where they say so", async () => {
    expect(await read({ protect: "true" })).toMatchObject({ protect: true, deletionPolicy: "Retain" });
  });

  it("name a VPC and what the functions in it may reach", async () => {
    expect(await read(VPC)).toMatchObject({
      vpcSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
      gatewayCidrs: ["10.20.30.40/32"],
      gatewayPort: 8_043,
    });
  });

  it.each([
    ["retentionDays", "3", "from 4 to 365"],
    ["logRetentionDays", "31", "one of CloudWatch's numbers of days: 1, 3, 5, 7, 14"],
    ["requestsPerSecond", "many", "a whole number from 1 to 10000"],
    ["requestsBurst", "0", "from 1 to 5000"],
    ["transferConcurrency", "0", "a whole number of 1 or more, or empty"],
    ["lexConcurrency", "many", "a whole number of 1 or more, or empty"],
    ["alarmEmail", "on-call", "an e-mail address, or empty"],
    ["expectedTrafficMinutes", "1441", "a whole number from 5 to 1440, or empty"],
    ["protect", "yes", '"true" or "false"'],
    ["rollout", "Canary", "AllAtOnce, Canary10Percent5Minutes, Linear10PercentEvery1Minute"],
    ["permissionsBoundaryArn", "boundary", "arn:aws:iam::123456789012:policy/NAME"],
    ["permissionsBoundaryArn", "arn:aws:iam::123456789012:policy/a b", "the ARN of an IAM policy"],
    ["permissionsBoundaryArn", "arn:aws:iam::123456789012:policy/path/", "the ARN of an IAM policy"],
    ["lexBotAliasArn", "TSTALIASID", "bot-alias/BOTID/ALIASID"],
    ["domainName", "https://example.com", "transfers.example.com"],
    ["domainCertificateArn", "certificate", "arn:aws:acm:REGION:123456789012:certificate/ID"],
    ["publicBaseUrl", "transfers.example.com", "https://"],
    ["publicBaseUrl", "https://transfers.example.com/", "without a slash at the end"],
    ["secretsPrefix", "ccgw/prod/", "without a slash at either end"],
    ["eventBusName", "arn:aws:events:eu-central-1:123456789012:event-bus/mine", "not its ARN"],
    ["vpcId", "main", "vpc-0123456789abcdef0"],
    ["vpcSubnetIds", "a,b", "ids of subnets (subnet-0123456789abcdef0)"],
    ["gatewayCidrs", "gateway.example.com", "10.20.30.40/32"],
    ["gatewayPort", "99999", "from 1 to 65535"],
    ["endpointsSecurityGroupId", "default", "sg-0123456789abcdef0"],
    ["dynamoDbPrefixListId", "dynamodb", "describe-managed-prefix-lists"],
    ["internetCidrs", "any", "0.0.0.0/0 through a NAT gateway, or those of your receivers (10.1.2.0/24)"],
    ["callbacksInVpc", "1", '"true" or "false"'],
  ])("refuse a wrong %s, and say what to set", async (name, value, advice) => {
    await expect(read({ [name]: value })).rejects.toThrow(`${name} (${JSON.stringify(value)})`);
    await expect(read({ [name]: value })).rejects.toThrow(advice);
  });

  it.each(["30.0", "3e1", "0x1e", " 30", "30 ", "030", "+30", "", "30\n"])(
    "refuse %j for a whole number, though it is one to JavaScript",
    async (text) => {
      for (const name of ["retentionDays", "logRetentionDays", "requestsPerSecond"])
        await expect(read({ [name]: text })).rejects.toThrow(`${name} (${JSON.stringify(text)}) has to be`);
      if (text !== "") await expect(read({ transferConcurrency: text })).rejects.toThrow("has to be a whole number");
    },
  );

  it.each(["vpcSubnetIds", "gatewayCidrs", "endpointsSecurityGroupId", "dynamoDbPrefixListId"])("refuse a VPC without %s", async (name) => {
    await expect(read({ ...VPC, [name]: "" })).rejects.toThrow(`${name} ("") has to be set since vpcId is`);
  });

  it.each([
    ["domainCertificateArn", { publicBaseUrl: "https://transfers.example.com" }],
    ["publicBaseUrl", { domainCertificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1" }],
  ])("refuse a domain without %s", async (name, rest) => {
    await expect(read({ domainName: "transfers.example.com", ...rest })).rejects.toThrow(
      new RegExp(`${name} .*has to be set .*since domainName is`),
    );
  });

  it("need neither endpoints nor prefix list where the internet can be reached", async () => {
    const { endpointsSecurityGroupId: _, dynamoDbPrefixListId: __, ...rest } = VPC;
    expect(await read({ ...rest, internetCidrs: "0.0.0.0/0" })).toMatchObject({ internetCidrs: ["0.0.0.0/0"] });
  });

  it("refuse callbacks from a VPC that reach no receiver", async () => {
    await expect(read({ ...VPC, callbacksInVpc: "true" })).rejects.toThrow('internetCidrs ("") has to be set since callbacksInVpc is');
  });

  it.each([
    ["vpcSubnetIds", VPC.vpcSubnetIds, "vpcId"],
    ["gatewayCidrs", VPC.gatewayCidrs, "vpcId"],
    ["gatewayPort", "9443", "vpcId"],
    ["endpointsSecurityGroupId", VPC.endpointsSecurityGroupId, "vpcId"],
    ["dynamoDbPrefixListId", VPC.dynamoDbPrefixListId, "vpcId"],
    ["internetCidrs", "0.0.0.0/0", "vpcId"],
    ["callbacksInVpc", "true", "vpcId"],
    ["domainCertificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/1", "domainName"],
    ["lexConcurrency", "5", "lexBotAliasArn"],
  ])("refuse %s where nothing would read it", async (name, value, first) => {
    await expect(read({ [name]: value })).rejects.toThrow(
      `${name} (${JSON.stringify(value)}) is of use only where ${first} is set: set ${first}, or leave ${name} out`,
    );
  });

  it.each([
    [
      "domainCertificateArn",
      {
        domainName: "transfers.example.com",
        publicBaseUrl: "https://transfers.example.com",
        domainCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
      },
    ],
    ["lexBotAliasArn", { lexBotAliasArn: "arn:aws:lex:us-east-1:123456789012:bot-alias/BOTID12345/ALIASID123" }],
  ])("refuse a %s of another region than the one that is deployed to", async (name, set) => {
    await expect(read(set)).rejects.toThrow(
      new RegExp(
        `${name} .*is of the region us-east-1, and this is deployed to eu-central-1: set one of eu-central-1, or give --region us-east-1`,
      ),
    );
  });

  it("are good where what they name is of the region", async () => {
    const lexBotAliasArn = "arn:aws:lex:eu-central-1:123456789012:bot-alias/BOTID12345/ALIASID123";
    expect(await read({ lexBotAliasArn, lexConcurrency: "5" })).toMatchObject({ lexBotAliasArn, lexConcurrency: 5 });
  });

  it("refuse a public address without TLS, which API Gateway does not have, but on this machine", async () => {
    const publicBaseUrl = "http://transfers.example.com";
    await expect(read({ publicBaseUrl })).rejects.toThrow(`publicBaseUrl ("${publicBaseUrl}") has to begin with https://`);
    expect(await read({ publicBaseUrl: "http://127.0.0.1:3000" }, { stage: "local" })).toMatchObject({
      publicBaseUrl: "http://127.0.0.1:3000",
    });
  });

  it.each(BASE_URLS)("take the public address %s, as the functions do", async (publicBaseUrl) => {
    expect(await read({ publicBaseUrl }, { stage: "local" })).toMatchObject({ publicBaseUrl });
  });

  it.each(NO_BASE_URLS)("refuse the public address %j, as the functions do", async (publicBaseUrl) => {
    await expect(read({ publicBaseUrl }, { stage: "local" })).rejects.toThrow(
      "has to be an address with https:// (https://transfers.example.com), without a slash at the end, and without blanks, a user name, ? and #",
    );
  });

  it("name a range once, however often it is written", async () => {
    expect(await read({ ...VPC, gatewayCidrs: "10.0.0.0/8, 10.1.0.0/16, 10.0.0.0/8" })).toMatchObject({
      gatewayCidrs: ["10.0.0.0/8", "10.1.0.0/16"],
    });
  });

  it("may repeat a default where nothing reads it", async () => {
    expect(await read({ gatewayPort: "8043", callbacksInVpc: "false", internetCidrs: "" })).toMatchObject({ vpcId: "" });
  });

  it("say all that is wrong at once, and where to set it", async () => {
    const failed = read({ gatewayPort: "0", protect: "maybe" }, { param: ["gatewayHost=10.0.0.1"] });
    await expect(failed).rejects.toThrow(/stages\/prod\.yml.*gatewayHost is not a parameter.*protect.*gatewayPort/s);
  });

  it("refuse a stage that nobody has described", async () => {
    await expect(read({}, { stage: "production" })).rejects.toThrow('There is no stage "production", but dev and prod.');
  });

  it("may be of a stage whose functions have names that Lambda takes, and of no longer one", async () => {
    expect(await read({}, { stage: LONGEST_STAGE })).toMatchObject({ protect: false });
    expect(`ccgateway-transfer-webhooks-${LONGEST_STAGE}-describe-connection`).toHaveLength(64);
    await expect(read({}, { stage: `${LONGEST_STAGE}s` })).rejects.toThrow(
      `has 17 characters, and may have 16 ("${LONGEST_STAGE}"): Lambda takes 64 in a function's name, as in ccgateway-transfer-webhooks-STAGE-describe-connection.`,
    );
  });

  it.each(["feature_1", "feature/1", "prod.eu", "größe", " prod", ""])(
    "refuse the stage %j, which no stack can be named after",
    async (stage) => {
      await expect(read({}, { stage })).rejects.toThrow(`The name of the stage "${stage}" has to be letters, digits and hyphens`);
    },
  );
});
