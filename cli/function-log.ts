/** What the functions have logged, of the local stack or a deployed one: lines that match a filter pattern of CloudWatch Logs, in the order of time. */
import * as z from "zod";
import { openLogGroups } from "./log-groups.ts";
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
  const logs = openLogGroups();
  return {
    async find(pattern, { functions, sinceMs, max = LINES_MAX }) {
      const groups = isLocal ? [LOCAL_GROUP] : functions.map((name) => `/aws/lambda/${functionName(name)}`);
      const found = await Promise.all(groups.map((group) => logs.find(group, pattern, { sinceMs, max })));
      return found
        .flat()
        .flatMap(({ at, eventId, json }) => {
          const line = Line.safeParse(json).data;
          return line === undefined ? [] : [{ ...line, at, eventId }];
        })
        .toSorted((one, other) => one.at.localeCompare(other.at));
    },
    close: logs.close,
  };
}
