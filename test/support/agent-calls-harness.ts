/** The calls of agent 102, who has an account at the simulated gateway, over the real client. Keeps what each request was sent with. */
import { expect } from "vitest";
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { createAgentCalls, type PushTarget } from "../../lib/gateway/agent-calls.ts";
import { createGatewayClient, type GatewayRequest } from "../../lib/gateway/client.ts";
import type { AgentEvent } from "../../lib/gateway/events.ts";
import { SignIn } from "../../lib/gateway/sign-in.ts";
import type { AgentCalls } from "../../lib/sessions/agent-calls.ts";
import type { LiveSession } from "../../lib/sessions/agent-record.ts";
import { toSite } from "./gateway-site.ts";
import { createManualDeadline } from "./manual-deadline.ts";

export const AGENT = "102";
export const PASSWORD = "local-demo-password-102";
const PHONE = "88880102";
export const NOW = Date.UTC(2026, 10, 23, 7);
export const PUSH: PushTarget = {
  callBackUri: "https://ccgw.example.com/v1/gateway-events/main/102",
  serviceToken: "canaryToken0123456789",
};

interface Options {
  readonly agentId?: string;
  readonly signIn?: Readonly<Record<string, unknown>>;
  readonly site?: Readonly<Record<string, unknown>>;
  readonly push?: PushTarget;
}

export interface AgentCallsHarness extends AgentCalls<AgentEvent> {
  readonly sent: readonly GatewayRequest[];
  /** Fails where there is none. */
  session(forced?: boolean): Promise<LiveSession>;
}

export function toAgentCalls(gateway: { readonly url: string; readonly caPem: string }, options: Options = {}): AgentCallsHarness {
  const { agentId = AGENT, signIn, site, push } = options;
  const send = createGatewayClient();
  const sent: GatewayRequest[] = [];
  const calls = createAgentCalls({
    site: toSite({ url: gateway.url, ca: gateway.caPem, ...site }),
    agentId,
    signIn: SignIn.parse({ password: PASSWORD, phonenum: PHONE, ...signIn }),
    push,
    send(request) {
      sent.push(request);
      return send(request);
    },
    wallMs: () => NOW,
  });
  return {
    ...calls,
    sent,
    async session(forced = false) {
      const answer = await calls.signIn({ forced, deadline: createManualDeadline() });
      return answer.kind === "signed-in" ? answer.session : expect.fail(JSON.stringify(answer));
    },
  };
}

/** As the gateway received them, without what every request has. */
export function sentTo(simulator: GatewaySimulator, endpoint: string) {
  return simulator
    .requests()
    .filter((request) => request.endpoint === endpoint)
    .map(({ method, path, body, headers: { host: _host, connection: _connection, ...headers } }) => ({ method, path, body, headers }));
}
