/** What an operator looks at: the alarms, then transfers, gateways, agents, outcomes, who calls, and what AWS measures itself. Gateways and agents come by themselves. */
const { THROTTLED } = require("./access-log.cjs");
const { alarmsOf } = require("./alarms.cjs");
const { GRANTS } = require("./grants.cjs");
const { NAMESPACE, SERVICE } = require("./measured.cjs");

const PERIOD = 300;
const WIDTH = 8;
const HEIGHT = 6;
const COLUMNS = 24 / WIDTH;

/** A series for each value of the dimensions that there has been. */
const each = (metric, dimensions, stat, label = dimensions.map((name) => `\${PROP('Dim.${name}')}`).join(" ")) => [
  {
    expression: `SEARCH('{"${[NAMESPACE, "service", ...dimensions].join('","')}"} MetricName="${metric}" service="${SERVICE}"', '${stat}', ${PERIOD})`,
    label: `${metric} ${label} ${stat}`,
  },
];
const whole = (metric, stat) => [NAMESPACE, metric, "service", SERVICE, { stat, label: `${metric} ${stat}` }];
const ofFunctions = (metric, stat) =>
  Object.keys(GRANTS).map((name) => ["AWS/Lambda", metric, "FunctionName", `${SERVICE}-${name}`, { stat, label: name }]);
const ofApi = (metric, stat) => ["AWS/ApiGateway", metric, "ApiId", "${HttpApi}", { stat, label: `${metric} ${stat}` }];
const turnedAway = [THROTTLED.Namespace, THROTTLED.MetricName, { stat: "Sum", label: "turned away by the throttling" }];
const ofQueue = (queue, metric, label) => ["AWS/SQS", metric, "QueueName", `\${${queue}.QueueName}`, { stat: "Maximum", label }];

const GRAPHS = {
  "Transfers, by source and code": [each("Transfers", ["source", "code"], "Sum")],
  "Requests that failed by no fault of their callers": [each("Faults", ["code"], "Sum")],
  "Share of the time that callers wait, %": [
    whole("DeadlineUsed", "p50"),
    whole("DeadlineUsed", "p99"),
    each("DeadlineUsed", ["source"], "p99"),
  ],
  "Deliveries at their records": [each("Claims", ["result"], "Sum")],
  "Gateways' time, ms": [each("GatewayMs", ["gateway"], "p50"), each("GatewayMs", ["gateway"], "p99")],
  "Not known whether carried out": [each("UnknownTransfers", ["gateway"], "Sum"), whole("OpenUnknown", "Maximum")],
  "Unreachable, or without a session": [each("GatewayUnreachable", ["gateway"], "Sum"), each("WithoutSession", ["gateway"], "Sum")],
  "Agents who are not signed in": [
    each("NotSignedIn", ["gateway", "agentId"], "Maximum"),
    each("ParkedSignIns", ["gateway", "agentId"], "Sum"),
  ],
  "Managed agents and runs of the keeper": [whole("ManagedAgents", "Maximum"), whole("KeeperRuns", "Sum")],
  "Sign-ins and renewed Guids": [each("SignIns", ["gateway", "result"], "Sum"), each("GuidRenewals", ["gateway"], "Sum")],
  "Days left": [
    each("CertificateDaysLeft", ["gateway", "certificate"], "Minimum"),
    each("PasswordDaysLeft", ["gateway", "agentId"], "Minimum"),
    each("SecretDaysLeft", ["connection", "secretId"], "Minimum"),
  ],
  "Who calls, with which secret": [
    each("Authenticated", ["connection", "secretId"], "Sum"),
    each("HandOvers", ["gateway", "agentId", "secretId"], "Sum"),
  ],
  "Days that a secret has been in use, at least": [each("SecretAgeDays", ["connection", "secretId"], "Maximum")],
  "From the answer to the end, ms": [each("OutcomeMs", ["outcome"], "p50"), each("OutcomeMs", ["outcome"], "p90")],
  "Events of gateways": [each("GatewayEvents", ["type"], "Sum")],
  "Outcomes told": [each("Outcomes", ["to", "result"], "Sum")],
  "Outcomes that wait": [
    ofQueue("CallbackQueue", "ApproximateAgeOfOldestMessage", "age of the oldest, s"),
    ofQueue("CallbackDeadLetters", "ApproximateNumberOfMessagesVisible", "dead letters"),
  ],
  "What sweeps could not do": [whole("SweepFailures", "Sum"), whole("NewerRecords", "Maximum")],
  "Paused without an end, minutes": [whole("PausedMinutes", "Maximum")],
  API: [ofApi("Count", "Sum"), ofApi("4xx", "Sum"), ofApi("5xx", "Sum"), turnedAway],
  "API, latency in ms": [ofApi("Latency", "p50"), ofApi("Latency", "p99")],
  "Functions that threw": ofFunctions("Errors", "Sum"),
  "Functions that were not run": ofFunctions("Throttles", "Sum"),
  "Functions at once": ofFunctions("ConcurrentExecutions", "Maximum"),
};

const graph = ([title, metrics], index) => ({
  type: "metric",
  x: (index % COLUMNS) * WIDTH,
  y: HEIGHT + Math.floor(index / COLUMNS) * HEIGHT,
  width: WIDTH,
  height: HEIGHT,
  properties: { title, view: "timeSeries", region: "${AWS::Region}", period: PERIOD, metrics },
});

const statusOf = (ids) => ({
  type: "alarm",
  ...{ x: 0, y: 0, width: 24, height: HEIGHT },
  properties: { title: "Alarms: docs/runbook.md", alarms: ids.map((id) => `\${${id}Alarm.Arn}`) },
});

module.exports = async function dashboard(resolvers) {
  const parameters = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
  const widgets = [statusOf(Object.keys(alarmsOf(parameters))), ...Object.entries(GRAPHS).map(graph)];
  // What CloudWatch fills in has the form of what CloudFormation does.
  const body = JSON.stringify({ widgets }).replaceAll("${PROP", "${!PROP");
  return {
    Resources: {
      Dashboard: { Type: "AWS::CloudWatch::Dashboard", Properties: { DashboardName: SERVICE, DashboardBody: { "Fn::Sub": body } } },
    },
  };
};
