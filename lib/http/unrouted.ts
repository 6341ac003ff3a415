/** Every request that no route takes: `not-found`, or `method-not-allowed` where the path has a route for another method. */
import { TransferError } from "../errors.ts";
import type { Route } from "./handler.ts";

/** As serverless.yml declares them; a test holds the two together. */
export const ROUTES = ["POST /v1/transfers/{connection}", "GET /v1/connections/{connection}", "GET /v1/health"] as const;

export const unrouted: Route = async ({ path }) => {
  const allow = ROUTES.filter((route) => toPattern(route).test(path)).map((route) => route.split(" ")[0]);
  if (allow.length === 0) throw new TransferError("not-found", { reason: "no route" });
  throw new TransferError("method-not-allowed", { reason: "no route for this method", allow: allow.join(", ") });
};

function toPattern(route: string): RegExp {
  const path = route.slice(route.indexOf(" ") + 1).replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${path}$`);
}
