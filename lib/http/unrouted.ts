/**
 * Every request that no route takes: `not-found`, or `method-not-allowed` where the path has a route for another method. And the one that needs no route:
 * a HEAD of a connection's address, which asks whether the address can be reached. It reads nothing, so it is answered alike whatever is configured.
 * Intercom: https://developers.intercom.com/docs/webhooks/setting-up-webhooks
 */
import { TransferError } from "../errors.ts";
import type { Route } from "./handler.ts";

/** As serverless.yml declares them; a test holds the two together. */
export const ROUTES = [
  "POST /v1/transfers/{connection}",
  "GET /v1/transfers/{connection}/{transferId}",
  "GET /v1/connections/{connection}",
  "POST /v1/gateway-events/{gateway}/{agentId}",
  "PUT /v1/agent-sessions/{gateway}/{agentId}",
  "DELETE /v1/agent-sessions/{gateway}/{agentId}",
  "GET /v1/health",
] as const;
/** Not declared: it would need a function, and this one can answer it. */
const REACHABILITY = "HEAD /v1/transfers/{connection}";

export const unrouted: Route = async ({ path, webhook: { method } }) => {
  const allow = [...ROUTES, REACHABILITY].filter((route) => toPattern(route).test(path)).map((route) => route.split(" ")[0]);
  if (allow.length === 0) throw new TransferError("not-found", { reason: "no route" });
  if (method === "HEAD" && allow.includes(method)) return { status: 200, headers: {}, body: "" };
  throw new TransferError("method-not-allowed", { reason: "no route for this method", allow: allow.join(", ") });
};

function toPattern(route: string): RegExp {
  const path = route.slice(route.indexOf(" ") + 1).replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${path}$`);
}
