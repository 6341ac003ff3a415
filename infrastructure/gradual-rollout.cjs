/**
 * A plugin of the framework. The functions that callers wait for are invoked by an alias, `live`, which CodeDeploy moves to a new version as the parameter
 * `rollout` says, and back when an alarm of it rings, which is told as all are. What no caller waits for is replaced at once.
 */
const ALIAS = "live";
/** Of the hash that each version has in its logical id: enough for no two of a function to be alike. */
const VERSION_CHARACTERS = 12;
const FUNCTIONS = ["receive-transfer", "read-transfer", "describe-connection", "gateway-events", "agent-sessions"];

const ref = (logicalId) => ({ Ref: logicalId });

module.exports = class GradualRollout {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      // Before the routes are made, which point to it.
      "before:package:compileFunctions": () => this.nameAliases(),
      "before:package:finalize": () => this.addAliases(),
    };
  }

  /** Of `local` nothing is deployed. */
  get rollout() {
    return this.serverless.service.custom.parameters.rollout;
  }

  nameOf(name) {
    return this.serverless.getProvider("aws").naming.getNormalizedFunctionName(name);
  }

  nameAliases() {
    for (const name of FUNCTIONS)
      this.serverless.service.getFunction(name).targetAlias = { name: ALIAS, logicalId: `${this.nameOf(name)}Alias` };
  }

  addAliases() {
    const { provider } = this.serverless.service;
    const { Resources } = provider.compiledCloudFormationTemplate;
    Resources.RolloutApplication = { Type: "AWS::CodeDeploy::Application", Properties: { ComputePlatform: "Lambda" } };
    Resources.RolloutRole = rolloutRole(
      this.serverless.service.custom.parameters,
      this.serverless.getProvider("aws").naming.getStackName(),
    );
    for (const name of FUNCTIONS) {
      const functionId = `${this.nameOf(name)}LambdaFunction`;
      const version = Object.keys(Resources).find(
        (id) => Resources[id].Type === "AWS::Lambda::Version" && Resources[id].Properties.FunctionName.Ref === functionId,
      );
      Object.assign(Resources, this.rolloutOf(name, version));
    }
  }

  rolloutOf(name, version) {
    const normalized = this.nameOf(name);
    const told = { AlarmActions: [ref("AlarmTopic")], OKActions: [ref("AlarmTopic")] };
    const versionName = version.slice(`${normalized}LambdaVersion`.length).slice(0, VERSION_CHARACTERS);
    const errors = `${normalized}RolloutErrors${versionName}`;
    const group = `${normalized}Rollout`;
    const functionName = ref(`${normalized}LambdaFunction`);
    return {
      // Of the new version alone, and new with it: CodeDeploy carries out no deployment while an alarm of its group rings, and that of a version that throws may
      // still ring when what mends it is deployed. CloudFormation deletes the one before once all callers have the new version.
      [errors]: {
        Type: "AWS::CloudWatch::Alarm",
        Properties: {
          AlarmName: `${this.serverless.getProvider("aws").naming.getStackName()}-${name}-rollout-errors-${versionName}`,
          AlarmDescription:
            "The new version of the function throws: while it takes over, it is taken back. docs/runbook.md#a-rollout-is-taken-back",
          Namespace: "AWS/Lambda",
          MetricName: "Errors",
          Dimensions: [
            { Name: "FunctionName", Value: functionName },
            { Name: "Resource", Value: { "Fn::Join": [":", [functionName, ALIAS]] } },
            { Name: "ExecutedVersion", Value: { "Fn::GetAtt": [version, "Version"] } },
          ],
          Statistic: "Sum",
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: "GreaterThanOrEqualToThreshold",
          TreatMissingData: "notBreaching",
          ...told,
        },
      },
      [group]: {
        Type: "AWS::CodeDeploy::DeploymentGroup",
        Properties: {
          ApplicationName: ref("RolloutApplication"),
          ServiceRoleArn: { "Fn::GetAtt": ["RolloutRole", "Arn"] },
          DeploymentConfigName: `CodeDeployDefault.Lambda${this.rollout}`,
          DeploymentStyle: { DeploymentType: "BLUE_GREEN", DeploymentOption: "WITH_TRAFFIC_CONTROL" },
          AlarmConfiguration: { Enabled: true, Alarms: [{ Name: ref(errors) }] },
          AutoRollbackConfiguration: {
            Enabled: true,
            Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
          },
        },
      },
      [`${normalized}Alias`]: {
        Type: "AWS::Lambda::Alias",
        // The group has the new alarm by then.
        DependsOn: [group],
        Properties: { FunctionName: functionName, FunctionVersion: { "Fn::GetAtt": [version, "Version"] }, Name: ALIAS },
        UpdatePolicy: { CodeDeployLambdaAliasUpdate: { ApplicationName: ref("RolloutApplication"), DeploymentGroupName: ref(group) } },
      },
    };
  }
};

const sub = (text) => ({ "Fn::Sub": text });

/** Less than AWS's own policy for this (AWSCodeDeployRoleForLambdaLimited), which may move every alias of the account. */
function rolloutRole({ permissionsBoundaryArn }, stackName) {
  const functionArn = (name) => `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${stackName}-${name}`;
  const statements = [
    {
      Effect: "Allow",
      Action: ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
      Resource: FUNCTIONS.flatMap((name) => [sub(functionArn(name)), sub(`${functionArn(name)}:${ALIAS}`)]),
    },
    // It reads alarms alone. As AWS's policy has it: which resource CodeDeploy's own question would need is not documented.
    { Effect: "Allow", Action: "cloudwatch:DescribeAlarms", Resource: "*" },
  ];
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "codedeploy.amazonaws.com" },
            Action: "sts:AssumeRole",
            // For this application's groups: another one could move the aliases, else.
            Condition: {
              StringEquals: { "aws:SourceAccount": ref("AWS::AccountId") },
              ArnLike: {
                "aws:SourceArn": sub(
                  "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${RolloutApplication}/*",
                ),
              },
            },
          },
        ],
      },
      ...(permissionsBoundaryArn && { PermissionsBoundary: permissionsBoundaryArn }),
      Policies: [{ PolicyName: "rollout", PolicyDocument: { Version: "2012-10-17", Statement: statements } }],
    },
  };
}
