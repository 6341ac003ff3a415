/**
 * The core's gateway: prepares a transfer from the secrets, then sends it at most once. A refused Guid is read anew and tried once more; what provably
 * was not sent is tried again while time is left. Whatever may have been read is never repeated.
 */
import { TransferError } from "../errors.ts";
import type { EventMode } from "../sessions/agent-record.ts";
import type { Gateway, PreparedTransfer } from "../transfer/gateway.ts";
import type { Deadline, Invocation } from "../transfer/invocation.ts";
import { invalidRequest } from "../transfer/request.ts";
import type { GatewayAnswer } from "../transfer/result.ts";
import type { RequestOutcome, SendToGateway } from "./client.ts";
import { BEGIN_MIN_MS } from "./client.ts";
import { findFault, toAnswer, toWire } from "./mapping.ts";
import type { GatewaySite } from "./site.ts";
import { CONTENT_TYPE, transferPath } from "./wire.ts";

/** A gateway that is down for longer is down for the caller's patience, too: the caller's own retry is cheaper than a waiting function. */
const BACK_OFF_MS = [200, 500, 1_200] as const;

/** Configuration of one kind, read from its secrets. Throws `secrets-unavailable` or `misconfigured`. */
export interface Lookup<Value> {
  get(name: string, signal: AbortSignal): Promise<Value | undefined>;
}

/** With what a transfer is sent. */
export interface SessionCredentials {
  readonly guid: string;
  /** Of a load balancer, as one `Cookie` header. */
  readonly cookies?: string | undefined;
  /** How the agent's events are heard; by nobody, where it is not told. */
  readonly events?: EventMode | undefined;
}

/** Nothing is sent with it. */
const NOBODY: SessionCredentials = { guid: "" };

/** For the log, and when asking again is of use, if more is known than nothing. */
export interface NotSignedIn {
  readonly why: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** `agent`: `main/101`. Each throws `secrets-unavailable`, `misconfigured` or `store-unavailable`. */
export interface AgentSessions {
  /** Undefined where there is no secret of this agent. Throws `agent-not-signed-in` where there is no session, and none that it may bring about. */
  find(agent: string, options: { readonly deadline: Deadline; readonly maySignIn: boolean }): Promise<SessionCredentials | undefined>;
  /** Another session than the one that was refused for its Guid, read anew. */
  renew(agent: string, refused: SessionCredentials, deadline: Deadline): Promise<SessionCredentials | NotSignedIn>;
}

interface GatewayDependencies {
  readonly sites: Lookup<GatewaySite>;
  readonly sessions: AgentSessions;
  readonly post: SendToGateway;
  readonly clock: GatewayClock;
}

interface GatewayClock {
  /** In ms. */
  readonly monotonicMs: () => number;
  /** Ends early once aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export function createTransferGateway({ sites, sessions, post, clock }: GatewayDependencies): Gateway {
  async function postUntilSent(send: () => Promise<RequestOutcome>, { deadline, observe }: Invocation): Promise<RequestOutcome> {
    for (let attempt = 0; ; attempt += 1) {
      const begunAt = clock.monotonicMs();
      const outcome = await send();
      const cause = outcome.kind === "answered" ? findFault(outcome.response) : outcome.kind === "too-late" ? undefined : outcome.cause;
      observe({ kind: "attempt", outcome: outcome.kind, cause, durationMs: clock.monotonicMs() - begunAt });
      const backOffMs = BACK_OFF_MS[attempt];
      if (outcome.kind !== "not-sent" || backOffMs === undefined || !isPassing(outcome.cause)) return outcome;
      if (deadline.remainingMs() < backOffMs + BEGIN_MIN_MS) return outcome;
      await clock.sleep(backOffMs, deadline.signal);
    }
  }
  return {
    async prepare(request, { gateway, agentId: ownAgent }, { deadline, observe, isRehearsal = false }) {
      const { signal } = deadline;
      const site = await sites.get(gateway, signal);
      if (site === undefined) throw misconfigured(`no secret for gateway ${gateway}`);
      const agentKey = `${gateway}/${request.agentId}`;
      const session = await sessions.find(agentKey, { deadline, maySignIn: !isRehearsal }).catch((error: unknown) => {
        // Of what is told there, nothing depends on it.
        if (isRehearsal && error instanceof TransferError && error.code === "agent-not-signed-in") return NOBODY;
        throw error;
      });
      if (session === undefined) {
        if (request.agentId === ownAgent) throw misconfigured(`no secret for agent ${agentKey}`);
        throw invalidRequest([{ pointer: "#/agentId", detail: "has no session configured at this connection's gateway" }]);
      }

      const path = transferPath(request.agentId);
      const wire = toWire(request);
      const body = JSON.stringify(wire);

      const sendAs = async ({ guid, cookies }: SessionCredentials): Promise<GatewayAnswer> => {
        const headers = { "Content-Type": CONTENT_TYPE, Guid: guid, ...(cookies && { Cookie: cookies }) };
        const outcome = await postUntilSent(() => post({ site, method: "POST", path, headers, body, deadline }), { deadline, observe });
        if (outcome.kind === "answered")
          return toAnswer(outcome.response, site, [guid, cookies ?? "", request.caller ?? "", request.callData ?? ""]);
        return toUnanswered(outcome);
      };

      return {
        preview: { method: "POST", url: `${site.url}${path}`, headers: { "Content-Type": CONTENT_TYPE }, body: wire },
        observed: session.events !== undefined,
        async send() {
          const answer = await sendAs(session);
          if (answer.state !== "refused" || answer.code !== "agent-not-signed-in") return answer;
          const fresh = await sessions.renew(agentKey, session, deadline).catch(toNotSignedIn);
          if (!("guid" in fresh)) {
            observe({ kind: "not-signed-in", why: fresh.why });
            return { ...answer, retryAfterSeconds: fresh.retryAfterSeconds };
          }
          observe({ kind: "guid-renewed" });
          // Not sent this time, the refusal of the first try is still the whole truth.
          return sendAs(fresh).catch((error: unknown) => {
            if (error instanceof TransferError && error.effect === "none") return answer;
            throw error;
          });
        },
      } satisfies PreparedTransfer;
    },
  };
}

function toUnanswered(outcome: Exclude<RequestOutcome, { kind: "answered" }>): GatewayAnswer {
  if (outcome.kind === "too-late") throw new TransferError("deadline-exceeded", { reason: "no time left to send" });
  if (outcome.kind === "not-sent") throw new TransferError("gateway-unreachable", { reason: outcome.cause });
  return { state: "unknown", code: outcome.timedOut ? "gateway-timeout" : "gateway-invalid-response" };
}

/** What cannot be read now leaves the refusal as it is. */
function toNotSignedIn(error: unknown): NotSignedIn {
  return { why: error instanceof TransferError ? error.message : "unexpected error" };
}

/** A certificate that is wrong now is wrong in a second. */
function isPassing(cause: string): boolean {
  return !/^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|HOSTNAME_MISMATCH|UND_ERR_INVALID_ARG)/.test(cause);
}

function misconfigured(reason: string): TransferError {
  return new TransferError("misconfigured", { reason });
}
