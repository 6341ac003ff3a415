/** A role for each function, with what grants.cjs lists. In serverless.yml, a function names its own: `role: ReceiveTransferRole`. */
const { GRANTS, inVpc } = require("./grants.cjs");

const SERVICE = "${self:service}-${sls:stage}";
/** As lib/queue/event-bridge.ts puts them. */
const EVENT_SOURCE = "ccgateway-transfer-webhooks";
const WRITES = ["PutItem", "UpdateItem"];
/** As lib/records names the items of pauses. Those of transfers are hashes. */
const PAUSES = ["pause:*", "pause-entry:*"];
const sub = (text) => ({ "Fn::Sub": text });
const arn = (service, resource) => sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
const arnOf = (logicalId) => ({ "Fn::GetAtt": [logicalId, "Arn"] });
const allow = (actions, Resource, Condition) => ({ Effect: "Allow", Action: [actions].flat(), Resource, ...(Condition && { Condition }) });
const actionsOf = (service, names) => names.map((name) => `${service}:${name}`);

/** Secrets Manager ends each ARN with a hyphen and six characters of its own. */
const secretArn = (name) => arn("secretsmanager", `secret:\${param:secretsPrefix}/${name.endsWith("*") ? name : `${name}-??????`}`);

/** What each of them may, in IAM's words. */
function statementsOf(name, grants, { hasBus, isInVpc }) {
  const { secrets, sessions, records, indexes, callbacks, invokes } = grants;
  const sendsMessages = callbacks?.includes("SendMessage");
  const encrypted = [secrets && "secretsmanager", (sessions || records) && "dynamodb", callbacks && "sqs"].filter(Boolean);
  return [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn("logs", `log-group:/aws/lambda/${SERVICE}-${name}:*`)),
    // AWS has no resource that it could be narrowed to.
    allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    ...(isInVpc ? interfacesOf(name) : []),
    secrets && allow("secretsmanager:GetSecretValue", secrets.map(secretArn)),
    // Likewise: it takes no resource. Which agents there are is known from the names of their secrets; those of the whole account are seen with them.
    grants.listsSecrets && allow("secretsmanager:ListSecrets", "*"),
    sessions && allow(actionsOf("dynamodb", sessions), arnOf("SessionsTable")),
    records && allow(actionsOf("dynamodb", records), arnOf("RecordsTable")),
    records && WRITES.some((write) => records.includes(write)) && noPauses(records),
    indexes &&
      allow(
        "dynamodb:Query",
        indexes.map((index) => sub(`\${RecordsTable.Arn}/index/${index}`)),
      ),
    callbacks && allow(actionsOf("sqs", callbacks), arnOf("CallbackQueue")),
    invokes &&
      allow(
        "lambda:InvokeFunction",
        invokes.map((invoked) => arn("lambda", `function:${SERVICE}-${invoked}`)),
      ),
    // Others have rules on the same bus, and trust what an event says of its source.
    grants.putsEvents &&
      hasBus &&
      allow("events:PutEvents", arn("events", "event-bus/${param:eventBusName}"), { StringEquals: { "events:source": EVENT_SOURCE } }),
    encrypted.length > 0 && allow("kms:Decrypt", arnOf("DataKey"), viaService(encrypted)),
    sendsMessages && allow("kms:GenerateDataKey", arnOf("DataKey"), viaService(["sqs"])),
  ].filter(Boolean);
}

/** Whoever takes a function over cannot lift a pause, nor write the book of them: operators alone do, and no function asks for it. */
function noPauses(records) {
  const actions = actionsOf(
    "dynamodb",
    WRITES.filter((write) => records.includes(write)),
  );
  const ofPauses = { "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": PAUSES } };
  return { ...allow(actions, arnOf("RecordsTable"), ofPauses), Effect: "Deny" };
}

/** Only where one of them asks for it, on behalf of a call that its own statement allows. */
function viaService(services) {
  return { StringEquals: { "kms:ViaService": services.map((service) => sub(`${service}.\${AWS::Region}.\${AWS::URLSuffix}`)) } };
}

/**
 * Lambda itself makes and removes a function's network interfaces, as its role: the function's code may not. Of deleting, Lambda's guide gives a narrower resource
 * than every one; of the others it gives none, and before a function is made nobody knows the ids of its interfaces.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function interfacesOf(name) {
  const onAny = actionsOf("ec2", [
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "AssignPrivateIpAddresses",
    "UnassignPrivateIpAddresses",
  ]);
  const deleting = actionsOf("ec2", ["DeleteNetworkInterface"]);
  const byItsCode = { ArnEquals: { "lambda:SourceFunctionArn": arn("lambda", `function:${SERVICE}-${name}`) } };
  return [allow(onAny, "*"), allow(deleting, arn("ec2", "*/*")), { ...allow([...onAny, ...deleting], "*", byItsCode), Effect: "Deny" }];
}

const roleOf = (name) => `${name.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase())}Role`;

module.exports = async function roles(resolvers) {
  const parameters = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
  const hasBus = (await resolvers.resolveVariable("param:eventBusName")) !== "";
  const vpc = inVpc(parameters);
  const role = (name) => ({
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      },
      ...(parameters.permissionsBoundaryArn && { PermissionsBoundary: parameters.permissionsBoundaryArn }),
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: { Version: "2012-10-17", Statement: statementsOf(name, GRANTS[name], { hasBus, isInVpc: vpc.includes(name) }) },
        },
      ],
    },
  });
  return { Resources: Object.fromEntries(Object.keys(GRANTS).map((name) => [roleOf(name), role(name)])) };
};
