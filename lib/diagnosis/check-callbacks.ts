/** Whether a connection's receiver can be connected to: its address, the way there and its certificate. Nothing is posted, and of its address the host alone is told. */
import type { ReachReceiver } from "../callbacks/reach-receiver.ts";
import type { ConfiguredConnection } from "../sources/configured-connection.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { Finding } from "./finding.ts";

const REACH_MAX_MS = 5_000;

export interface CallbackCheck {
  readonly name: string;
  readonly callback: NonNullable<ConfiguredConnection["settings"]["callback"]>;
}

export function createCallbackCheck(reach: ReachReceiver) {
  return async ({ name: subject, callback }: CallbackCheck, { remainingMs }: Deadline): Promise<Finding> => {
    const base = { name: "callback", subject } as const;
    const { origin } = new URL(callback.url);
    const reached = await reach(callback, Math.min(REACH_MAX_MS, remainingMs()));
    switch (reached.kind) {
      case "reached":
        return { ...base, verdict: "ok", detail: `${origin} takes connections; nothing was posted.` };
      case "forbidden-address":
        return {
          ...base,
          verdict: "failed",
          detail: `${origin} has an address that is neither public nor in allowAddresses: nothing is ever posted there.`,
          hint: "docs/callbacks.md#addresses",
        };
      case "failed":
        return {
          ...base,
          verdict: "failed",
          detail: `${origin} cannot be connected to (${reached.cause}).`,
          hint: "tell whoever runs the receiver, unless only deliver-callbacks is to reach it; outcomes wait for it for more than a day: docs/callbacks.md#when-it-is-told-again",
        };
    }
  };
}
