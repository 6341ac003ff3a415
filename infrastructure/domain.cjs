/** A name of one's own for the API: where the parameter `domainName` says one. Its DNS record is whoever's who holds the zone: the output `DomainTarget` is what it points to. */
module.exports = async function domain(resolvers) {
  const { domainName, domainCertificateArn } = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
  if (domainName === "") return {};
  return {
    Resources: {
      ApiDomain: {
        Type: "AWS::ApiGatewayV2::DomainName",
        Properties: {
          DomainName: domainName,
          DomainNameConfigurations: [{ CertificateArn: domainCertificateArn, EndpointType: "REGIONAL", SecurityPolicy: "TLS_1_2" }],
        },
      },
      ApiDomainMapping: {
        Type: "AWS::ApiGatewayV2::ApiMapping",
        DependsOn: ["HttpApiStage"],
        Properties: { ApiId: { Ref: "HttpApi" }, DomainName: { Ref: "ApiDomain" }, Stage: "$default" },
      },
    },
    Outputs: {
      DomainTarget: {
        Description: "What the DNS record of the domain points to (CNAME, or an alias with the hosted zone of API Gateway)",
        Value: { "Fn::GetAtt": ["ApiDomain", "RegionalDomainName"] },
      },
    },
    // Callers sign the one address, and nobody comes by the other.
    extensions: { HttpApi: { Properties: { DisableExecuteApiEndpoint: true } } },
  };
};
