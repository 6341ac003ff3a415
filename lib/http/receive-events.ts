/**
 * `POST /v1/gateway-events/{gateway}/{agentId}`: the gateway's push callback (api-cec cec_07_1275). Proves that the gateway sends it, and hands the events on as
 * they came. Keeps nothing: the same events twice are told twice.
 */
import * as z from "zod";
import { TransferError } from "../errors.ts";
import { readJsonBody } from "../sources/reading/json-body.ts";
import { DEADLINE_MAX_MS } from "../transfer/connection.ts";
import { inOurWords } from "../transfer/issue-words.ts";
import { invalidRequest } from "../transfer/request.ts";
import { toViolations } from "../transfer/violations.ts";
import { type AgentName, findAgent } from "./agent-name.ts";
import type { Route } from "./handler.ts";

/** Ours: the vendor documents no bound, and each event is a line of the log. */
const EVENTS_MAX = 1_000;
/** Word for word what the gateway takes for an acknowledgement. Without it, the same events may come again. */
const ACKNOWLEDGEMENT = JSON.stringify({ message: "success", retcode: "0" });

export const EventBatch = z.looseObject({ eventList: z.array(z.unknown()).max(EVENTS_MAX) });

interface Dependencies {
  /** Whether this is the service token that the agent was signed in with. Throws `secrets-unavailable` or `misconfigured`. */
  readonly isFromGateway: (agent: AgentName, serviceToken: string | undefined, signal: AbortSignal) => Promise<boolean>;
  /** `events` as the gateway sent them, oldest first, of nobody but this agent. Rejects where they could not be taken. */
  readonly deliver: (agent: AgentName, events: readonly unknown[]) => Promise<void>;
}

export function createReceiveEvents({ isFromGateway, deliver }: Dependencies): Route {
  return async (request) => {
    const { webhook, stopwatch } = request;
    const agent = findAgent(request);
    if (agent === undefined) throw new TransferError("unauthenticated", { reason: "unknown-agent" });
    request.note({ ...agent });
    const { service_token: serviceToken } = webhook.headers;
    if (!(await isFromGateway(agent, serviceToken, stopwatch.deadline(DEADLINE_MAX_MS).signal))) {
      request.note({ missing: serviceToken === undefined ? "service_token" : undefined });
      throw new TransferError("unauthenticated", { reason: serviceToken === undefined ? "missing-credential" : "wrong-credential" });
    }

    // The vendor documents no Content-Type for it: whatever it says, it is JSON.
    const body = readJsonBody({ ...webhook, headers: { "content-type": "application/json" } });
    const batch = EventBatch.safeParse(body, { error: inOurWords });
    if (!batch.success) throw invalidRequest(toViolations(batch.error, Object.keys(EventBatch.shape)));
    const { eventList } = batch.data;
    request.note({ events: eventList.length });
    await deliver(agent, eventList);
    return { status: 200, headers: { "content-type": "application/json" }, body: ACKNOWLEDGEMENT };
  };
}
