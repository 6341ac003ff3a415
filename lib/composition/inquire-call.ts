/** Asks the gateway about a call, as its agent's live session, where we keep that. */
import { createCallInquiry } from "../gateway/call-inquiry.ts";
import { createPatientInquiry } from "../gateway/patient-inquiry.ts";
import type { Log } from "../log.ts";
import type { InquireCall } from "../records/sweep.ts";
import { NewerVersion } from "../transfer/schema-version.ts";
import type { composeAgents } from "./agents.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A sweep has others to look after. */
const ASK_MAX_MS = 5_000;

export function composeInquireCall({ sites, send, records }: ReturnType<typeof composeAgents>, log: Log): InquireCall {
  const inquiry = createPatientInquiry({ inquiry: createCallInquiry({ sites, send }), wallMs: RUNNING_CLOCK.wallMs });
  return async ({ gateway, agentId, callId, target, mode }, signal) => {
    const session = (await records.read(`${gateway}/${agentId}`).catch(leaveToNewer))?.session;
    // Of a session that somebody else keeps, nobody knows whether a question disturbs it.
    if (session?.events === undefined) return undefined;
    const until = RUNNING_CLOCK.monotonicMs() + ASK_MAX_MS;
    const deadline = { remainingMs: () => until - RUNNING_CLOCK.monotonicMs(), signal };
    const sighting = await inquiry.ask({ gateway, agentId, callId, target }, session, deadline);
    if (sighting === undefined) return undefined;
    log.event({ gateway, agentId, callId, eventType: "inquiry", reason: sighting.kind === "known" ? sighting.holder : sighting.kind });
    // Who lets go only once it was answered has let go, and the other one has it. A blind transfer may only ring there.
    if (sighting.kind !== "known" || sighting.holder !== "target" || mode === "blind") return undefined;
    return { kind: "talking", gateway, agentId: target.address, callId };
  };
}

/** The session is a newer version's to use. The record is ours: with nothing heard, it is given up in its time. */
function leaveToNewer(thrown: unknown): undefined {
  if (!(thrown instanceof NewerVersion)) throw thrown;
}
