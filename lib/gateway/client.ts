/**
 * One request to a gateway over TLS, and the one question that matters when it fails: was anything sent? Error codes cannot tell (platform facts of
 * undici 8: a reset is a reset), so the moment before the first byte is written is what counts. Never repeats, never follows a redirect.
 */
import { createSecureContext, TLSSocket } from "node:tls";
import { buildConnector, Client, type Dispatcher } from "undici";
import type { Deadline } from "../transfer/invocation.ts";
import type { GatewayResponse } from "./mapping.ts";
import type { GatewaySite } from "./site.ts";

/** The vendor's answers have under 200 bytes. */
const RESPONSE_MAX_BYTES = 64 * 1024;
/** Kept back at the end of an invocation for keeping the result and rendering the answer. */
const FINISH_RESERVE_MS = 300;
/** Sent with less left to wait for an answer, a transfer would most likely end as unknown. */
const SEND_MIN_MS = 200;
/** With less left, nothing is begun. */
export const BEGIN_MIN_MS = FINISH_RESERVE_MS + SEND_MIN_MS;

export interface GatewayRequest {
  readonly site: GatewaySite;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly deadline: Deadline;
  /** For a gateway that lets one wait. The site's unless given. */
  readonly responseTimeoutMs?: number | undefined;
}

/** Lower-case names, and each line's value: a `Set-Cookie` cannot be joined with another. */
export type ResponseHeaders = Readonly<Record<string, readonly string[] | undefined>>;

/** `cause` is an error's code, for the log. */
export type RequestOutcome =
  | { readonly kind: "answered"; readonly response: GatewayResponse & { readonly headers: ResponseHeaders } }
  /** Provably not a byte of it was written. */
  | { readonly kind: "not-sent"; readonly cause: string }
  /** Too late to begin: nothing was written either. */
  | { readonly kind: "too-late" }
  /** Written, at least in part, and no answer could be read. */
  | { readonly kind: "sent-without-answer"; readonly timedOut: boolean; readonly cause: string };

export type SendToGateway = (request: GatewayRequest) => Promise<RequestOutcome>;

/** Of a gateway that was connected to, once its certificate was verified. */
type OnCertificate = (site: GatewaySite, expiresAt: Date) => void;

export function createGatewayClient({ onCertificate = () => {} }: { readonly onCertificate?: OnCertificate } = {}): SendToGateway {
  // Connectors are kept for their TLS sessions alone. Every request has a socket of its own: one that was frozen with an earlier invocation,
  // or idle, may be closed at the other end already, and a transfer written to it would be unknown for nothing.
  const connectors = new WeakMap<GatewaySite, buildConnector.connector>();

  function connectorOf(site: GatewaySite): buildConnector.connector {
    const kept = connectors.get(site) ?? createConnector(site, onCertificate);
    connectors.set(site, kept);
    return kept;
  }

  return async (request) => {
    const { site, deadline, responseTimeoutMs = site.responseTimeoutMs } = request;
    if (!mayBegin(deadline)) return { kind: "too-late" };
    const client = new Client(site.url, {
      connect: connectorOf(site),
      pipelining: 1,
      allowH2: false,
      headersTimeout: responseTimeoutMs,
      bodyTimeout: responseTimeoutMs,
      maxResponseSize: RESPONSE_MAX_BYTES,
    });
    const outcome = await dispatch(client, request);
    // Whatever came out, nothing of this request goes on from here.
    await client.destroy();
    return outcome;
  };
}

function createConnector(site: GatewaySite, onCertificate: OnCertificate): buildConnector.connector {
  const { ca, tlsServerName, connectTimeoutMs } = site;
  const connect = buildConnector({
    // Its authorities are read once, not with each connection.
    secureContext: createSecureContext(ca === undefined ? {} : { ca }),
    ...(tlsServerName !== undefined && { servername: tlsServerName }),
    // Also against an environment that sets NODE_TLS_REJECT_UNAUTHORIZED=0.
    rejectUnauthorized: true,
    allowH2: false,
    timeout: connectTimeoutMs,
  });
  return (options, callback) =>
    connect(options, (...connected) => {
      const [, socket] = connected;
      // A session that is resumed has none to show. A site that is read anew, each minute, begins one.
      const { valid_to: expiry } = socket instanceof TLSSocket ? socket.getPeerCertificate() : {};
      if (expiry !== undefined) onCertificate(site, new Date(expiry));
      callback(...connected);
    });
}

/** Asked in the same tick as the first byte is written. */
export function mayBegin({ signal, remainingMs }: Deadline): boolean {
  return !signal.aborted && remainingMs() >= BEGIN_MIN_MS;
}

function dispatch(client: Client, { method, path, headers, body, deadline }: GatewayRequest): Promise<RequestOutcome> {
  return new Promise((resolve) => {
    let started = false;
    let settled = false;
    let status = 0;
    let received: ResponseHeaders = {};
    const chunks: Buffer[] = [];

    function settle(outcome: RequestOutcome): void {
      settled = true;
      clearTimeout(timer);
      deadline.signal.removeEventListener("abort", giveUp);
      resolve(outcome);
    }
    // undici heeds no signal while it connects, and its own timers are coarse: the deadline is raced here.
    function giveUp(): void {
      settle(started ? { kind: "sent-without-answer", timedOut: true, cause: "deadline" } : { kind: "too-late" });
    }
    const timer = setTimeout(giveUp, deadline.remainingMs() - FINISH_RESERVE_MS);
    deadline.signal.addEventListener("abort", giveUp);

    const handler: Dispatcher.DispatchHandler = {
      // In the same tick as the write. An invocation that was frozen while it connected thaws here.
      onRequestStart(controller) {
        if (settled || started || !mayBegin(deadline)) return controller.abort(new TooLate());
        started = true;
      },
      // Once more for each interim answer: the last is the answer's own.
      onResponseStart(_controller, statusCode, responseHeaders) {
        status = statusCode;
        received = toLists(responseHeaders);
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        settle({ kind: "answered", response: { status, headers: received, body: Buffer.concat(chunks) } });
      },
      onResponseError(_controller, error) {
        if (error instanceof TooLate && !started) return settle({ kind: "too-late" });
        const cause = codeOf(error);
        settle(started ? { kind: "sent-without-answer", timedOut: isTimeout(cause), cause } : { kind: "not-sent", cause });
      },
    };
    client.dispatch({ method, path, headers, body: body ?? null, reset: true }, handler);
  });
}

class TooLate extends Error {}

function toLists(headers: Readonly<Record<string, string | string[] | undefined>>): ResponseHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === undefined ? [] : [value].flat()]));
}

function isTimeout(cause: string): boolean {
  return cause === "UND_ERR_HEADERS_TIMEOUT" || cause === "UND_ERR_BODY_TIMEOUT";
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
