/**
 * Whether a callback's receiver can be connected to, by the same rules as a callback itself: its addresses are checked in the lookup, TLS is verified. Nothing
 * is posted: the connection is closed as soon as it is there.
 */
import { isIP } from "node:net";
import { buildConnector } from "undici";
import type { Callback } from "../transfer/callback.ts";
import { createAddressRule, createCheckedLookup, hostOf, type Resolve, resolveHost } from "./checked-lookup.ts";

/** `cause` is an error's code. */
export type ReceiverReach =
  | { readonly kind: "reached" }
  /** Nothing was connected to. */
  | { readonly kind: "forbidden-address" }
  | { readonly kind: "failed"; readonly cause: string };

export type ReachReceiver = (callback: Pick<Callback, "url" | "allowAddresses" | "ca">, timeoutMs: number) => Promise<ReceiverReach>;

const HTTPS_PORT = "443";
const HTTP_PORT = "80";

export function createReachReceiver(resolve: Resolve = resolveHost): ReachReceiver {
  return async ({ url: address, allowAddresses = [], ca }, timeoutMs) => {
    const url = new URL(address);
    const host = hostOf(url);
    const mayConnect = createAddressRule(url, allowAddresses);
    // Node asks nobody for an address that is one already.
    if (isIP(host) !== 0 && !mayConnect(host)) return { kind: "forbidden-address" };
    const lookup = createCheckedLookup(resolve, mayConnect);
    const connect = buildConnector({
      ...(ca !== undefined && { ca: [...ca] }),
      lookup: lookup.find,
      rejectUnauthorized: true,
      allowH2: false,
      timeout: timeoutMs,
    });
    const { protocol, port } = url;
    const options = { hostname: host, host: url.host, protocol, port: port || (protocol === "https:" ? HTTPS_PORT : HTTP_PORT) };
    const reach = await new Promise<ReceiverReach>((settle) => {
      const timer = setTimeout(() => settle({ kind: "failed", cause: "timeout" }), timeoutMs);
      connect(options, (error, socket) => {
        clearTimeout(timer);
        socket?.destroy();
        settle(error === null ? { kind: "reached" } : { kind: "failed", cause: codeOf(error) });
      });
    });
    return lookup.hasRefused() ? { kind: "forbidden-address" } : reach;
  };
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
