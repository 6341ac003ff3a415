/** Requests to the function that takes what no other route does, once the stack has started: it reads its environment when it is loaded. */
import { CANARIES } from "./canaries.ts";
import { toContext, toEvent } from "./http-event.ts";
import { type Answer, toResult } from "./stack.ts";

export async function askUnrouted({ method, path }: { readonly method: string; readonly path: string }): Promise<readonly Answer[]> {
  const { handler } = await import("../../handlers/unrouted.ts");
  const event = toEvent({
    method,
    path: `${path}`,
    route: "$default",
    query: `key=${CANARIES.query}`,
    headers: { authorization: `Bearer ${CANARIES.wrongKey}`, cookie: CANARIES.header },
    body: CANARIES.brokenBody,
  });
  return [toResult(await handler(event, toContext()))];
}
