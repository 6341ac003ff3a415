/** Lines of CloudWatch Logs that are JSON and match one of its filter patterns, of the local stack or a deployed one. */
import { CloudWatchLogsClient, paginateFilterLogEvents, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";

export interface FoundLine {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly eventId: string;
  readonly json: unknown;
}

interface FindOptions {
  readonly sinceMs: number;
  /** About as many, the oldest. */
  readonly max: number;
}

export interface LogGroups {
  /** Of a group that there is not yet, none. */
  find(logGroupName: string, filterPattern: string, options: FindOptions): Promise<readonly FoundLine[]>;
  close(): void;
}

export function openLogGroups(): LogGroups {
  const client = new CloudWatchLogsClient({});
  return {
    async find(logGroupName, filterPattern, { sinceMs: startTime, max }) {
      const found: FoundLine[] = [];
      try {
        for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, filterPattern, startTime })) {
          for (const { eventId = "", timestamp = 0, message = "" } of events)
            found.push({ at: new Date(timestamp).toISOString(), eventId, json: parseJson(message) });
          if (found.length >= max) break;
        }
        return found;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return [];
        throw error;
      }
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
