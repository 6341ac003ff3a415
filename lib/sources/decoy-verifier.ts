/** Verifies against a secret that nobody knows, for a connection that does not exist. */
import { randomBytes } from "node:crypto";
import { sharedSecret } from "../verification/shared-secret.ts";
import type { Verifier } from "./source.ts";

export function createDecoyVerifier(): Verifier {
  const secrets = [{ id: "decoy", value: randomBytes(32).toString("hex") }];
  return sharedSecret.verifier({ test: false }).parse({ scheme: sharedSecret.id, secrets });
}
