/** The fixture of an Outbound Message, what it asks for, and how it is opened. */
import { readFixture } from "./fixture.ts";
import { type OpenedSource, openSource } from "./open-source.ts";

export const MESSAGE = new TextDecoder().decode(readFixture("salesforce-outbound-message/notifications.xml"));
export const SESSION_ID = "00D5g00000ABCDe!AQ8AQFplantedSessionThatNobodyMayKeep";
export const ORGANIZATION = "00D5g00000ABCDeEAH";
export const VERIFICATION = { secrets: [{ id: "current", value: "key-that-is-live" }], organizations: [ORGANIZATION] };
export const CLAIMS = { organizations: [ORGANIZATION] };
export const HEADERS = { "content-type": "text/xml; charset=UTF-8", soapaction: '""' };
const ALLOW = { agents: "any", targets: "any", modes: "any" };

export const FIRST = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  callData: "Müller & Söhne, Fall 00001026",
  deliveryId: "04l5g00001GhIjKAAV",
  reference: "5005g00000LmNoPAAV",
};
export const SECOND = {
  callId: "1552524690-16797285",
  agentId: "101",
  target: { type: "skill-queue", address: "31" },
  mode: "release-after-transfer",
  deliveryId: "04l5g00001GhIjLAAV",
  reference: "5005g00000LmNoQAAV",
};

export function openMessage(
  body = MESSAGE,
  over: Readonly<Record<string, unknown>> = {},
  claims: Readonly<Record<string, unknown>> = CLAIMS,
): Promise<OpenedSource> {
  const connection = { source: "salesforce-outbound-message", verification: VERIFICATION, allow: ALLOW, ...over };
  return openSource({ connection, body, headers: HEADERS, claims });
}
