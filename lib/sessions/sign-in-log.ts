/** Tells the log of each attempt to sign an agent in, whoever makes it, and counts it. */
import type { Log } from "../log.ts";
import type { AgentName } from "./agent-record.ts";
import type { SignInEvent } from "./sign-in.ts";

export function createSignInLog(log: Log): (agent: AgentName, event: SignInEvent) => void {
  return ({ gateway, agentId }, event) => {
    const isSignedIn = event.kind === "signed-in";
    log.count("SignIns", { gateway, result: isSignedIn ? "signed-in" : "failed" });
    if (!isSignedIn) log.problem("sign-in failed", { gateway, agentId, reason: event.why });
  };
}
