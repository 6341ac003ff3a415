/**
 * TLS handshakes with a gateway, without a request. `readPresented` is the one place of the project that goes on with a certificate that does not verify: that
 * certificate is what a person is to see, and to compare, before it is trusted. Nothing is sent over that connection and nothing is read from it; it is closed
 * as soon as the handshake is done. Whatever is sent to a gateway goes over connections that verify, as `verify` does.
 */
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { CommandError } from "../problem.ts";

/** A VPN takes well under a second. */
const TIMEOUT_MS = 5_000;
/** A chain that is longer is a mistake, or a circle. */
const CHAIN_MAX = 10;

export interface Site {
  /** `https://host:port`. */
  readonly url: string;
  readonly tlsServerName?: string | undefined;
  /** PEM. Public authorities unless given. */
  readonly ca?: string | undefined;
}

export interface Presented {
  /** As the gateway has it, its own first. */
  readonly chain: readonly X509Certificate[];
  /** Why no public authority vouches for it, as a code; undefined where one does. */
  readonly problem: string | undefined;
}

/** Throws a `CommandError` where nobody answers, or not by TLS. */
export function readPresented(site: Site): Promise<Presented> {
  return shakeHands(site, { rejectUnauthorized: false }, (socket) => {
    const { authorizationError } = socket;
    return { chain: chainOf(socket), problem: socket.authorized ? undefined : toCode(authorizationError) };
  });
}

/** As the functions connect: undefined where it verifies, else why not, as a code. Throws a `CommandError` where nobody answers. */
export async function verify(site: Site): Promise<string | undefined> {
  // Its own error is of the certificate, once there was one.
  return shakeHands<string | undefined>(site, { rejectUnauthorized: true }, () => undefined, toCode);
}

function shakeHands<Found>(
  { url, tlsServerName, ca }: Site,
  options: Pick<ConnectionOptions, "rejectUnauthorized">,
  read: (socket: TLSSocket) => Found,
  onRefused?: (error: Error) => Found,
): Promise<Found> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const servername = tlsServerName ?? (isIP(host) === 0 ? host : "");
  const socket = connect({ host, port: Number(port || 443), servername, ...(ca !== undefined && { ca }), ...options });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error("ETIMEDOUT")), TIMEOUT_MS);
    socket.once("secureConnect", () => {
      resolve(read(socket));
      socket.destroy();
    });
    socket.once("error", (error) => {
      // A certificate that is refused was presented.
      if (onRefused !== undefined && socket.authorizationError) resolve(onRefused(error));
      else reject(new CommandError(toWords(`${host}:${port || 443}`, toCode(error)), { cause: error }));
    });
    socket.once("close", () => clearTimeout(timer));
  });
}

function chainOf(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < CHAIN_MAX && !chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

function toCode(error: unknown): string {
  if (error instanceof Error) return "code" in error ? String(error.code) : error.message;
  return String(error);
}

function toWords(address: string, code: string): string {
  return `No TLS handshake with ${address} from here (${code}). Is it the right address? One that only the stack's network reaches is added with --no-contact, with its authority as --ca FILE.`;
}
