/** Verifies against secrets that nobody knows, for a connection that does not exist: as a secret that is sent and as a digest over address and body. */
import { randomBytes } from "node:crypto";
import { hmac } from "../verification/hmac.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import type { Verifier } from "./source.ts";

const HEADER = "x-decoy";

/** For those who can only prove themselves by a secret that is sent: a digest more would tell them apart. */
export function createSecretDecoy(): Verifier {
  return sharedSecret.verifier({ test: false }).parse({ scheme: sharedSecret.id, secrets: newSecrets() });
}

export function createDecoyVerifier(): Verifier {
  const secrets = newSecrets();
  const verifySecret = sharedSecret.verifier({ test: false }).parse({ scheme: sharedSecret.id, secrets });
  const verifyDigest = hmac.verifier({ test: false }).parse({ scheme: hmac.id, secrets, header: HEADER, signed: "{url}{body}" });
  return async (webhook) => {
    await verifyDigest({ ...webhook, headers: { ...webhook.headers, [HEADER]: "none" } });
    return verifySecret(webhook);
  };
}

function newSecrets(): { readonly id: string; readonly value: string }[] {
  return [{ id: "decoy", value: randomBytes(32).toString("hex") }];
}
