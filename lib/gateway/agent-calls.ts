/**
 * An agent's calls to its gateway: sign-in, keep-alive, sign-out, one request each, and what the answer means for the session. Follows each Guid and cookie
 * that an answer brings; repeats nothing and keeps nothing. No word of the gateway gets past it but a retcode in its documented form.
 */
import { TransferError } from "../errors.ts";
import type { AgentCalls, KeepAliveAnswer, Refused, Unanswered } from "../sessions/agent-calls.ts";
import type { LiveSession } from "../sessions/agent-record.ts";
import { nameRetcode, readAnswer } from "./agent-answer.ts";
import type { GatewayRequest, RequestOutcome, ResponseHeaders, SendToGateway } from "./client.ts";
import { mergeCookies } from "./cookies.ts";
import { type AgentEvent, parseEvent } from "./events.ts";
import { findRefusal, RETCODE_SUCCESS } from "./retcodes.ts";
import {
  type PushTarget,
  parsePasswordFacts,
  parseSetGuid,
  parseUpdatedGuid,
  SESSION_CALLS,
  type SessionCall,
  toWireSignIn,
} from "./session-wire.ts";
import type { SignIn } from "./sign-in.ts";
import type { GatewaySite } from "./site.ts";
import { CONTENT_TYPE, type WireAnswer } from "./wire.ts";

export type { PushTarget };

/** The gateway waits about 10 s for an event: whatever the site has for transfers, less than this is no time-out. */
const POLL_TIMEOUT_MIN_MS = 15_000;
/** Of one call, connecting included: an owner of the lease must not be silent for as long as one that died. */
const CALL_MAX_MS = 25_000;
/** Nobody knows whether an unanswered sign-in was carried out: it is worth a wait. */
const SIGN_IN_TIMEOUT_MIN_MS = 20_000;

interface AgentCallsDependencies {
  readonly site: GatewaySite;
  readonly agentId: string;
  readonly signIn: SignIn;
  /** Needed where the events are pushed. */
  readonly push: PushTarget | undefined;
  readonly send: SendToGateway;
  /** In ms since 1970. */
  readonly wallMs: () => number;
}

/** Throws `misconfigured` where the events are to be pushed, and nowhere to. */
export function createAgentCalls({ site, agentId, signIn, push, send, wallMs }: AgentCallsDependencies): AgentCalls<AgentEvent> {
  const isPushed = signIn.events === "push";
  if (isPushed && push === undefined) throw misconfigured(`agent ${agentId}: events are to be pushed, and there is no address`);
  const signInBody = JSON.stringify(toWireSignIn(signIn, isPushed ? push : undefined));

  async function ask(call: SessionCall, { headers, ...request }: Asked): Promise<Success | Refused | Unanswered> {
    const { method, path } = call;
    // The pages ask for the content type even where there is no content.
    const { deadline } = request;
    // Whatever the site's time-outs are, and however an answer drips.
    const capped = { signal: deadline.signal, remainingMs: () => Math.min(deadline.remainingMs(), CALL_MAX_MS) };
    const all = { "Content-Type": CONTENT_TYPE, ...headers };
    return toRead(await send({ site, method, path: path(agentId), headers: all, ...request, deadline: capped }));
  }

  async function askAs(session: LiveSession, call: SessionCall, asked: Asked): Promise<Success | SignedOut | Refused | Unanswered> {
    const { guid, cookies = "" } = session;
    const headers = { Guid: guid, ...(cookies !== "" && { Cookie: cookies }), ...asked.headers };
    const read = await ask(call, { ...asked, headers });
    if (read.kind !== "refused" || !isGuidUnknown(read.retcode)) return read;
    return { kind: "signed-out", retcode: read.retcode };
  }

  async function keepAlive(session: LiveSession, call: SessionCall, asked: Asked): Promise<KeepAliveAnswer<AgentEvent>> {
    const read = await askAs(session, call, asked);
    return read.kind === "success" ? toAlive(session, guidOf(read), read) : read;
  }

  function toAlive(session: LiveSession, guid: string | undefined, { answer: { event }, headers }: Success): Alive {
    const { "set-cookie": setCookies = [] } = headers;
    const cookies = setCookies.length === 0 ? session.cookies : mergeCookies(session.cookies, setCookies, wallMs());
    return {
      kind: "alive",
      renewal: { guid: ifNew(guid, session.guid), cookies: ifNew(cookies, session.cookies ?? "") },
      events: event === undefined || event === null ? [] : [parseEvent(event)],
    };
  }

  return {
    async signIn({ forced, deadline }) {
      const call = forced ? SESSION_CALLS.forceSignIn : SESSION_CALLS.signIn;
      const responseTimeoutMs = Math.max(site.responseTimeoutMs, SIGN_IN_TIMEOUT_MIN_MS);
      const read = await ask(call, { body: signInBody, deadline, responseTimeoutMs });
      if (read.kind !== "success") return read;
      const guid = guidOf(read);
      if (guid === undefined) return NO_GUID;
      const renewedAt = wallMs();
      const cookies = mergeCookies(undefined, read.headers["set-cookie"] ?? [], renewedAt);
      const session = { guid, cookies: cookies === "" ? undefined : cookies, renewedAt, events: signIn.events };
      return { kind: "signed-in", session, ...parsePasswordFacts(read.answer.result) };
    },
    // Without the optional service_token: a session goes on with that of its sign-in, also when the key that tokens are made of has changed since.
    handshake: (session, deadline) => keepAlive(session, SESSION_CALLS.handshake, { deadline }),
    poll(session, deadline) {
      const responseTimeoutMs = Math.max(site.responseTimeoutMs, POLL_TIMEOUT_MIN_MS);
      return keepAlive(session, SESSION_CALLS.poll, { deadline, responseTimeoutMs });
    },
    async updateGuid(session, deadline) {
      const read = await askAs(session, SESSION_CALLS.updateGuid, { deadline });
      if (read.kind !== "success") return read;
      const guid = parseUpdatedGuid(read.answer.result) ?? guidOf(read);
      return guid === undefined ? NO_GUID : toAlive(session, guid, read);
    },
    signOut: (session, deadline) => keepAlive(session, SESSION_CALLS.signOut, { deadline }),
  };
}

type Asked = Partial<Pick<GatewayRequest, "headers" | "body" | "responseTimeoutMs">> & Pick<GatewayRequest, "deadline">;
type Alive = Extract<KeepAliveAnswer<AgentEvent>, { kind: "alive" }>;
type SignedOut = Extract<KeepAliveAnswer<AgentEvent>, { kind: "signed-out" }>;

interface Success {
  readonly kind: "success";
  readonly answer: WireAnswer;
  readonly headers: ResponseHeaders;
}

/** It said that it did what it was asked for, and the Guid that comes of it cannot be read. */
const NO_GUID: Unanswered = { kind: "unanswered", cause: "no-guid" };

function toRead(outcome: RequestOutcome): Success | Refused | Unanswered {
  const read = readAnswer(outcome);
  if (read.kind !== "answered") return read;
  const { answer, headers } = read;
  if (answer.retcode === RETCODE_SUCCESS) return { kind: "success", answer, headers };
  return { kind: "refused", retcode: nameRetcode(answer) };
}

/** By the same table as for a transfer. */
function isGuidUnknown(retcode: string): boolean {
  return findRefusal(retcode, "", {})?.code === "agent-not-signed-in";
}

function guidOf({ headers }: Success): string | undefined {
  return parseSetGuid(headers["set-guid"]);
}

function ifNew(text: string | undefined, known: string): string | undefined {
  return text === known ? undefined : text;
}

function misconfigured(reason: string): TransferError {
  return new TransferError("misconfigured", { reason });
}
