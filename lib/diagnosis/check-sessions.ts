/** Whether each agent is signed in by what we know, and by what the gateway says: asked once, and in no way that changes anything there. */
import { toTransferError } from "../errors.ts";
import type { AskGuid } from "../gateway/guid-question.ts";
import type { GatewaySite } from "../gateway/site.ts";
import type { SessionCredentials } from "../gateway/transfer-gateway.ts";
import { parseAgentName } from "../sessions/agent-name.ts";
import type { AgentRecord, SessionRecords } from "../sessions/agent-record.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { Finding } from "./finding.ts";
import { judgeAbsence, judgeAnswer, type NamedAgent, toKnown } from "./judge-session.ts";
import { atMost } from "./within-time.ts";

/** For a question that the gateway answers at once. */
const ASK_MAX_MS = 5_000;

export interface SessionCheck extends NamedAgent {
  /** Undefined where it cannot be asked, for whichever reason was said of it. */
  readonly site: GatewaySite | undefined;
}

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
