/** What the functions have logged, of the local stack or a deployed one: lines that match a filter pattern of CloudWatch Logs, in the order of time. */
import { CloudWatchLogsClient, paginateFilterLogEvents, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod";
import type { Place } from "./place.ts";

/** Of one question, unless it says. Whoever has more asks for less time. */
const LINES_MAX = 1_000;
/** The local stack has the lines of all functions in one, whatever it is called. */
const LOCAL_GROUP = "local";

const text = z.string().optional();
const number = z.number().optional();
const flag = z.boolean().optional();

/** As lib/log.ts has it: none of its fields holds a secret, a number of a caller or call data. */
const Line = z.looseObject({
  ...{
    level: text,
    message: z.string(),
    requestId: text,
    lambdaRequestId: text,
    method: text,
    route: text,
    status: number,
    durationMs: number,
  },
  ...{
    connection: text,
    source: text,
    secretId: text,
    gateway: text,
    agentId: text,
    callId: text,
    targetType: text,
    mode: text,
    reference: text,
  },
  ...{ transferId: text, state: text, outcome: text, code: text, reason: text, violations: text, effect: text, retcode: text },
  ...{ hint: text, missing: text, skewSeconds: number, secretsTried: text },
  ...{
    replayed: flag,
    dryRun: flag,
    callDataTruncated: flag,
    guidRenewed: flag,
    entries: number,
    events: number,
    attempts: number,
    gatewayMs: number,
  },
  ...{ errorName: text, stack: text, to: text },
});
type Line = z.infer<typeof Line>;

export interface LoggedLine extends Line {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly eventId: string;
}

interface FindOptions {
  readonly functions: readonly string[];
  readonly sinceMs: number;
  /** About as many of each function, the oldest. */
  readonly max?: number;
}

export interface FunctionLog {
  /** Of these functions of serverless.yml; of one that has never run, there are none. */
  find(pattern: string, options: FindOptions): Promise<readonly LoggedLine[]>;
  close(): void;
}

export function openFunctionLog({ isLocal, functionName }: Pick<Place, "isLocal" | "functionName">): FunctionLog {
  const client = new CloudWatchLogsClient({});

  async function findIn(logGroupName: string, filterPattern: string, startTime: number, max: number): Promise<LoggedLine[]> {
    const found: LoggedLine[] = [];
    try {
      for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, filterPattern, startTime })) {
        for (const { eventId = "", timestamp = 0, message = "" } of events) {
          const line = Line.safeParse(parseJson(message)).data;
          if (line !== undefined) found.push({ ...line, at: new Date(timestamp).toISOString(), eventId });
        }
        if (found.length >= max) break;
      }
      return found;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  }

  return {
    async find(pattern, { functions, sinceMs, max = LINES_MAX }) {
      const groups = isLocal ? [LOCAL_GROUP] : functions.map((name) => `/aws/lambda/${functionName(name)}`);
      const found = await Promise.all(groups.map((group) => findIn(group, pattern, sinceMs, max)));
      return found.flat().toSorted((one, other) => one.at.localeCompare(other.at));
    },
    close: () => client.destroy(),
  };
}

function parseJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
