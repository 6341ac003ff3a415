/** A gateway's site from its document, and a POST that it takes. Loads no test runner: processes of their own use it, too. */
import { GatewaySite } from "../../lib/gateway/site.ts";

export const POST_PATH = "/agentgateway/resource/mediacall/101/transfer";
export const POST_BODY = '{"callid":"1552524689-16797284","devicetype":2,"mode":2,"address":"205"}';

export function toSite(document: Readonly<Record<string, unknown>>): GatewaySite {
  return GatewaySite.parse({ schemaVersion: 1, ...document });
}
