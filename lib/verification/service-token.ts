/**
 * The service token that an agent's sign-in gives the gateway, and that the gateway sends with each push (api-cec cec_07_1202, 1275): derived, so that it is
 * kept nowhere, and whoever learns one knows nothing of another agent's.
 */
import { createHmac } from "node:crypto";
import { isEqual } from "./secret.ts";

/** The vendor takes 50 at most, of letters and digits. These are 192 bits. */
const TOKEN_CHARACTERS = 48;

interface Agent {
  readonly gateway: string;
  readonly agentId: string;
}

export function serviceTokenOf(key: string, { gateway, agentId }: Agent): string {
  // As JSON, so that no two agents are written alike, whatever their names.
  return createHmac("sha256", key)
    .update(JSON.stringify([gateway, agentId]))
    .digest("hex")
    .slice(0, TOKEN_CHARACTERS);
}

/** By any of the keys, every one of which is tried: neither a match nor a token that is missing ends it early. */
export function isServiceTokenOf(keys: readonly string[], agent: Agent, presented = ""): boolean {
  return keys.filter((key) => isEqual(presented, serviceTokenOf(key, agent))).length > 0;
}
