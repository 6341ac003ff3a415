/**
 * With which parameters the template is packaged to be linted, beside production's own: each of them has another value than its default in one of the sets, or what it
 * changes in the template is looked at by nobody: one that is in none fails `npm run check:template`, and a test. Run by itself, it prints a set a line: its name,
 * and what the framework is given.
 */
const { NAMES } = require("../infrastructure/parameters.cjs");

const VPC = {
  vpcId: "vpc-0123456789abcdef0",
  vpcSubnetIds: "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
  gatewayCidrs: "10.20.30.40/32",
};

/** By the name of the folder of each. */
const OPTION_SETS = {
  "of-every-kind": {
    ...VPC,
    secretsPrefix: "transfers/eu",
    lexBotAliasArn: "arn:aws:lex:eu-central-1:123456789012:bot-alias/BOTID12345/ALIASID123",
    retentionDays: "60",
    logRetentionDays: "365",
    requestsPerSecond: "20",
    requestsBurst: "40",
    transferConcurrency: "20",
    lexConcurrency: "5",
    protect: "true",
    rollout: "Linear10PercentEvery1Minute",
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
    alarmEmail: "on-call@example.com",
    expectedTrafficMinutes: "60",
    publicBaseUrl: "https://transfers.example.com",
    domainName: "transfers.example.com",
    domainCertificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
    gatewayPort: "9443",
    endpointsSecurityGroupId: "sg-0123456789abcdef0",
    dynamoDbPrefixListId: "pl-01234567",
    internetCidrs: "0.0.0.0/0",
    callbacksInVpc: "true",
    eventBusName: "transfers",
  },
  "through-a-nat": { ...VPC, gatewayPort: "443", internetCidrs: "0.0.0.0/0" },
};

/** Of all parameters, those that no set has. */
function untried(names) {
  return names.filter((name) => !Object.values(OPTION_SETS).some((set) => Object.hasOwn(set, name)));
}

if (require.main === module) {
  const missing = untried(NAMES);
  if (missing.length > 0) throw new Error(`No set of scripts/option-sets.cjs has ${missing.join(", ")}.`);
  for (const [name, set] of Object.entries(OPTION_SETS))
    console.log([name, ...Object.entries(set).map(([key, value]) => `--param=${key}=${value}`)].join(" "));
}

module.exports = { OPTION_SETS, untried };
