/** What the functions in the VPC may reach, where the parameter `vpcId` names one. docs/network.md says what each needs. */

const HTTPS = 443;

const tcp = (port, Description, destination) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, Description, ...destination });

module.exports = async function network(resolvers) {
  const parameters = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
  const { vpcId, gatewayCidrs, gatewayPort, endpointsSecurityGroupId, dynamoDbPrefixListId, internetCidrs } = parameters;
  if (vpcId === "") return {};
  // AWS takes no rule twice, whatever its description.
  const isOfTheGateway = (cidr) => gatewayPort === HTTPS && gatewayCidrs.includes(cidr);
  const group = {
    Type: "AWS::EC2::SecurityGroup",
    Properties: {
      GroupDescription: "What the functions that talk to a gateway may reach",
      VpcId: vpcId,
      SecurityGroupEgress: [
        ...gatewayCidrs.map((CidrIp) => tcp(gatewayPort, "The gateway", { CidrIp })),
        ...(endpointsSecurityGroupId ? [tcp(HTTPS, "Interface endpoints", { DestinationSecurityGroupId: endpointsSecurityGroupId })] : []),
        ...(dynamoDbPrefixListId ? [tcp(HTTPS, "DynamoDB", { DestinationPrefixListId: dynamoDbPrefixListId })] : []),
        ...internetCidrs.filter((cidr) => !isOfTheGateway(cidr)).map((CidrIp) => tcp(HTTPS, "The internet", { CidrIp })),
      ],
    },
  };
  return {
    Resources: { FunctionsSecurityGroup: group },
    Outputs: {
      FunctionsSecurityGroupId: {
        Description: "Whom the gateway's firewall and the interface endpoints have to let in",
        Value: { "Fn::GetAtt": ["FunctionsSecurityGroup", "GroupId"] },
      },
    },
  };
};
