/** What there is to say of an agent's session, by what we know of it and by what the gateway says. Asks nobody. */
import type { GuidAnswer } from "../gateway/guid-question.ts";
import type { AgentRecord, PasswordFacts } from "../sessions/agent-record.ts";
import { decideSignIn, meaningOf } from "../sessions/sign-in-rules.ts";
import type { KeptAgent } from "./documents.ts";
import type { Finding } from "./finding.ts";

/** As the alarm: docs/runbook.md#password-ends. */
const PASSWORD_ENDS_SOON_DAYS = 7;
/** What parks a sign-in that another password mends: one that is wrong, and one that has expired. */
const OF_THE_PASSWORD: readonly string[] = ["100-004", "100-020"];
const DAY_MS = 24 * 60 * 60 * 1_000;

type Judged = Pick<Finding, "verdict" | "detail" | "hint">;

export interface NamedAgent {
  /** `main/101`. */
  readonly name: string;
  readonly agent: KeptAgent;
}

export function toKnown({ access, writtenAt }: KeptAgent, record: AgentRecord | undefined): string {
  if (access.session === "external")
    return `Its Guid was written into the secret${writtenAt === undefined ? "" : ` at ${writtenAt.toISOString()}`}.`;
  const at = toIso(record?.session?.renewedAt ?? 0);
  return access.session === "handed-over" ? `Its Guid of ${at} was handed over.` : `We signed it in, and its Guid is of ${at}.`;
}

/** Nobody is signed in, by what we know. */
export function judgeAbsence({ name, agent }: NamedAgent, record: AgentRecord | undefined, nowMs: number): Judged {
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

export function judgeAnswer(answer: GuidAnswer, { name, agent }: NamedAgent, record: AgentRecord | undefined, nowMs: number): Judged {
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
  external: "write the Guid of the live session into the secret, by ccgw agent set with --guid-stdin: docs/ccgw.md#agents",
  "handed-over": "whoever holds the session hands its Guid over again: docs/sessions.md#handed-over",
  managed: "the keeper notices within a minute: docs/runbook.md#agent-not-signed-in",
} as const;

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
