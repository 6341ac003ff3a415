/** What a gateway shows of itself, before anybody trusts it: by the handshake that verifies, as the functions make it, over which nothing is sent. */
import type { X509Certificate } from "node:crypto";
import { shakeHands } from "../../lib/gateway/handshake.ts";
import { CommandError } from "../problem.ts";

/** A VPN takes well under a second. */
const TIMEOUT_MS = 5_000;

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
  /** Why it does not verify, as a code; undefined where it does. */
  readonly problem: string | undefined;
}

/** Throws a `CommandError` where nobody answers, or not by TLS. */
export async function readPresented({ url, tlsServerName, ca }: Site): Promise<Presented> {
  const handshake = await shakeHands({ url, tlsServerName, ca: ca === undefined ? undefined : [ca] }, TIMEOUT_MS);
  if (handshake.kind === "verified") return { chain: handshake.chain, problem: undefined };
  const { cause } = handshake;
  if (handshake.kind === "broken-off" && handshake.chain.length > 0) return { chain: handshake.chain, problem: cause };
  throw new CommandError(
    `No TLS handshake with ${new URL(url).host} from here (${cause}). Is it the right address? One that only the stack's network reaches is added with --no-contact, with its authority as --ca FILE.`,
  );
}
