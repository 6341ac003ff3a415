/** `GET /v1/connections/{connection}`: who am I, and where may I transfer to? For credential tests and drop-downs of low-code tools. */
import { TransferError } from "../errors.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Route } from "./handler.ts";

export function createDescribeConnection(authenticate: Authenticate): Route {
  return async (request) => {
    const { connection, publicSecret } = await authenticate(request);
    if (publicSecret) throw new TransferError("unauthenticated", { reason: "the vendor's public test secret describes nothing" });
    const { settings, source } = connection;
    const { gateway, agentId, test, targets, defaults, allow } = settings;
    const body = {
      connection: request.connectionName,
      source: source.id,
      test,
      gateway,
      agentId,
      targets: Object.entries(targets).map(([name, target]) => ({ name, ...target })),
      defaults: { target: defaults.target, mode: defaults.mode },
      allow,
      requestId: request.requestId,
    };
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  };
}
