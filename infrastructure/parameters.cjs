/**
 * What whoever deploys decides: read from the stage's file and `--param`, checked when the service is packaged. Everything that is wrong is said at once, with what
 * to set. serverless.yml has the rest as `params`, whose values are references into the stack.
 */
const z = require("zod");
const { toStageProblem } = require("./stage-name.cjs");

const ROLLOUTS = ["AllAtOnce", "Canary10Percent5Minutes", "Linear10PercentEvery1Minute"];
/** What CloudWatch Logs takes. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
const LOG_RETENTION_ADVICE = `has to be one of CloudWatch's numbers of days: ${LOG_RETENTION_DAYS.join(", ")}`;

const isCidr = (text) => z.cidrv4().safeParse(text).success;
const isResource = (kind) => (text) => new RegExp(`^${kind}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`).test(text);

/** As it is written, it goes to the environment of the functions, where commands read it by this rule. */
const digits = (advice) =>
  z
    .string()
    .regex(/^[1-9]\d*$/, advice)
    .transform(Number);

function whole(least, most) {
  const advice = `has to be a whole number from ${least} to ${most}, in digits alone`;
  return digits(advice).pipe(z.int(advice).min(least, advice).max(most, advice));
}

/** Empty where there is none. */
const optional = (isOne, advice) => z.string().refine((text) => text === "" || isOne(text), `has to be ${advice}, or empty`);

const optionalWhole = (least, most) =>
  optional((text) => whole(least, most).safeParse(text).success, `a whole number from ${least} to ${most}`).transform((text) =>
    text === "" ? undefined : Number(text),
  );

/** How many an account may have is AWS's to say: it starts with 1000 at most, and raises that for who asks. */
const concurrency = optional((text) => digits().safeParse(text).success, "a whole number of 1 or more").transform((text) =>
  text === "" ? undefined : Number(text),
);

/** What the framework makes of a reference into the stack that is read as a text. */
const REFERENCE = "[object Object]";

/** What lib/config.ts takes: callers sign it as it is written, so that nothing may be in it that a URL would lose. */
const isBaseUrl = (text) => /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?(?<!\/)$/.test(text) && URL.canParse(text);

const flag = z.enum(["true", "false"], 'has to be "true" or "false"').transform((text) => text === "true");

function listOf(isOne, advice) {
  const split = (text) => text.split(",").flatMap((part) => part.trim() || []);
  return (
    z
      .string()
      // AWS takes no rule of a security group twice.
      .transform((text) => [...new Set(split(text))])
      .refine((parts) => parts.every(isOne), `has to be ${advice}, with commas between, or empty`)
  );
}

const Parameters = z
  .strictObject({
    lexBotAliasArn: optional(
      (text) => /^arn:[\w-]+:lex:[\w-]+:\d{12}:bot-alias\/\w+\/\w+$/.test(text),
      "the ARN of a bot's alias (arn:aws:lex:REGION:123456789012:bot-alias/BOTID/ALIASID)",
    ),
    retentionDays: whole(4, 365),
    logRetentionDays: digits(LOG_RETENTION_ADVICE).refine((days) => LOG_RETENTION_DAYS.includes(days), LOG_RETENTION_ADVICE),
    requestsPerSecond: whole(1, 10_000),
    requestsBurst: whole(1, 5_000),
    transferConcurrency: concurrency,
    lexConcurrency: concurrency,
    protect: flag,
    rollout: z.enum(ROLLOUTS, `has to be one of ${ROLLOUTS.join(", ")}`),
    permissionsBoundaryArn: optional(
      (text) => /^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/.test(text),
      "the ARN of an IAM policy (arn:aws:iam::123456789012:policy/NAME)",
    ),
    alarmEmail: optional((text) => z.email().safeParse(text).success, "an e-mail address"),
    // A day at most: what CloudWatch looks at at once.
    expectedTrafficMinutes: optionalWhole(5, 1_440),
    // A reference into the stack, unless somebody sets it.
    publicBaseUrl: z
      .string()
      .refine(
        (text) => text === REFERENCE || isBaseUrl(text),
        "has to be an address with https:// (https://transfers.example.com), without a slash at the end, and without blanks, a user name, ? and #",
      ),
    secretsPrefix: z
      .string()
      .regex(
        /^[A-Za-z0-9_+=.@-]+(\/[A-Za-z0-9_+=.@-]+)*$/,
        "has to be the beginning of a secret's name, without a slash at either end (ccgw/prod)",
      ),
    eventBusName: z.string().regex(/^[A-Za-z0-9/._-]{0,256}$/, "has to be the name of an event bus, not its ARN, or empty"),
    domainName: optional((text) => /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(text), "a name of DNS in lower case (transfers.example.com)"),
    domainCertificateArn: optional(
      (text) => /^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/.+$/.test(text),
      "the ARN of a certificate in this region's ACM (arn:aws:acm:REGION:123456789012:certificate/ID)",
    ),
    vpcId: optional(isResource("vpc"), "the id of a VPC (vpc-0123456789abcdef0)"),
    vpcSubnetIds: listOf(isResource("subnet"), "ids of subnets (subnet-0123456789abcdef0)"),
    gatewayCidrs: listOf(isCidr, "IPv4 ranges (10.20.30.40/32)"),
    gatewayPort: whole(1, 65_535),
    endpointsSecurityGroupId: optional(
      isResource("sg"),
      "the id of the security group of the VPC's interface endpoints (sg-0123456789abcdef0)",
    ),
    dynamoDbPrefixListId: optional(
      isResource("pl"),
      "the id of DynamoDB's prefix list in this region (pl-01234567), which `aws ec2 describe-managed-prefix-lists` tells",
    ),
    internetCidrs: listOf(isCidr, "IPv4 ranges: 0.0.0.0/0 through a NAT gateway, or those of your receivers (10.1.2.0/24)"),
    callbacksInVpc: flag,
  })
  .check(({ value: given, issues }) => {
    const missing = (name, because) =>
      issues.push({ code: "custom", path: [name], message: `has to be set ${because}`, input: given[name] });
    if (given.domainName !== "") {
      if (given.domainCertificateArn === "") missing("domainCertificateArn", "since domainName is");
      const url = `https://${given.domainName}`;
      if (given.publicBaseUrl !== url) missing("publicBaseUrl", `to ${url}, since domainName is: callers sign it`);
    }
    if (given.vpcId === "") return;
    if (given.callbacksInVpc && given.internetCidrs.length === 0)
      missing("internetCidrs", "since callbacksInVpc is: where the receivers of callbacks are");
    if (given.vpcSubnetIds.length === 0)
      missing("vpcSubnetIds", "since vpcId is: private subnets from which the gateway can be reached, at best in two zones");
    if (given.gatewayCidrs.length === 0) missing("gatewayCidrs", "since vpcId is: where the gateway is, as its secret's `url` has it");
    if (given.dynamoDbPrefixListId === "" && given.internetCidrs.length === 0)
      missing("dynamoDbPrefixListId", "since vpcId is and internetCidrs is not");
    if (given.endpointsSecurityGroupId === "" && given.internetCidrs.length === 0)
      missing("endpointsSecurityGroupId", "since vpcId is and internetCidrs is not");
  });

/** Of `npm start`, with addresses of this machine. */
const LOCAL_STAGE = "local";

const NAMES = Object.keys(Parameters.shape);

/** Without the first of them, nothing reads the others. */
const READ_WITH = {
  vpcId: [
    "vpcSubnetIds",
    "gatewayCidrs",
    "gatewayPort",
    "endpointsSecurityGroupId",
    "dynamoDbPrefixListId",
    "internetCidrs",
    "callbacksInVpc",
  ],
  domainName: ["domainCertificateArn"],
  lexBotAliasArn: ["lexConcurrency"],
};

/** Of the region that is deployed to, or of no use: API Gateway takes no certificate of another one, and Lex invokes no function there. */
const OF_THE_REGION = ["domainCertificateArn", "lexBotAliasArn"];

/** What no single value is wrong in: how it fits where it is deployed to. */
function misplaced(given, { stage, region }) {
  const line = (name, advice) => `${name} (${JSON.stringify(given[name])}) ${advice}`;
  const elsewhere = OF_THE_REGION.flatMap((name) => {
    const other = given[name].split(":")[3];
    if (!other || other === region) return [];
    return line(name, `is of the region ${other}, and this is deployed to ${region}: set one of ${region}, or give --region ${other}`);
  });
  if (stage === LOCAL_STAGE || !given.publicBaseUrl.startsWith("http://")) return elsewhere;
  return [line("publicBaseUrl", "has to begin with https://: API Gateway is not to be had without TLS"), ...elsewhere];
}

/** Its argument is what the framework hands to a file of this kind. */
async function parametersOf({ options, resolveConfigurationProperty, resolveVariable }) {
  const stage = await resolveVariable("sls:stage");
  // AWS would refuse it in the midst of a deployment.
  const problem = toStageProblem(stage, await resolveConfigurationProperty(["service"]));
  if (problem !== undefined) refuse(problem);
  const region = await resolveConfigurationProperty(["provider", "region"]);
  const declared = await resolveConfigurationProperty(["params"]);
  if (stage === "default" || !Object.hasOwn(declared, stage)) {
    const stages = Object.keys(declared).filter((name) => name !== "default" && name !== LOCAL_STAGE);
    refuse(`There is no stage "${stage}", but ${stages.join(" and ")}. Another one needs its line under \`params\` in serverless.yml.`);
  }
  const given = Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, String(await resolveVariable(`param:${name}`))])));
  const parsed = Parameters.safeParse(given);
  const set = [...Object.keys(declared[stage] ?? {}), ...[options.param ?? []].flat().map((text) => text.split("=")[0])];
  const wrong = [
    ...set.filter((name) => !Object.hasOwn(declared.default, name)).map((name) => `${name} is not a parameter`),
    ...(parsed.error?.issues ?? []).map(
      ({ path, message }) => `${path[0]} (${given[path[0]] === REFERENCE ? "not set" : JSON.stringify(given[path[0]])}) ${message}`,
    ),
    ...misplaced(given, { stage, region }),
    ...Object.entries(READ_WITH).flatMap(([first, others]) =>
      others
        .filter((name) => given[first] === "" && given[name] !== String(declared.default[name]))
        .map((name) => `${name} (${JSON.stringify(given[name])}) is of use only where ${first} is set: set ${first}, or leave ${name} out`),
    ),
  ];
  if (wrong.length > 0) {
    const where = `Set them in stages/${stage}.yml, or with --param "name=value"; serverless.yml lists them`;
    refuse(`Parameters of the stage "${stage}" are wrong. ${where}:\n${wrong.map((line) => `  ${line}`).join("\n")}`);
  }
  const { protect } = parsed.data;
  return {
    ...parsed.data,
    deletionPolicy: protect ? "Retain" : "Delete",
    keysDeletionPolicy: protect ? "RetainExceptOnCreate" : "Delete",
  };
}

function refuse(what) {
  // After what the framework says in front of it, in the same line.
  const message = `\n\n${what}`;
  // It prints the stack, where there is one.
  throw Object.assign(new Error(message), { stack: message });
}

module.exports = Object.assign(parametersOf, { NAMES });
