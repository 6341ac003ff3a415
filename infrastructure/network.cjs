/** The functions that talk to a gateway, in the VPC from which it can be reached: where the parameter `vpcId` names one. docs/network.md says what each needs. */

const { inVpc } = require("./grants.cjs");

const HTTPS = 443;

const tcp = (port, Description, destination) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, Description, ...destination });
const functionOf = (name) => `${name.replaceAll("-", "Dash").replace(/^[a-z]/, (letter) => letter.toUpperCase())}LambdaFunction`;

module.exports = async function network(resolvers) {
  const parameters = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
  const { vpcId, vpcSubnetIds, gatewayCidrs, gatewayPort, endpointsSecurityGroupId, dynamoDbPrefixListId, internetCidrs } = parameters;
  if (vpcId === "") return {};
  const group = {
    Type: "AWS::EC2::SecurityGroup",
    Properties: {
      GroupDescription: "What the functions that talk to a gateway may reach",
      VpcId: vpcId,
      SecurityGroupEgress: [
        ...gatewayCidrs.map((CidrIp) => tcp(gatewayPort, "The gateway", { CidrIp })),
        ...(endpointsSecurityGroupId ? [tcp(HTTPS, "Interface endpoints", { DestinationSecurityGroupId: endpointsSecurityGroupId })] : []),
        ...(dynamoDbPrefixListId ? [tcp(HTTPS, "DynamoDB", { DestinationPrefixListId: dynamoDbPrefixListId })] : []),
        ...internetCidrs.map((CidrIp) => tcp(HTTPS, "The internet", { CidrIp })),
      ],
    },
  };
  const VpcConfig = { SecurityGroupIds: [{ Ref: "FunctionsSecurityGroup" }], SubnetIds: vpcSubnetIds };
  return {
    Resources: { FunctionsSecurityGroup: group },
    Outputs: {
      FunctionsSecurityGroupId: {
        Description: "Whom the gateway's firewall and the interface endpoints have to let in",
        Value: { "Fn::GetAtt": ["FunctionsSecurityGroup", "GroupId"] },
      },
    },
    extensions: Object.fromEntries(inVpc(parameters).map((name) => [functionOf(name), { Properties: { VpcConfig } }])),
  };
};
