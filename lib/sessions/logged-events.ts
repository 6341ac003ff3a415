/** Tells the log of the gateway's events: what happened to which call, and how often. Never whose number it was. */
import type { Log } from "../log.ts";

/** As the gateway's parser makes them: `type` is one of a few. */
interface LoggedEvent {
  readonly type: string;
  readonly callId?: string | undefined;
}

export interface LoggedEvents {
  take(agent: { readonly gateway: string; readonly agentId: string }, events: readonly LoggedEvent[]): Promise<void>;
}

export function createLoggedEvents(log: Log): LoggedEvents {
  return {
    async take({ gateway, agentId }, events) {
      for (const { type, callId } of events) {
        log.event({ gateway, agentId, eventType: type, callId });
        log.count("GatewayEvents", { type });
      }
    },
  };
}
