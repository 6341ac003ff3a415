/** The bot that may invoke receive-lex: where the parameter `lexBotAliasArn` names one. */
module.exports = async function lex(resolvers) {
  const { lexBotAliasArn } = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
  if (lexBotAliasArn === "") return {};
  return {
    Resources: {
      LexMayInvoke: {
        Type: "AWS::Lambda::Permission",
        Properties: {
          Action: "lambda:InvokeFunction",
          FunctionName: { "Fn::GetAtt": ["ReceiveDashlexLambdaFunction", "Arn"] },
          Principal: "lexv2.amazonaws.com",
          SourceArn: lexBotAliasArn,
          SourceAccount: { Ref: "AWS::AccountId" },
        },
      },
    },
  };
};
