/** The connections that webhooks of the proof come by, and what proves them. */
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";

export const API_KEY = "key-of-a-connection-for-proofs";
export const DESK_SECRET = "secret-of-a-desk-for-proofs-alone";

const ALLOWED = { schemaVersion: 1, gateway: "site-a", agentId: "101", allow: { agents: "any", targets: "any", modes: "any" } };
const API = { source: "api", verification: { secrets: [{ id: "current", value: API_KEY }] }, maxAgeSeconds: 86_400 };
const DESK = { source: "zendesk", verification: { secrets: [{ id: "current", value: DESK_SECRET }] } };
/** Real time: what a caller waits for one that is in progress, or a table that does not answer. */
const DOCUMENTS = {
  crm: { ...API, deadlineMs: 3_000 },
  "impatient-crm": { ...API, deadlineMs: 1_500 },
  "patient-crm": API,
  desk: { ...DESK, deadlineMs: 2_500 },
};

export async function createConnections(): Promise<ReadonlyMap<string, ConfiguredConnection>> {
  const parsed = Object.entries(DOCUMENTS).map(
    async ([name, document]) => [name, await ConfiguredConnection.parseAsync({ ...ALLOWED, ...document })] as const,
  );
  return new Map(await Promise.all(parsed));
}
