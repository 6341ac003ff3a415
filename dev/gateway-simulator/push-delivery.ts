/**
 * Pushes the events of a session to the address that it was signed in with (api-cec cec_07_1275), oldest first, one request at a time.
 * Silent in the documents, and chosen here, as little as will do: what is pushed at once is all that is there; without the expected answer the same is sent
 * again a few times and then given up, and what came meanwhile goes on; redirects are not followed; eventGenTime, which only the poll's answer is shown
 * with, is left out. Addresses that are not this machine's get nothing: nothing of a simulator leaves it.
 */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import * as z from "zod";
import type { AgentSession } from "./agent-sessions.ts";
import type { SimulatorClock } from "./clock.ts";
import { JSON_TYPE } from "./fault-answers.ts";
import { readLimitedBody } from "./limited-body.ts";
import type { SiteSettings } from "./settings.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const Expected = z.object({ message: z.literal("success"), retcode: z.literal("0") });

export interface RecordedPush {
  readonly at: string;
  readonly agentId: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly outcome: "acknowledged" | "not-acknowledged" | "unreachable" | "not-this-machine";
}

interface Wiring {
  readonly clock: SimulatorClock;
  readonly settings: SiteSettings;
  readonly log: (line: string) => void;
}

export interface PushDelivery {
  /** Sends what waits; what is added meanwhile follows. Until the session has ended, or the signal says so. */
  deliver(session: AgentSession, stopped: AbortSignal): void;
  /** Oldest first, an attempt each, once it is known how it went. */
  pushes(): readonly RecordedPush[];
  clear(): void;
}

export function createPushDelivery({ clock, settings, log }: Wiring): PushDelivery {
  const kept: RecordedPush[] = [];
  const delivering = new WeakSet<AgentSession>();

  async function run(session: AgentSession, signal: AbortSignal) {
    const { agentId: workNo, events } = session;
    // What is emitted in one go is pushed in one go.
    await Promise.resolve();
    while (events.size > 0 && !signal.aborted) {
      const eventList = events.takeAll().map(({ event: { eventType, content } }) => ({ eventType, workNo, content }));
      await pushBatch(session, JSON.stringify({ workNo, eventList }), signal);
    }
    delivering.delete(session);
  }

  async function pushBatch(session: AgentSession, body: string, signal: AbortSignal) {
    const { pushAttempts, pushRetryMs, pushTimeoutMs } = settings.current();
    for (let attempt = 1; attempt <= pushAttempts; attempt += 1) {
      if (attempt > 1 && !(await clock.wait(pushRetryMs, signal))) return;
      const { callBackUri: uri = "", serviceToken = "" } = session.push ?? {};
      const headers = { "Content-Type": JSON_TYPE, Guid: session.guid, service_token: serviceToken };
      const at = new Date(clock.now()).toISOString();
      const outcome = await post({ uri, headers, body }, AbortSignal.any([signal, AbortSignal.timeout(pushTimeoutMs)]));
      if (signal.aborted) return;
      kept.push({ at, agentId: session.agentId, uri, headers, body, attempt, outcome });
      log(`gateway  push to agent ${session.agentId} → ${outcome}`);
      if (outcome === "acknowledged" || outcome === "not-this-machine") return;
    }
  }

  return {
    deliver(session, stopped) {
      if (session.push === undefined || delivering.has(session)) return;
      delivering.add(session);
      void run(session, AbortSignal.any([stopped, session.ended]));
    },
    pushes: () => [...kept],
    clear() {
      kept.length = 0;
    },
  };
}

interface Push {
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function post({ uri, headers, body }: Push, signal: AbortSignal): Promise<RecordedPush["outcome"]> {
  const url = new URL(uri);
  if (!LOOPBACK.test(url.hostname)) return Promise.resolve("not-this-machine");
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const outgoing = request(url, { method: "POST", headers, agent: false, signal });
    outgoing.on("error", () => resolve("unreachable"));
    outgoing.once("response", async (response) => {
      const received = await readLimitedBody(response);
      const text = typeof received === "string" ? "" : received.text;
      resolve(response.statusCode === 200 && isExpected(text) ? "acknowledged" : "not-acknowledged");
    });
    outgoing.end(body);
  });
}

function isExpected(text: string): boolean {
  try {
    return Expected.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
