/** A plain HTTP client of the simulator's control interface, for its tests. */
import { once } from "node:events";
import { request } from "node:http";
import type { GatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { startForTest } from "./gateway-simulator-client.ts";

interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function askControl({ controlUrl }: GatewaySimulator, method: string, path: string, { body, headers = {} }: Asked = {}) {
  const outgoing = request(`${controlUrl}${path}`, { method, headers });
  outgoing.end(typeof body === "string" || body === undefined ? body : JSON.stringify(body));
  const [response] = await once(outgoing, "response");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return { status: response.statusCode, type: response.headers["content-type"], allow: response.headers.allow, json: JSON.parse(text) };
}

export function startControlled(): Promise<GatewaySimulator> {
  return startForTest({ controlPort: 0 });
}
