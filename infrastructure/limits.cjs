/** How much of it may happen at once. */

module.exports = async function limits(resolvers) {
  const { requestsPerSecond, requestsBurst, transferConcurrency } = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
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
      ...(transferConcurrency && {
        ReceiveDashtransferLambdaFunction: { Properties: { ReservedConcurrentExecutions: transferConcurrency } },
      }),
    },
  };
};
