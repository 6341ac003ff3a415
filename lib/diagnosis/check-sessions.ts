/** Whether each agent is signed in by what we know, and by what the gateway says: asked once, and in no way that changes anything there. */
import { toTransferError } from "../errors.ts";
import type { AskGuid, GuidAnswer } from "../gateway/guid-question.ts";
import type { GatewaySite } from "../gateway/site.ts";
import type { SessionCredentials } from "../gateway/transfer-gateway.ts";
import { parseAgentName } from "../sessions/agent-name.ts";
import type { AgentRecord, PasswordFacts, SessionRecords } from "../sessions/agent-record.ts";
import { decideSignIn, meaningOf } from "../sessions/sign-in-rules.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { KeptAgent } from "./documents.ts";
import type { Finding } from "./finding.ts";
import { atMost } from "./within-time.ts";

/** For a question that the gateway answers at once. */
const ASK_MAX_MS = 5_000;
/** As the alarm: docs/runbook.md#password-ends. */
const PASSWORD_ENDS_SOON_DAYS = 7;
/** What parks a sign-in that another password mends: one that is wrong, and one that has expired. */
const OF_THE_PASSWORD: readonly string[] = ["100-004", "100-020"];
const DAY_MS = 24 * 60 * 60 * 1_000;

type Judged = Pick<Finding, "verdict" | "detail" | "hint">;

export interface SessionCheck {
  /** `main/101`. */
  readonly name: string;
  readonly agent: KeptAgent;
  /** Undefined where it cannot be asked, for whichever reason was said of it. */
  readonly site: GatewaySite | undefined;
}

type NamedAgent = Pick<SessionCheck, "name" | "agent">;

interface SessionPorts {
  readonly records: Pick<SessionRecords, "read">;
  readonly askGuid: AskGuid;
  readonly wallMs: () => number;
}

/** `asked`: where the gateway was, and by how much its clock is ahead of ours, if it told it. */
export interface CheckedSession {
  readonly finding: Finding;
  readonly asked?: { readonly skewMs: number | undefined };
}

export function createSessionCheck({ records, askGuid, wallMs }: SessionPorts) {
  return async ({ name, agent, site }: SessionCheck, deadline: Deadline): Promise<CheckedSession> => {
    const base = { name: "session", subject: name } as const;
    const { access } = agent;
    let record: AgentRecord | undefined;
    try {
      record = access.session === "external" ? undefined : await records.read(name);
    } catch (thrown) {
      const { code, message } = toTransferError(thrown, "none");
      return {
        finding: {
          ...base,
          verdict: "failed",
          detail: `What is known of it could not be read: ${code} (${message}).`,
          hint: "docs/runbook.md#faults",
        },
      };
    }
    const session: SessionCredentials | undefined = access.session === "external" ? access : record?.session;
    if (session === undefined) return { finding: { ...base, ...judgeAbsence({ name, agent }, record, wallMs()) } };
    const agentId = parseAgentName(name)?.agentId;
    if (site === undefined || agentId === undefined)
      return { finding: { ...base, verdict: "skipped", detail: `${toKnown(agent, record)} The gateway could not be asked.` } };
    const { answer, date } = await askGuid({ site, agentId, session, deadline: atMost(ASK_MAX_MS, deadline) });
    const judged = judgeAnswer(answer, { name, agent }, record, wallMs());
    return {
      finding: { ...base, ...judged, detail: `${toKnown(agent, record)} ${judged.detail}` },
      asked: { skewMs: date === undefined ? undefined : date - wallMs() },
    };
  };
}

function toKnown({ access, writtenAt }: KeptAgent, record: AgentRecord | undefined): string {
  if (access.session === "external")
    return `Its Guid was written into the secret${writtenAt === undefined ? "" : ` at ${writtenAt.toISOString()}`}.`;
  const at = toIso(record?.session?.renewedAt ?? 0);
  return access.session === "handed-over" ? `Its Guid of ${at} was handed over.` : `We signed it in, and its Guid is of ${at}.`;
}

/** Nobody is signed in, by what we know. */
function judgeAbsence({ name, agent }: NamedAgent, record: AgentRecord | undefined, nowMs: number): Judged {
  const { access, versionId, writtenAt } = agent;
  if (access.session === "handed-over") {
    const hint = "docs/sessions.md#handed-over";
    if (record === undefined) return { verdict: "warning", detail: "Nobody has handed its Guid over yet.", hint };
    return { verdict: "failed", detail: "Whoever hands its Guid over has told its end.", hint };
  }
  const attempt = record?.attempt;
  const decided = decideSignIn(attempt, versionId, nowMs);
  if (decided.kind === "parked") {
    const written = writtenAt === undefined ? "" : ` The secret was written at ${writtenAt.toISOString()}.`;
    const tried = attempt === undefined ? "" : ` Last tried at ${toIso(attempt.at)} by the keeper.`;
    return {
      verdict: "failed",
      detail: `Its sign-in is parked: ${decided.why}, ${meaningOf(decided.why)}.${tried}${written} It is not tried again before that changes.`,
      hint: toParkedHint(name, decided.why),
    };
  }
  if (attempt === undefined)
    return {
      verdict: "warning",
      detail: "Nobody has tried to sign it in yet: the keeper does within a minute.",
      hint: "docs/runbook.md#keeper-silent",
    };
  const { result, retcode, at } = attempt;
  const how = retcode === undefined ? result : `${result} (${retcode})`;
  return {
    verdict: "failed",
    detail: `Nobody is signed in. The last sign-in, at ${toIso(at)}, was ${how}; it is tried again.`,
    hint: "docs/runbook.md#agent-not-signed-in",
  };
}

function judgeAnswer(answer: GuidAnswer, { name, agent }: NamedAgent, record: AgentRecord | undefined, nowMs: number): Judged {
  const { access, versionId } = agent;
  switch (answer.kind) {
    case "refused":
      return { verdict: "failed", detail: `The gateway does not take it (${answer.retcode}).`, hint: HINTS[access.session] };
    case "no-answer":
      return {
        verdict: "failed",
        detail: `The gateway gave no answer that can be read (${answer.cause}).`,
        hint: "docs/runbook.md#gateway-unreachable",
      };
    case "other":
      return {
        verdict: "warning",
        detail: `The gateway answered ${answer.retcode}, which says nothing of the Guid.`,
        hint: "docs/gateway-api.md#retcodes",
      };
    case "taken":
      break;
  }
  const decided = access.session === "managed" ? decideSignIn(record?.attempt, versionId, nowMs) : undefined;
  if (decided?.kind === "parked")
    return {
      verdict: "warning",
      detail: `The gateway takes it; once it ends, nobody signs the agent in: parked, ${decided.why}, ${meaningOf(decided.why)}.`,
      hint: toParkedHint(name, decided.why),
    };
  return judgePassword(name, record?.password, nowMs) ?? { verdict: "ok", detail: "The gateway takes it." };
}

function toParkedHint(name: string, why: string): string {
  const page = "docs/runbook.md#sign-in-parked";
  return OF_THE_PASSWORD.includes(why) ? `ccgw agent set-password ${name}, with the one that it has at the gateway: ${page}` : page;
}

function judgePassword(name: string, password: PasswordFacts | undefined, nowMs: number): Judged | undefined {
  const { mustChange = false, daysLeft, at = nowMs } = password ?? {};
  const left = daysLeft === undefined ? Number.POSITIVE_INFINITY : Math.floor(daysLeft - (nowMs - at) / DAY_MS);
  if (!mustChange && left >= PASSWORD_ENDS_SOON_DAYS) return undefined;
  const detail = mustChange
    ? "The gateway takes it, and wants the password changed."
    : `The gateway takes it; the password ends in ${left} days.`;
  return {
    verdict: "warning",
    detail,
    hint: `change it at the gateway, then ccgw agent set-password ${name}: docs/runbook.md#password-ends`,
  };
}

const HINTS = {
  external:
    "write the Guid of the live session into the secret, by ccgw apply with guid: { fromEnv: NAME }: docs/ccgw.md#a-file-for-all-of-it",
  "handed-over": "whoever holds the session hands its Guid over again: docs/sessions.md#handed-over",
  managed: "the keeper notices within a minute: docs/runbook.md#agent-not-signed-in",
} as const;

/** A Guid that somebody writes by hand, at a site that renews it each minute. */
export function checkExternalGuid(name: string, { access }: KeptAgent, site: GatewaySite | undefined): Finding | undefined {
  if (access.session !== "external") return undefined;
  const base = { name: "external-guid", subject: name } as const;
  if (site === undefined) return { ...base, verdict: "skipped", detail: "Its gateway's secret does not parse, or is not there." };
  if (site.authMode === 1) return { ...base, verdict: "ok", detail: "The site has authMode 1: the Guid stays for the whole session." };
  const hint = "have it handed over, or managed: docs/sessions.md#which-way-to-choose";
  if (site.authMode === 2)
    return {
      ...base,
      verdict: "warning",
      detail: "The site has authMode 2: a Guid lives two minutes, and one in a secret is stale by then.",
      hint,
    };
  const detail =
    "The gateway's secret has no authMode. In 2, the vendor's default, a Guid lives two minutes: one in a secret is stale by then.";
  return { ...base, verdict: "warning", detail, hint: `if it is 1, write authMode into the gateway's secret; if it is 2, ${hint}` };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
