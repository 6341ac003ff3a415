/** Verifies against secrets that nobody knows, for a connection that does not exist: as a secret that is sent and as a digest over the body. */
import { randomBytes } from "node:crypto";
import { hmac } from "../verification/hmac.ts";
import { sharedSecret } from "../verification/shared-secret.ts";
import type { Verifier } from "./source.ts";

const HEADER = "x-decoy";

export function createDecoyVerifier(): Verifier {
  const secrets = [{ id: "decoy", value: randomBytes(32).toString("hex") }];
  const verifySecret = sharedSecret.verifier({ test: false }).parse({ scheme: sharedSecret.id, secrets });
  const verifyDigest = hmac.verifier({ test: false }).parse({ scheme: hmac.id, secrets, header: HEADER });
  return async (webhook) => {
    await verifyDigest({ ...webhook, headers: { ...webhook.headers, [HEADER]: "none" } });
    return verifySecret(webhook);
  };
}
