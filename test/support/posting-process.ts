/**
 * A process of its own that makes one POST through the gateway client and tells what came out: for an environment that must not be this process's.
 * Its argument is the site's document and the Guid, as JSON.
 */
import { createGatewayClient } from "../../lib/gateway/client.ts";
import { POST_BODY, POST_PATH, toSite } from "./gateway-site.ts";

const { guid, ...document } = JSON.parse(process.argv[2] ?? "");
const outcome = await createGatewayClient()({
  site: toSite(document),
  method: "POST",
  path: POST_PATH,
  headers: { "Content-Type": "application/json; charset=UTF-8", Guid: guid },
  body: POST_BODY,
  deadline: { remainingMs: () => 20_000, signal: new AbortController().signal },
});
process.send?.({ kind: outcome.kind, cause: "cause" in outcome ? outcome.cause : undefined });
