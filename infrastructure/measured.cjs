/** The names under which lib/metrics.ts measures: what the alarms and the dashboard are made of. A test holds each use against the list there. */
const NAMESPACE = "ccgateway-transfer-webhooks";
/** Of the stack and its stage, in front of every other dimension. */
const SERVICE = "${self:service}-${sls:stage}";

/** The series of the whole stack. */
const measured = (MetricName) => ({ Namespace: NAMESPACE, MetricName, Dimensions: [{ Name: "service", Value: SERVICE }] });

module.exports = { NAMESPACE, SERVICE, measured };
