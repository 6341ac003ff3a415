/**
 * A TLS handshake with a gateway, to see its certificates: not one byte is sent after it. It is verified as every request is, and broken off where it does not
 * verify: what the gateway presented is read in the moment before, so that it can be shown all the same.
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { GatewaySite } from "./site.ts";

/** Chains have two to four. */
const CHAIN_MAX = 10;

/** `cause` is an error's code. `chain` begins with the gateway's own certificate; it is empty where none came. */
export type Handshake =
  | { readonly kind: "verified"; readonly chain: readonly X509Certificate[] }
  /** Connected, and broken off in the handshake. */
  | { readonly kind: "broken-off"; readonly cause: string; readonly chain: readonly X509Certificate[] }
  | { readonly kind: "no-connection"; readonly cause: string };

export type ShakeHands = (site: Pick<GatewaySite, "url" | "ca" | "tlsServerName">, timeoutMs: number) => Promise<Handshake>;

export const shakeHands: ShakeHands = ({ url, ca, tlsServerName }, timeoutMs) => {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  // An address is no server name (RFC 6066 section 3).
  const servername = tlsServerName ?? (isIP(host) === 0 ? host : undefined);
  return new Promise((resolve) => {
    let isConnected = false;
    let chain: readonly X509Certificate[] = [];
    const socket = connect({
      host,
      port: Number(port || 443),
      ...(servername !== undefined && { servername }),
      ...(ca !== undefined && { ca }),
      // Also against an environment that sets NODE_TLS_REJECT_UNAUTHORIZED=0.
      rejectUnauthorized: true,
    });
    function settle(handshake: Handshake): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(handshake);
    }
    const fail = (cause: string) => settle(isConnected ? { kind: "broken-off", cause, chain } : { kind: "no-connection", cause });
    const timer = setTimeout(() => fail("timeout"), timeoutMs);
    socket.once("connect", () => {
      isConnected = true;
    });
    // Node's own listener of this event is the one that verifies, and destroys the socket of a certificate that does not: it has to be read before.
    socket.prependListener("secure", () => {
      chain = chainOf(socket);
    });
    socket.once("secureConnect", () => settle({ kind: "verified", chain }));
    socket.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.name));
    socket.once("close", () => fail("ECONNRESET"));
  });
};

/** The last one is its own issuer, or the issuer is not known. */
function chainOf(socket: TLSSocket): readonly X509Certificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < CHAIN_MAX) {
    const { fingerprint256 } = next;
    if (chain.some((earlier) => earlier.fingerprint256 === fingerprint256)) break;
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain.map(({ raw }) => new X509Certificate(raw));
}
