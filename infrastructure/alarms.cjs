/** Who is told when something is wrong: the topic, and an alarm for each section of docs/runbook.md, which a test holds against this list. */
const { THROTTLED } = require("./access-log.cjs");
const { GRANTS } = require("./grants.cjs");
const { measured, SERVICE } = require("./measured.cjs");

const MINUTE = 60;
const FIVE_MINUTES = 300;
const HOUR = 3_600;
const DAY = 86_400;

const atLeast = (Threshold) => ({ Threshold, ComparisonOperator: "GreaterThanOrEqualToThreshold" });
const below = (Threshold) => ({ Threshold, ComparisonOperator: "LessThanThreshold" });
const once = (Period) => ({ Period, EvaluationPeriods: 1 });
/** What CloudWatch makes of a period of which it knows nothing. */
const silence = (TreatMissingData) => ({ TreatMissingData });
const IS_FINE = silence("notBreaching");
const IS_WRONG = silence("breaching");
const CHANGES_NOTHING = silence("ignore");

/** Something that is counted, and should never be. Nothing is measured where nothing happens. */
const any = (MetricName) => ({ ...measured(MetricName), Statistic: "Sum", ...once(FIVE_MINUTES), ...atLeast(1), ...IS_FINE });

const ALARMS = {
  // A sign-in and one that waits take a minute or two. Without a managed agent there is nothing to measure.
  AgentNotSignedIn: [
    "agent-not-signed-in",
    "A managed agent is not signed in.",
    { ...any("NotSignedIn"), Statistic: "Maximum", Period: MINUTE, EvaluationPeriods: 5, DatapointsToAlarm: 3 },
  ],
  SignInParked: ["sign-in-parked", "A managed agent is not signed in again before its secret changes.", any("ParkedSignIns")],
  TransferWithoutSession: ["transfer-without-session", "A transfer failed because its agent is not signed in.", any("WithoutSession")],
  Faults: ["faults", "A request failed by a fault of ours, or of what we keep.", any("Faults")],
  UnknownTransfer: ["unknown-transfer", "A transfer was sent, and nobody knows whether it was carried out.", any("UnknownTransfers")],
  GatewayUnreachable: ["gateway-unreachable", "A gateway cannot be reached.", any("GatewayUnreachable")],
  ApiThrottled: [
    "api-throttled",
    "API Gateway has turned requests away: more came than requestsPerSecond and requestsBurst allow.",
    { ...THROTTLED, Statistic: "Sum", ...once(FIVE_MINUTES), ...atLeast(1), ...IS_FINE },
  ],
  DeadLetters: [
    "dead-letters",
    "An outcome could not be told in more than a day.",
    // SQS stops to measure a queue that nobody uses, whatever is in it.
    {
      ...{ Namespace: "AWS/SQS", MetricName: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum" },
      Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": ["CallbackDeadLetters", "QueueName"] } }],
      ...{ ...once(FIVE_MINUTES), ...atLeast(1), ...CHANGES_NOTHING },
    },
  ],
  DeadlineNear: [
    "deadline-near",
    "One request in a hundred takes more than four fifths of the time that its caller waits.",
    { ...measured("DeadlineUsed"), ExtendedStatistic: "p99", Period: FIVE_MINUTES, EvaluationPeriods: 3, ...atLeast(80), ...IS_FINE },
  ],
  KeeperSilent: [
    "keeper-silent",
    "For two minutes, fewer runs of the keeper have begun than there are managed agents.",
    // Each minute, the dispatcher tells how many agents there are: none is no alarm, and its own silence is one.
    {
      Metrics: [
        { Id: "silent", Expression: "IF(runs < agents, 1, 0)", Label: "silent", ReturnData: true },
        { Id: "agents", MetricStat: { Metric: measured("ManagedAgents"), Period: MINUTE, Stat: "Maximum" }, ReturnData: false },
        { Id: "runs", MetricStat: { Metric: measured("KeeperRuns"), Period: MINUTE, Stat: "Sum" }, ReturnData: false },
      ],
      EvaluationPeriods: 2,
      ...{ ...atLeast(1), ...IS_WRONG },
    },
  ],
  SweepFailing: [
    "sweep-failing",
    "For three minutes, the records were not swept, or not all of them.",
    // Each sweep tells what it could not do, 0 as well.
    { ...measured("SweepFailures"), Statistic: "Sum", Period: MINUTE, EvaluationPeriods: 3, ...atLeast(1), ...IS_WRONG },
  ],
  NewerRecords: [
    "newer-records",
    "For an hour, there were records that only a newer version understands.",
    // Measured by each sweep that finds what is due, 0 as well.
    { ...measured("NewerRecords"), Statistic: "Minimum", Period: FIVE_MINUTES, EvaluationPeriods: 12, ...atLeast(1), ...IS_FINE },
  ],
  PauseForgotten: [
    "pause-forgotten",
    "Something has been paused for more than a day, and has no end.",
    // Measured by each sweep, 0 as well: a sweep that does not run resumes nothing.
    { ...measured("PausedMinutes"), Statistic: "Maximum", ...once(FIVE_MINUTES), ...atLeast(DAY / MINUTE), ...CHANGES_NOTHING },
  ],
  CertificateEnds: [
    "certificate-ends",
    "A gateway's certificate, or an authority that is pinned for one, ends in less than 21 days.",
    // It is measured when a gateway is connected to: no connection mends no certificate.
    { ...measured("CertificateDaysLeft"), Statistic: "Minimum", ...once(HOUR), ...below(21), ...CHANGES_NOTHING },
  ],
  PasswordEnds: [
    "password-ends",
    "A managed agent's password ends in less than 7 days.",
    // Measured each minute, as long as the agent is managed and the gateway tells.
    { ...measured("PasswordDaysLeft"), Statistic: "Minimum", ...once(HOUR), ...below(7), ...IS_FINE },
  ],
  SecretEnds: [
    "secret-ends",
    "A caller uses a secret that ends in less than 7 days.",
    // Not measured any more: not used any more.
    { ...measured("SecretDaysLeft"), Statistic: "Minimum", ...once(DAY), ...below(7), ...IS_FINE },
  ],
};

const noTraffic = (minutes) => [
  "no-traffic",
  `No caller has asked for a transfer for ${minutes} minutes.`,
  { ...measured("Transfers"), Statistic: "Sum", ...once(minutes * MINUTE), ...below(1), ...IS_WRONG },
];

/** Of one function. AWS measures nothing of one that is not invoked. */
const ofFunction = (name, MetricName, section, what) => [
  section,
  `${name} ${what}`,
  {
    ...{ Namespace: "AWS/Lambda", MetricName, Statistic: "Sum" },
    Dimensions: [{ Name: "FunctionName", Value: `${SERVICE}-${name}` }],
    ...{ ...once(FIVE_MINUTES), ...atLeast(1), ...IS_FINE },
  },
];

const pascal = (name) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase());
const kebab = (id) => id.replaceAll(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/** By the name of each. */
function alarmsOf({ expectedTrafficMinutes }) {
  const functions = Object.keys(GRANTS).flatMap((name) => [
    [`${pascal(name)}Errors`, ofFunction(name, "Errors", "function-errors", "has thrown, or was ended by its time-out.")],
    [`${pascal(name)}Throttles`, ofFunction(name, "Throttles", "function-throttles", "was not run: there was no room.")],
  ]);
  return {
    ...ALARMS,
    ...(expectedTrafficMinutes !== undefined && { NoTraffic: noTraffic(expectedTrafficMinutes) }),
    ...Object.fromEntries(functions),
  };
}

const topic = { Ref: "AlarmTopic" };

/**
 * Publishing is CloudWatch's alone, for alarms of this stack. Without a policy of its own, a topic has one by which everybody in the account may subscribe to it, publish and delete it,
 * whatever their own policies say. Whoever has rights of their own keeps them.
 */
const topicPolicy = {
  Type: "AWS::SNS::TopicPolicy",
  Properties: {
    Topics: [topic],
    PolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Alarms",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: topic,
          Condition: {
            StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
            ArnLike: {
              "aws:SourceArn": { "Fn::Sub": `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${SERVICE}-*` },
            },
          },
        },
      ],
    },
  },
};

const alarm = (id, [section, what, properties]) => ({
  Type: "AWS::CloudWatch::Alarm",
  Properties: {
    AlarmName: `${SERVICE}-${kebab(id)}`,
    AlarmDescription: `${what} docs/runbook.md#${section}`,
    ...properties,
    AlarmActions: [topic],
    OKActions: [topic],
  },
});

async function alarms(resolvers) {
  const parameters = await resolvers.resolveConfigurationProperty(["custom", "parameters"]);
  const { alarmEmail } = parameters;
  return {
    Resources: {
      // Whoever else is to be told subscribes to it.
      AlarmTopic: { Type: "AWS::SNS::Topic", Properties: { KmsMasterKeyId: { Ref: "DataKey" } } },
      AlarmTopicPolicy: topicPolicy,
      ...(alarmEmail !== "" && {
        AlarmEmail: { Type: "AWS::SNS::Subscription", Properties: { TopicArn: topic, Protocol: "email", Endpoint: alarmEmail } },
      }),
      ...Object.fromEntries(Object.entries(alarmsOf(parameters)).map(([id, each]) => [`${id}Alarm`, alarm(id, each)])),
    },
    Outputs: { AlarmTopicArn: { Description: "The topic that alarms are published to", Value: topic } },
  };
}

module.exports = Object.assign(alarms, { alarmsOf });
