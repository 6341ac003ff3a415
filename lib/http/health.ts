/** `GET /v1/health`: the function runs, and which version. No call goes out. */
import type { Route } from "./handler.ts";

export function createHealth(version: string): Route {
  const body = JSON.stringify({ status: "ok", version });
  return async () => ({ status: 200, headers: { "content-type": "application/json" }, body });
}
