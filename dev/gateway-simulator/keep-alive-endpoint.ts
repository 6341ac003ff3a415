/**
 * Handshake and updateGuid: the keep-alive of push mode, and a new Guid on request (api-cec cec_07_1204, cec_07_0358).
 * Silent in the documents, and chosen here: a handshake in poll mode is answered, and brings a new Guid, but keeps no session alive; a service_token
 * then is a bad one; updateGuid renews at any time in AUTHMODE 2, keeps nothing alive, and tells the Guid of AUTHMODE 1.
 */
import type { AgentSessions } from "./agent-sessions.ts";
import { defineSessionEndpoint, type Endpoint, toRefused } from "./endpoint.ts";
import { toSuccessText } from "./retcodes.ts";

export function createHandshakeEndpoint(sessions: AgentSessions): Endpoint {
  return defineSessionEndpoint({
    name: "handshake",
    method: "POST",
    path: /^\/agentgateway\/resource\/onlineagent\/([^/]+)\/handshake$/,
    async handle(call) {
      const session = sessions.authenticate(call);
      if (typeof session === "string") return toRefused(session);
      const { service_token: token } = call.headers;
      if (token !== undefined && token !== session.push?.serviceToken) return toRefused("100-001");
      if (session.push !== undefined) sessions.keepAlive(session);
      return { retcode: "0", text: toSuccessText(), acted: true, ...toRenewal(sessions.renewIfDue(session)) };
    },
  });
}

export function createUpdateGuidEndpoint(sessions: AgentSessions): Endpoint {
  return defineSessionEndpoint({
    name: "update-guid",
    method: "PUT",
    path: /^\/agentgateway\/resource\/onlineagent\/([^/]+)\/updateGuid$/,
    async handle(call) {
      const session = sessions.authenticate(call);
      if (typeof session === "string") return toRefused(session);
      return { retcode: "0", text: toSuccessText({ guid: sessions.renew(session) }), acted: true };
    },
  });
}

/** What an answer has when it brings a new Guid. */
export function toRenewal(guid: string | undefined) {
  return guid === undefined ? {} : { headers: { "Set-GUID": `JSESSIONID=${guid}` }, remarks: ["Guid renewed"] };
}
