/** What a refusal costs, whoever is named: a secret that is compared with one that nobody knows, and a digest over address and body. */
import { randomBytes } from "node:crypto";
import { hmac } from "../verification/hmac.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import type { Verifier } from "./source.ts";

const HEADER = "x-decoy";

/** In the place of whoever is not there. */
export function createSecretDecoy(): Verifier {
  return sharedSecret.verifier({ test: false }).parse({ scheme: sharedSecret.id, secrets: newSecrets() });
}

/** Of everybody who is refused: most of a body's cost is the digest over it, which not every scheme makes. One digest, whatever address was asked for. */
export function createDigestDecoy(): Verifier {
  const verify = hmac.verifier({ test: false }).parse({ scheme: hmac.id, secrets: newSecrets(), header: HEADER, signed: "{url}{body}" });
  return (webhook, signal) => verify({ ...webhook, headers: { [HEADER]: "none" }, requestedUrl: undefined }, signal);
}

function newSecrets(): { readonly id: string; readonly value: string }[] {
  return [{ id: "decoy", value: randomBytes(32).toString("hex") }];
}
