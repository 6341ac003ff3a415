/** What one interface of the gateway is made of. It reads no request and sends no answer: that is the same for all of them. */
import { type Refusal, toRefusalText, toSuccessText } from "./retcodes.ts";

export const ENDPOINT_NAMES = [
  "transfer",
  "sign-in",
  "force-sign-in",
  "sign-out",
  "handshake",
  "update-guid",
  "poll",
  "agent-calls",
  "call-info",
  "skill-queues",
  "access-codes",
] as const;
export type EndpointName = (typeof ENDPOINT_NAMES)[number];

const AGENT_ID = /^[1-9]\d{2,5}$/;
const MIN_AGENT_ID = 101;

/** One request, as it came. */
export interface Call {
  readonly agentId: string;
  /** What else the path names, as it stands there. */
  readonly subject: string;
  /** Lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** False when a fault keeps the gateway from doing what it was asked for. */
  readonly acts: boolean;
  /** Aborted when the simulator is reset, restarted or stopped. */
  readonly stopped: AbortSignal;
  /** Aborted when the client has left. */
  readonly left: AbortSignal;
}

export interface Verdict {
  readonly retcode: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether the gateway did something. */
  readonly acted: boolean;
  /** The call that it is about, for the log. */
  readonly callid?: string | undefined;
  /** For the log: what is odd about an answer, or worth knowing. */
  readonly remarks?: readonly string[];
  /** Nothing happened that is worth a line in the log. */
  readonly quiet?: boolean;
  /** Called when the answer is on its way, and not when a fault takes it. */
  readonly onAnswered?: () => void;
  /** Called after that, whatever became of the answer. */
  readonly afterwards?: () => void;
}

export interface Endpoint {
  readonly name: EndpointName;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Its first group is the agent, a second one the subject. */
  readonly path: RegExp;
  /** Undefined for no answer at all: nobody waits for one any more. */
  handle(call: Call): Promise<Verdict | undefined>;
}

/** An endpoint of agent sessions. One that is kept from acting is answered for as if it had, with nothing to tell: only faults that spoil the answer do so. */
export function defineSessionEndpoint(endpoint: Endpoint): Endpoint {
  return {
    ...endpoint,
    async handle(call) {
      if (!call.acts) return { retcode: "0", text: toSuccessText(), acted: false };
      // Silent in the documents: that an agentid out of range comes before all else, as at the transfer.
      return isAgentId(call.agentId) ? endpoint.handle(call) : toRefused("000-002");
    },
  };
}

export function isAgentId(text: string): boolean {
  return AGENT_ID.test(text) && Number(text) >= MIN_AGENT_ID;
}

export function toRefused(retcode: Refusal): Verdict {
  return { retcode, text: toRefusalText(retcode), acted: false };
}

export function parseJsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
