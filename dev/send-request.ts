/** The request that `npm run send` makes: proven as its connection asks, posted once. */
import type { Demo } from "./demo.ts";
import { StartError } from "./ports.ts";
import type { Answer } from "./send-transcript.ts";
import type { Outgoing, Verification } from "./sign/signer.ts";
import { signerOf } from "./sign/signers.ts";
import { issuerUrl } from "./token-issuer.ts";

/** Longer than any answer of ours takes. */
export const TIMEOUT_MS = 35_000;
export const IS_IT_RUNNING = "\nIs `npm start` running, with these ports (PORT, LAMBDA_PORT, …)?";
/** Of connections that were never made. */
const UNSENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"];

export interface Unsigned {
  readonly demo: Demo;
  readonly verification: Verification;
  readonly address: string;
  readonly body: string;
  readonly secret: string;
}

/** The demo's own, and in its places unless the connection asks for others. */
export function toVerification(demo: Demo, asked: Readonly<Record<string, unknown>> | undefined, tokensPort: number): Verification {
  const own = demo.verification({ issuer: issuerUrl(tokensPort) });
  if (asked === undefined) return own;
  const { scheme, in: places, header } = own;
  return { in: places, header, parameter: demo.parameter, scheme, ...asked };
}

export async function toRequest({ demo, verification, address, body, secret }: Unsigned): Promise<Outgoing> {
  const plain = { url: address, headers: { "content-type": demo.contentType, ...demo.headers?.(body, verification) }, body };
  return demo.isInvoked ? plain : signerOf(verification.scheme)(plain, { verification, secret, now: new Date() });
}

/** Throws a `StartError`, which ends with the advice, where nobody listens: nothing was sent then. */
export async function post({ url, headers, body }: Outgoing, advice = toAdvice(url)): Promise<Answer> {
  const response = await fetch(url, { method: "POST", headers, body, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (error: unknown) => {
      throw isUnsent(error) ? new StartError(`Nothing was sent: ${toWords(error)}${advice}`) : error;
    },
  );
  return { status: response.status, headers: [...response.headers], text: await response.text() };
}

/** Of an address on this machine. */
function toAdvice(url: string): string {
  const { hostname } = new URL(url);
  return hostname === "127.0.0.1" || hostname === "localhost" ? IS_IT_RUNNING : "";
}

/** Of all that comes before a request is sent. Throws a `StartError`, which ends with the advice. */
export async function beforeSending<Result>(work: Promise<Result>, advice = ""): Promise<Result> {
  return work.catch((error: unknown) => {
    throw error instanceof StartError ? error : new StartError(`Nothing was sent: ${toWords(error)}${advice}`);
  });
}

export function isUnsent(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause && UNSENT.some((code) => code === cause.code);
}

export function toWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
