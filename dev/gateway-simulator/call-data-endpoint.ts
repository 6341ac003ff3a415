/**
 * Where calls are, for whoever asks: the ids of an agent's calls (api-cec cec_07_0425) and what is known of one call (cec_07_0424), which names no holder.
 * Silent in the documents, and chosen here: an agent without a call has an empty list, and may ask, though the pages want it in a call; 100-006 where the agent
 * who is asked about is not signed in, 100-011 where nobody can be called so; any agent may ask about any, and about any call; a call that has ended is not
 * known any more; the codes of one that is not. The page gives `result` of a call the type list and describes an object: an object here. Its values are made up.
 */
import type { AgentSessions } from "./agent-sessions.ts";
import type { Calls } from "./calls.ts";
import { defineSessionEndpoint, type Endpoint, isAgentId, toRefused, type Verdict } from "./endpoint.ts";
import { toCtiRefusalText } from "./retcodes.ts";

const UNKNOWN_ERROR = "000-000";
/** The vendor's table of its multimedia platform: "call does not exist". */
const NO_SUCH_CALL = "160007";

interface Wiring {
  readonly sessions: AgentSessions;
  readonly calls: Calls;
}

export function createAgentCallsEndpoint({ sessions, calls }: Wiring): Endpoint {
  return defineSessionEndpoint({
    name: "agent-calls",
    method: "GET",
    path: /^\/agentgateway\/resource\/calldata\/([^/]+)\/allcallinfoEx\/([^/]+)$/,
    async handle(call) {
      const session = sessions.authenticate(call);
      if (typeof session === "string") return toRefused(session);
      const workNo = call.subject;
      if (!isAgentId(workNo)) return toRefused("100-011");
      return sessions.find(workNo) === undefined ? toRefused("100-006") : toTold(calls.of(workNo));
    },
  });
}

export function createCallInfoEndpoint({ sessions, calls }: Wiring): Endpoint {
  return defineSessionEndpoint({
    name: "call-info",
    method: "GET",
    path: /^\/agentgateway\/resource\/calldata\/([^/]+)\/callinfobycallid\/([^/]+)$/,
    async handle(call) {
      const session = sessions.authenticate(call);
      if (typeof session === "string") return toRefused(session);
      const callid = decode(call.subject);
      if (callid !== undefined && calls.has(callid)) return toTold(toCallInfo(callid));
      return { retcode: UNKNOWN_ERROR, text: toCtiRefusalText(UNKNOWN_ERROR, NO_SUCH_CALL), acted: false };
    },
  });
}

/** The examples of these pages have an empty message. */
function toTold(result: object): Verdict {
  return { retcode: "0", text: JSON.stringify({ message: "", retcode: "0", result }), acted: true };
}

/** In the order and with the types of the page's table. */
function toCallInfo(callid: string) {
  return {
    callfeature: 0,
    callid,
    caller: 88880021,
    called: 88880,
    callskill: "local-demo-skill",
    callskillid: 3,
    orgicallednum: "",
    calldata: "local-demo-call-data",
    begintime: 1552524689000,
    endtime: null,
    userPriority: 0,
    trunkNo: 65535,
    logontimes: 0,
    mediaType: 51,
    mediaAbility: 5,
  };
}

function decode(subject: string): string | undefined {
  try {
    return decodeURIComponent(subject);
  } catch {
    return undefined;
  }
}
