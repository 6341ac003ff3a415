/** One structured line a request, and its metrics with it. Only the fields listed here can be logged, whatever is handed in. */
import { Logger } from "@aws-lambda-powertools/logger";
import { createMeter, type DimensionsOf, type MetricName, NAMESPACE } from "./metrics.ts";

/** None of them holds a secret, a Guid, a caller's number or call data: that is what keeps them on this list. */
const FIELDS = [
  "requestId",
  "lambdaRequestId",
  "method",
  "route",
  "status",
  "durationMs",
  "connection",
  "source",
  "secretId",
  "gateway",
  "agentId",
  "callId",
  "targetType",
  "mode",
  "reference",
  "callDataTruncated",
  "transferId",
  "state",
  "outcome",
  "to",
  "code",
  "reason",
  "hint",
  "missing",
  "skewSeconds",
  "secretsTried",
  "violations",
  "effect",
  "retcode",
  "replayed",
  "dryRun",
  "entries",
  "events",
  "eventType",
  "attempts",
  "retrySeconds",
  "gatewayMs",
  "guidRenewed",
  "ended",
  "renewals",
  "invoked",
  "told",
  "leasesEnded",
  "settled",
  "unknown",
  "failed",
  "newer",
  "signIn",
  "passwordDaysLeft",
  "mustChangePassword",
  "errorName",
  "stack",
] as const;
export type LogFields = { readonly [field in (typeof FIELDS)[number]]?: string | number | boolean | undefined };

export interface Log {
  /** The one line of a request, with which its metrics are written. An error by its status, or by `judgedBy` where it was answered with none. */
  access(fields: LogFields, judgedBy?: LogFields["status"]): void;
  /** One of several transfers of a request. */
  entry(fields: LogFields): void;
  /** The one line of a run that no request asked for, with which its metrics are written. */
  run(what: string, fields: LogFields): void;
  /** One event that a gateway told of. */
  event(fields: LogFields): void;
  /** What an operator has to know beside it. */
  problem(what: string, fields: LogFields): void;
  /** Adds 1 to a metric. */
  count<Name extends MetricName>(metric: Name, dimensions: DimensionsOf<Name>): void;
  measure<Name extends MetricName>(metric: Name, value: number, dimensions: DimensionsOf<Name>): void;
  /** Writes the metrics now: of a run that goes on for long. */
  flush(): void;
}

/** From here on the fault is on our side of the door. */
const SERVER_ERROR_STATUS = 500;
/** Whatever their status is in the caller's language. */
const FAULTS: readonly unknown[] = ["internal", "misconfigured", "secrets-unavailable", "store-unavailable"];

export function createLog(): Log {
  const logger = new Logger({ serviceName: NAMESPACE });
  const meter = createMeter();
  function countFault({ code }: LogFields): void {
    if (FAULTS.includes(code)) meter.add("Faults", 1, { code: String(code) });
  }

  return {
    access(fields, judgedBy = fields.status) {
      const level = Number(judgedBy) >= SERVER_ERROR_STATUS ? "error" : "info";
      logger[level]("request", toAllowed(fields));
      countFault(fields);
      meter.flush();
    },
    entry(fields) {
      logger.info("transfer", toAllowed(fields));
      countFault(fields);
    },
    run(what, fields) {
      logger.info(what, toAllowed(fields));
      meter.flush();
    },
    event(fields) {
      logger.info("gateway event", toAllowed(fields));
    },
    problem(what, fields) {
      logger.error(what, toAllowed(fields));
    },
    count: (metric, dimensions) => meter.add(metric, 1, dimensions),
    measure: meter.add,
    flush: meter.flush,
  };
}

/** The name and the place of an unexpected error. Its message is left out: it may quote what it failed on. */
export function toErrorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error };
  // A message of several lines may have one that looks like a frame.
  const frames = error.stack
    ?.replace(error.message, "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line));
  return { errorName: error.name, stack: frames?.map((line) => line.trim()).join(" | ") };
}

function toAllowed(fields: LogFields): Record<string, string | number | boolean> {
  return Object.fromEntries(
    FIELDS.flatMap((name) => {
      const value = fields[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
