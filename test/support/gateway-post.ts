/** One request through the gateway client and the two questions about it: what came out, and had it left? */
import { createGatewayClient, type GatewayRequest, type RequestOutcome } from "../../lib/gateway/client.ts";
import type { GatewaySite } from "../../lib/gateway/site.ts";
import { POST_BODY, POST_PATH } from "./gateway-site.ts";
import { createManualDeadline } from "./manual-deadline.ts";
import { watchSentRequests } from "./sent-requests.ts";

export function toPost(
  site: GatewaySite,
  { guid = "guid", ...others }: Partial<GatewayRequest> & { readonly guid?: string } = {},
): GatewayRequest {
  const headers = { "Content-Type": "application/json; charset=UTF-8", Guid: guid };
  return { site, method: "POST", path: POST_PATH, headers, body: POST_BODY, deadline: createManualDeadline(), ...others };
}

/** With a client of its own. */
export async function postOnce(request: GatewayRequest): Promise<{ readonly outcome: RequestOutcome; readonly sent: number }> {
  const sent = watchSentRequests();
  const outcome = await createGatewayClient()(request);
  return { outcome, sent: sent.length };
}
