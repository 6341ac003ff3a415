/**
 * A line of API Gateway's own for each request, also for one that it answers itself: by its route and its status, never by who called, its path or its query, which
 * has what a status address is signed with. Of it is measured what no metric of an HTTP API tells: how many requests the throttling turned away. In a flood it may be
 * fewer than there were: AWS says that logs may not be made for excessive 429s, nor for 413 and for errors of API Gateway's own.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-monitor.html
 * Variables: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const { SERVICE } = require("./measured.cjs");

/** Quoted, each of them: what a request has not is "-". */
const LINE = {
  message: "access",
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  httpMethod: "$context.httpMethod",
  routeKey: "$context.routeKey",
  status: "$context.status",
  // Of the function's answer: our own 429 has one.
  integrationStatus: "$context.integration.status",
  integrationLatency: "$context.integration.latency",
  responseLatency: "$context.responseLatency",
  responseLength: "$context.responseLength",
  error: "$context.error.responseType",
};

/** A filter takes no text of ours as a dimension: each stage has a namespace of its own. */
const THROTTLED = { Namespace: SERVICE, MetricName: "ThrottledRequests" };

const resources = {
  Resources: {
    ThrottledRequests: {
      Type: "AWS::Logs::MetricFilter",
      Properties: {
        LogGroupName: { Ref: "HttpApiLogGroup" },
        FilterPattern: '{ $.status = "429" && $.integrationStatus = "-" }',
        MetricTransformations: [
          { MetricNamespace: THROTTLED.Namespace, MetricName: THROTTLED.MetricName, MetricValue: "1", DefaultValue: 0, Unit: "Count" },
        ],
      },
    },
  },
};

module.exports = { format: JSON.stringify(LINE), resources, THROTTLED };
