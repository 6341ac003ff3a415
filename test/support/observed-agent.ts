/** An agent that is signed in by ourselves: whoever does that hears of the agent's events, and so of how transfers end. */
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";

export const AGENT_ID = "102";
const ACCOUNT = { password: "password-of-an-agent", phonenum: "88880102" };
/** What a stack connects. */
export const OBSERVED = { agentId: AGENT_ID, agent: { session: "managed", signIn: ACCOUNT, inlineSignIn: true } };
/** One of this agent's. */
export const CALL = "1552524689-16797384";

export function putObservedAgent(gateway: Pick<GatewaySimulator, "putAccount">): void {
  gateway.putAccount({ agentId: AGENT_ID, password: ACCOUNT.password, phones: [ACCOUNT.phonenum] });
}
