/**
 * What is measured, in which unit and by what: the whole list, which the alarms and the dashboard are held against. Kept until it is flushed, once a request or a run.
 * Each dimension is bounded: a closed list of ours, or names that the configuration has. Nothing of a call, a caller or a secret is one.
 */
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

export const NAMESPACE = "ccgateway-transfer-webhooks";

interface Metric {
  readonly unit: (typeof MetricUnit)[keyof typeof MetricUnit];
  /**
   * Each is a series of its own. `[]` is the sum over all, for alarms: CloudWatch makes none by itself. Beside them stands `service`: the stack and its stage.
   * No dimension is in two of them: Powertools warns of that.
   */
  readonly by: readonly (readonly Dimension[])[];
}

/** `source`, `code`, `result`, `outcome`, `to`, `type`, `certificate`: closed lists of ours. The others: names in the configuration. */
type Dimension =
  | ("source" | "code" | "result" | "outcome" | "to" | "type" | "certificate")
  | ("connection" | "secretId" | "gateway" | "agentId");

const { Count, Milliseconds, Percent, NoUnit: Days, NoUnit: Minutes } = MetricUnit;

export const METRICS = {
  /** Whoever proved to be a connection's caller, and by which of its secrets. */
  Authenticated: { unit: Count, by: [["connection", "secretId"]] },
  /** For how long that secret has been in its document, at least: since that was last written. Secrets Manager knows no more. */
  SecretAgeDays: { unit: Days, by: [["connection", "secretId"]] },
  /** Until its `notAfter`, where it has one. */
  SecretDaysLeft: { unit: Days, by: [["connection", "secretId"], []] },
  /** Whoever proved to hold an agent's session. */
  HandOvers: { unit: Count, by: [["gateway", "agentId", "secretId"]] },
  /** By the failure's code, or the state, or `dry-run`. */
  Transfers: { unit: Count, by: [["source", "code"], []] },
  /** Requests and transfers that no caller is to blame for: `internal`, `misconfigured`, `secrets-unavailable`, `store-unavailable`. */
  Faults: { unit: Count, by: [["code"], []] },
  /** Transfers of an agent who is not signed in. */
  WithoutSession: { unit: Count, by: [["gateway"], []] },
  /** What became of a delivery at its record: `taken`, `replayed`, `in-progress`, `busy`, `mismatch`, `expired`. */
  Claims: { unit: Count, by: [["result"]] },
  /** Sent, and whether it was carried out is not known: as its request tells, or the sweep of one whose function was ended. */
  UnknownTransfers: { unit: Count, by: [["gateway"], []] },
  /** Of the time that the caller can wait, until the answer. */
  DeadlineUsed: { unit: Percent, by: [["source"], []] },
  /** Of a transfer's request, answered or not. */
  GatewayMs: { unit: Milliseconds, by: [["gateway"]] },
  /** Transfers that could not be sent, and runs of a keeper in which several calls could not. */
  GatewayUnreachable: { unit: Count, by: [["gateway"], []] },
  /** `own`: of the certificate that the gateway shows. `authority`: the first to expire of those that its secret pins. */
  CertificateDaysLeft: { unit: Days, by: [["gateway", "certificate"], []] },
  /** Agents who are to be kept signed in, as each minute finds them. */
  ManagedAgents: { unit: Count, by: [[]] },
  /** Runs of the keeper that have begun. */
  KeeperRuns: { unit: Count, by: [[]] },
  /** 1 for a run of the keeper that ended with nobody signed in, 0 for one that did not. */
  NotSignedIn: { unit: Count, by: [["gateway", "agentId"], []] },
  SignIns: { unit: Count, by: [["gateway", "result"]] },
  /** Not tried, until the agent's secret changes. */
  ParkedSignIns: { unit: Count, by: [["gateway", "agentId"], []] },
  GuidRenewals: { unit: Count, by: [["gateway"]] },
  PasswordDaysLeft: { unit: Days, by: [["gateway", "agentId"], []] },
  GatewayEvents: { unit: Count, by: [["type"]] },
  /** From the gateway's answer until it is known how the transfer ended. */
  OutcomeMs: { unit: Milliseconds, by: [["outcome"]] },
  /** Attempts to tell somebody of an outcome: `delivered`, `gone`, `nobody`, `retry`, `given-up`. */
  Outcomes: { unit: Count, by: [["to", "result"]] },
  /** Transfers whose fate is not known, as a sweep finds them. */
  OpenUnknown: { unit: Count, by: [[]] },
  /** Records that are due, and that a sweep left alone, since only a newer version understands them. */
  NewerRecords: { unit: Count, by: [[]] },
  /** For how long what has been paused the longest and has no end has been paused, as each minute finds it; 0 where there is none. */
  PausedMinutes: { unit: Minutes, by: [[]] },
  /** What a sweep could not do. 0 as well: a sweep that does not run tells nothing. */
  SweepFailures: { unit: Count, by: [[]] },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
export type DimensionsOf<Name extends MetricName> = Readonly<Record<(typeof METRICS)[Name]["by"][number][number], string>>;

export interface Meter {
  add<Name extends MetricName>(metric: Name, value: number, dimensions: DimensionsOf<Name>): void;
  /** Writes what was added: a line for all that share their dimensions. */
  flush(): void;
}

/** CloudWatch takes a hundred values of a metric in one line. At that, Powertools writes by itself, and forgets the dimensions. */
const VALUES_MAX = 99;

interface Group {
  readonly by: Metric["by"];
  readonly dimensions: Readonly<Partial<Record<Dimension, string>>>;
  readonly values: { readonly metric: MetricName; readonly value: number }[];
}

export function createMeter(): Meter {
  // Powertools reads the stack's name from POWERTOOLS_SERVICE_NAME: two stages of one account must not ring each other's alarms.
  const metrics = new Metrics({ namespace: NAMESPACE });
  const groups = new Map<string, Group>();

  function flush(): void {
    for (const { by, dimensions, values } of groups.values()) {
      for (const set of by) metrics.addDimensions(pick(dimensions, set));
      for (const { metric, value } of values) metrics.addMetric(metric, METRICS[metric].unit, value);
      metrics.publishStoredMetrics();
    }
    groups.clear();
  }

  return {
    add(metric, value, dimensions) {
      const { by } = METRICS[metric];
      const key = JSON.stringify([by, Object.entries<string>(dimensions).toSorted()]);
      const group: Group = groups.get(key) ?? { by, dimensions, values: [] };
      groups.set(key, group);
      group.values.push({ metric, value });
      if (group.values.length === VALUES_MAX) flush();
    },
    flush,
  };
}

function pick(dimensions: Group["dimensions"], set: readonly Dimension[]): Record<string, string> {
  return Object.fromEntries(set.map((name) => [name, dimensions[name] ?? ""]));
}
