/** The RemoteExecutionContext of the fixture, the headers that Dataverse sends along, and what they ask for. */
import { readFixture } from "./fixture.ts";
import { type OpenedSource, openSource } from "./open-source.ts";

export const UPDATE = new TextDecoder().decode(readFixture("dynamics/update.json"));
export const CORRELATION_ID = "b374239d-4233-41a9-8b17-a86cb4f737b5";
export const ROW_ID = "6d81597f-0f9f-e711-8122-000d3aa2331c";
export const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "x-ms-dynamics-organization": "orgname.crm4.dynamics.com",
  "x-ms-dynamics-entity-name": "incident",
  "x-ms-dynamics-request-name": "Update",
  "x-ms-correlation-request-id": CORRELATION_ID,
};
export const REQUEST = {
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  callData: "Rückruf für Jörg Müller, Ticket CAS-01026",
  reference: "CAS-01026",
  deliveryId: `${CORRELATION_ID}/${ROW_ID}`,
};

/** Opened by a connection of agent 101. `over` goes before its settings. */
export function openContext(
  body = UPDATE,
  headers: Readonly<Record<string, string>> = HEADERS,
  over: Readonly<Record<string, unknown>> = {},
): Promise<OpenedSource> {
  return openSource({ connection: { source: "dynamics", ...over }, body, headers });
}
