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
            // A series for each route and metric, each at the price of one's own: what is shown and rung for is of the whole API.
            DetailedMetricsEnabled: false,
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
