/** The signers of `npm run send`, which are written apart from lib/verification, as the sources' contract asks for proofs. */
import type { Sign } from "../../dev/sign/signer.ts";
import type { Proof, Unsigned } from "../sources/source-contract.ts";

/** `settings` as the connection's `verification` has them. */
export function proofBy(
  sign: Sign,
  settings: Readonly<Record<string, unknown>> = {},
): (unsigned: Unsigned, secret: string) => Promise<Proof> {
  return async ({ url, body, atMs }, secret) => {
    const request = { url, headers: {}, body: new TextDecoder().decode(body) };
    const signed = await sign(request, { verification: { scheme: "any", ...settings }, secret, now: new Date(atMs) });
    const { search } = new URL(signed.url);
    return { headers: signed.headers, ...(search !== "" && { query: search.slice(1) }) };
  };
}
