/** How much of it may happen at once. */

module.exports = async function limits(resolvers) {
  const { requestsPerSecond, requestsBurst, transferConcurrency, lexConcurrency } = await resolvers.resolveConfigurationProperty([
    "custom",
    "parameters",
  ]);
  return {
    extensions: {
      HttpApiStage: {
        Properties: {
          DefaultRouteSettings: {
            DetailedMetricsEnabled: true,
            ThrottlingRateLimit: requestsPerSecond,
            ThrottlingBurstLimit: requestsBurst,
          },
        },
      },
      ...reserved("ReceiveDashtransferLambdaFunction", transferConcurrency),
      ...reserved("ReceiveDashlexLambdaFunction", lexConcurrency),
    },
  };
};

const reserved = (logicalId, ReservedConcurrentExecutions) =>
  ReservedConcurrentExecutions === undefined ? {} : { [logicalId]: { Properties: { ReservedConcurrentExecutions } } };
