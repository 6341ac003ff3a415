/**
 * Where a session could go: the skill queues of an agent's call center, with the members of the vendor's page (api-cec cec_07_0409), and its access codes, with
 * those that public clients read. The values are made up; silent, and chosen here: that both are for whoever is signed in.
 */
import type { AgentSessions } from "./agent-sessions.ts";
import { defineSessionEndpoint, type Endpoint, type EndpointName, toRefused } from "./endpoint.ts";

const SKILL_QUEUES = [
  { name: "billing", id: 31, mediatype: 1, serviceType: 1, realFlag: 1 },
  { name: "support", id: 32, mediatype: 1, serviceType: 1, realFlag: 1 },
];
const ACCESS_CODES = [{ inno: "88880", description: "local-demo-flow", mediatype: 1 }];

export function createTargetEndpoints(sessions: AgentSessions): readonly Endpoint[] {
  const define = (name: EndpointName, path: RegExp, result: readonly object[]) =>
    defineSessionEndpoint({
      name,
      method: "GET",
      path,
      async handle(call) {
        const session = sessions.authenticate(call);
        if (typeof session === "string") return toRefused(session);
        return { retcode: "0", text: JSON.stringify({ message: "", retcode: "0", result }), acted: true };
      },
    });
  return [
    define("skill-queues", /^\/agentgateway\/resource\/queuedevice\/([^/]+)\/agentvdnskill$/, SKILL_QUEUES),
    define("access-codes", /^\/agentgateway\/resource\/queuedevice\/([^/]+)\/innoinfo$/, ACCESS_CODES),
  ];
}
