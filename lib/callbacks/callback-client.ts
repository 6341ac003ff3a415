/**
 * One POST to an address that somebody else chose. What is connected to is an address that was checked in the same step, whatever its name resolves to before
 * or after. TLS is verified, no redirect is followed, nothing is repeated, and of the answer the status is all that counts, unless its body is asked for.
 */
import { isIP } from "node:net";
import { buildConnector, Client, type Dispatcher } from "undici";
import { createAddressRule, createCheckedLookup, hostOf, type Resolve, resolveHost } from "./checked-lookup.ts";

/** For all of it, a slow name server and a dripping answer included. Standard Webhooks: 15 to 30 s. */
export const CALLBACK_DEADLINE_MS = 15_000;
/** A token has some 2 KB. Of most answers nothing is used but the head. */
const RESPONSE_MAX_BYTES = 64 * 1024;

export interface CallbackPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Addresses and ranges that may be connected to beside the public ones. Without TLS, they alone may. */
  readonly allowAddresses: readonly string[];
  /** Instead of the public authorities. */
  readonly ca: readonly string[] | undefined;
  readonly signal: AbortSignal;
  /** Whether the body of the answer is wanted. */
  readonly wantsBody?: boolean;
}

/** `cause` is an error's code, for the log. `body` is there where it was wanted and came whole. */
export type CallbackOutcome =
  | { readonly kind: "answered"; readonly status: number; readonly retryAfter: string | undefined; readonly body?: string }
  /** Nothing was connected to. */
  | { readonly kind: "forbidden-address" }
  | { readonly kind: "failed"; readonly cause: string };

export type PostCallback = (post: CallbackPost) => Promise<CallbackOutcome>;

interface CallbackClientOptions {
  /** The machine's own unless given. */
  readonly resolve?: Resolve;
  readonly deadlineMs?: number;
}

export function createCallbackClient({
  resolve = resolveHost,
  deadlineMs = CALLBACK_DEADLINE_MS,
}: CallbackClientOptions = {}): PostCallback {
  return async (post) => {
    const url = new URL(post.url);
    const host = hostOf(url);
    const mayConnect = createAddressRule(url, post.allowAddresses);
    // Node asks nobody for an address that is one already.
    if (isIP(host) !== 0 && !mayConnect(host)) return { kind: "forbidden-address" };
    const lookup = createCheckedLookup(resolve, mayConnect);
    const client = new Client(url.origin, {
      connect: buildConnector({
        ...(post.ca !== undefined && { ca: [...post.ca] }),
        lookup: lookup.find,
        // Also against an environment that sets NODE_TLS_REJECT_UNAUTHORIZED=0.
        rejectUnauthorized: true,
        allowH2: false,
        timeout: deadlineMs,
      }),
      pipelining: 1,
      allowH2: false,
      headersTimeout: deadlineMs,
      bodyTimeout: deadlineMs,
      maxResponseSize: RESPONSE_MAX_BYTES,
    });
    const outcome = await dispatch(client, post, { path: `${url.pathname}${url.search}`, deadlineMs });
    // A socket of its own for each, which nothing of this request outlives.
    await client.destroy();
    return lookup.hasRefused() ? { kind: "forbidden-address" } : outcome;
  };
}

function dispatch(
  client: Client,
  { headers, body, signal, wantsBody = false }: CallbackPost,
  { path, deadlineMs }: { readonly path: string; readonly deadlineMs: number },
): Promise<CallbackOutcome> {
  return new Promise((resolve) => {
    let answered: Extract<CallbackOutcome, { readonly kind: "answered" }> | undefined;
    const chunks: Uint8Array[] = [];

    function settle(otherwise: CallbackOutcome): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      // Whatever became of its body: the receiver has said what it has to say.
      resolve(answered ?? otherwise);
    }
    // undici heeds no signal while it connects, and its own timers are coarse and begin anew with each step.
    function giveUp(): void {
      settle({ kind: "failed", cause: "deadline" });
    }
    const timer = setTimeout(giveUp, deadlineMs);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) return giveUp();

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      // Once more for each interim answer: the last is the answer's own.
      onResponseStart(_controller, status, received) {
        if (status >= 200) answered = { kind: "answered", status, retryAfter: [received["retry-after"]].flat()[0] };
      },
      onResponseData(_controller, chunk) {
        if (wantsBody) chunks.push(chunk);
      },
      onResponseEnd() {
        if (wantsBody && answered !== undefined) answered = { ...answered, body: Buffer.concat(chunks).toString("utf8") };
        settle({ kind: "failed", cause: "no answer" });
      },
      onResponseError(_controller, error) {
        settle({ kind: "failed", cause: codeOf(error) });
      },
    };
    client.dispatch({ method: "POST", path, headers, body, reset: true }, handler);
  });
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
