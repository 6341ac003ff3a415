/** From what the functions print to what a developer reads: one line a request, a run of the keeper, an event, an outcome that is told. */
import * as z from "zod";

const Entry = z.looseObject({
  level: z.string(),
  message: z.string(),
  timestamp: z.string(),
  method: z.string().default(""),
  route: z.string().default(""),
  status: z.number().optional(),
  durationMs: z.number().default(0),
  connection: z.string().optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  violations: z.string().optional(),
  state: z.string().optional(),
  replayed: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  callId: z.string().optional(),
  transferId: z.string().optional(),
  retcode: z.string().optional(),
  secretId: z.string().optional(),
  reference: z.string().optional(),
  gateway: z.string().default(""),
  agentId: z.string().default(""),
  ended: z.string().optional(),
  signIn: z.string().optional(),
  eventType: z.string().optional(),
  to: z.string().optional(),
  outcome: z.string().optional(),
  retrySeconds: z.number().optional(),
  passwordDaysLeft: z.number().optional(),
  mustChangePassword: z.boolean().default(false),
  failed: z.number().default(0),
  told: z.number().default(0),
  leasesEnded: z.number().default(0),
  settled: z.number().default(0),
  requestId: z.string().default(""),
  lambdaRequestId: z.string().optional(),
});
type Entry = z.infer<typeof Entry>;

/** What serverless-offline has for the id that API Gateway gives each request. */
const NO_REQUEST_ID = "offlineContext_resourceId";
/** Of serverless-offline itself, for each request and at its start. */
const NOISE = [
  /^Successfully invoked scheduled function: /,
  /^(GET|POST|PUT|DELETE|ANY) \/\S* \(λ: /,
  /^\(λ: .*Billed Duration/,
  /^\{"_aws":/,
  /^\s*$/,
];

/** Undefined for a line that says nothing new. A line that is not ours passes as it is. */
export function toRequestLine(line: string): string | undefined {
  if (NOISE.some((noise) => noise.test(line))) return undefined;
  const entry = Entry.safeParse(parseJson(line)).data;
  if (entry === undefined) return line;
  if (entry.message === "request") return describe(entry);
  const { timestamp, gateway, agentId, ended, signIn, reason, eventType, callId } = entry;
  const time = timestamp.slice(11, 19);
  const agent = `agent ${gateway}/${agentId}`;
  const days = entry.passwordDaysLeft === undefined ? undefined : `password for ${entry.passwordDaysLeft} days`;
  const mustChange = entry.mustChangePassword && "password must be changed";
  if (entry.message === "keeper")
    return [time, "keeper  ", agent, signIn, "→", ended, reason && `(${reason})`, days, mustChange].filter(Boolean).join(" ");
  if (entry.message === "gateway event") return [time, "event   ", agent, eventType, callId && `call ${callId}`].filter(Boolean).join(" ");
  if (entry.message === "outcome") return describeOutcome(entry);
  if (entry.message === "sweep") return describeSweep(entry);
  return entry.message === "dispatch" && entry.failed === 0 ? undefined : line;
}

function describe({ timestamp, method, route, connection, status, durationMs, ...entry }: Entry): string {
  const path = route
    .slice(route.indexOf(" ") + 1)
    .replace("{connection}", connection ?? "{connection}")
    .replace("{transferId}", entry.transferId ?? "{transferId}")
    .replace("{gateway}/{agentId}", entry.gateway === "" ? "{gateway}/{agentId}" : `${entry.gateway}/${entry.agentId}`);
  const what = entry.dryRun ? "dry run" : [entry.code ?? entry.state, entry.replayed ? "replayed" : undefined].filter(Boolean).join(", ");
  const details = [entry.retcode === "0" ? undefined : entry.retcode, entry.violations ?? entry.reason].filter(Boolean).join(", ");
  const why = details === "" ? undefined : `(${details})`;
  const secret = entry.secretId === undefined ? undefined : `secret ${entry.secretId}`;
  const reference = entry.reference === undefined ? undefined : `reference ${entry.reference}`;
  const call = entry.callId === undefined ? undefined : `call ${entry.callId}`;
  const isCallers = !["", NO_REQUEST_ID, entry.lambdaRequestId].includes(entry.requestId);
  const request = isCallers ? `request ${entry.requestId}` : undefined;
  return [timestamp.slice(11, 19), "webhook ", method, path, secret, request, call, reference, "→", status, what, why, `${durationMs} ms`]
    .filter(Boolean)
    .join(" ");
}

function describeOutcome({ timestamp, to, connection, state, outcome, transferId, ended, status, reason, retrySeconds }: Entry): string {
  // A conversation is told of what has no transfer, too.
  const what = [state, outcome, transferId && `transfer ${transferId}`].filter(Boolean).join(" ");
  const again = retrySeconds === undefined ? undefined : `again in ${retrySeconds} s`;
  const why = reason && `(${reason})`;
  return [timestamp.slice(11, 19), "outcome ", to, connection, what, "→", ended, status, why, again].filter(Boolean).join(" ");
}

/** Nothing of one that had nothing to do, as most. */
function describeSweep({ timestamp, told, leasesEnded, settled, failed }: Entry): string | undefined {
  if (told + leasesEnded + settled + failed === 0) return undefined;
  return `${timestamp.slice(11, 19)} sweep    outcomes told ${told}, leases ended ${leasesEnded}, settled ${settled}, failed ${failed}`;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
