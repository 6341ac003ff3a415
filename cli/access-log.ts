/** What API Gateway itself has logged of a request, also of one that no function saw: as infrastructure/access-log.cjs has it. The local stack has no such log. */
import * as z from "zod";
import { SERVICE } from "../dev/offline.ts";
import { openLogGroups } from "./log-groups.ts";
import type { Place } from "./place.ts";

/** What a request has not. */
const NONE = "-";
/** Of one id. */
const LINES_MAX = 100;

const Line = z.object({
  message: z.literal("access"),
  httpMethod: z.string(),
  routeKey: z.string(),
  status: z.coerce.number(),
  integrationStatus: z.string(),
  responseLatency: z.string(),
  error: z.string(),
});

export interface AccessLine {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly method: string;
  /** Undefined where it was for none. */
  readonly route: string | undefined;
  readonly status: number;
  /** Whether that is a function's answer. */
  readonly isOfFunction: boolean;
  /** API Gateway's word for what kept it from asking one, or from its answer. */
  readonly error: string | undefined;
  readonly durationMs: number | undefined;
}

export interface AccessLog {
  /** Requests by an id that API Gateway has given. */
  find(requestId: string, sinceMs: number): Promise<readonly AccessLine[]>;
  close(): void;
}

/** Undefined for the local stack. */
export function openAccessLog({ isLocal, stage }: Pick<Place, "isLocal" | "stage">): AccessLog | undefined {
  if (isLocal) return undefined;
  const groups = openLogGroups();
  return {
    async find(requestId, sinceMs) {
      const found = await groups.find(toAccessLogGroup(stage), `{ $.requestId = "${requestId}" }`, { sinceMs, max: LINES_MAX });
      return found.flatMap(({ at, json }) => {
        const line = Line.safeParse(json).data;
        return line === undefined ? [] : [{ at, ...toAccess(line) }];
      });
    },
    close: groups.close,
  };
}

export function toAccessLogGroup(stage: string): string {
  return `/aws/http-api/${SERVICE}-${stage}`;
}

function toAccess({
  httpMethod,
  routeKey,
  status,
  integrationStatus,
  error,
  responseLatency,
}: z.infer<typeof Line>): Omit<AccessLine, "at"> {
  const given = (text: string) => (text === NONE ? undefined : text);
  const durationMs = Number(responseLatency);
  return {
    method: httpMethod,
    route: given(routeKey),
    status,
    isOfFunction: integrationStatus !== NONE,
    error: given(error),
    durationMs: Number.isFinite(durationMs) ? durationMs : undefined,
  };
}
