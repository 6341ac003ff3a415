/** A role for each function, with what grants.cjs lists. In serverless.yml, a function names its own: `role: ReceiveTransferRole`. */
const { GRANTS, inVpc } = require("./grants.cjs");

const SERVICE = "${self:service}-${sls:stage}";
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
    // Likewise: it takes no resource.
    grants.listsSecrets && allow("secretsmanager:ListSecrets", "*"),
    sessions && allow(actionsOf("dynamodb", sessions), arnOf("SessionsTable")),
    records && allow(actionsOf("dynamodb", records), arnOf("RecordsTable")),
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
    grants.putsEvents && hasBus && allow("events:PutEvents", arn("events", "event-bus/${param:eventBusName}")),
    encrypted.length > 0 &&
      allow(sendsMessages ? ["kms:Decrypt", "kms:GenerateDataKey"] : "kms:Decrypt", arnOf("DataKey"), {
        StringEquals: { "kms:ViaService": encrypted.map((service) => sub(`${service}.\${AWS::Region}.\${AWS::URLSuffix}`)) },
      }),
  ].filter(Boolean);
}

/** Lambda itself makes and removes a function's network interfaces, as its role: AWS allows no resource there. The function's code may not. */
function interfacesOf(name) {
  const actions = actionsOf("ec2", [
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "DeleteNetworkInterface",
    "AssignPrivateIpAddresses",
    "UnassignPrivateIpAddresses",
  ]);
  const byItsCode = { ArnEquals: { "lambda:SourceFunctionArn": arn("lambda", `function:${SERVICE}-${name}`) } };
  return [allow(actions, "*"), { ...allow(actions, "*", byItsCode), Effect: "Deny" }];
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
