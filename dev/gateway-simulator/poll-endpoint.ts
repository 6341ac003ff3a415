/**
 * The poll for events, which is also the keep-alive of poll mode (api-cec cec_07_1274): one event an answer, at once or when it comes, else none.
 * Silent in the documents, and chosen here: 000-001 in push mode; of two polls at once the older gets the event; a poll keeps the session alive until it is
 * answered; an event whose answer is lost is lost, while one that came after the client had left is kept.
 */
import type { AgentSession, AgentSessions } from "./agent-sessions.ts";
import type { SimulatorClock } from "./clock.ts";
import { defineSessionEndpoint, type Endpoint, toRefused } from "./endpoint.ts";
import type { QueuedEvent } from "./events.ts";
import { toRenewal } from "./keep-alive-endpoint.ts";
import type { SiteSettings } from "./settings.ts";
import type { Violations } from "./violations.ts";

/** "200 to 500 ms after each answer". */
const MIN_PAUSE_MS = 200;

interface Wiring {
  readonly clock: SimulatorClock;
  readonly settings: SiteSettings;
  readonly sessions: AgentSessions;
  readonly violations: Violations;
}

export function createPollEndpoint({ clock, settings, sessions, violations }: Wiring): Endpoint {
  const answeredAt = new WeakMap<AgentSession, number>();
  const open = new WeakMap<AgentSession, number>();

  function isEarly(session: AgentSession): boolean {
    return (open.get(session) ?? 0) > 0 || clock.now() - (answeredAt.get(session) ?? -MIN_PAUSE_MS) < MIN_PAUSE_MS;
  }

  async function whenFilled(session: AgentSession, signal: AbortSignal) {
    open.set(session, (open.get(session) ?? 0) + 1);
    await session.events.whenFilled(settings.current().pollWaitMs, signal);
    open.set(session, (open.get(session) ?? 0) - 1);
  }

  return defineSessionEndpoint({
    name: "poll",
    method: "GET",
    path: /^\/agentgateway\/resource\/agentevent\/([^/]+)$/,
    async handle(call) {
      const session = sessions.authenticate(call);
      if (typeof session === "string") return toRefused(session);
      if (session.push !== undefined) return toRefused("000-001");
      if (isEarly(session)) violations.add("early-poll", call.agentId);
      sessions.keepAlive(session);

      await whenFilled(session, AbortSignal.any([call.stopped, call.left, session.ended]));
      if (call.stopped.aborted || call.left.aborted) return undefined;
      if (session.ended.aborted) return toRefused("100-006");

      const queued = session.events.shift();
      sessions.keepAlive(session);
      const renewal = toRenewal(sessions.renewIfDue(session));
      return {
        retcode: "0",
        text: JSON.stringify({ message: "", retcode: "0", event: queued && toEvent(call.agentId, queued, settings) }),
        acted: true,
        quiet: queued === undefined && renewal.headers === undefined,
        ...renewal,
        ...(queued !== undefined && { remarks: [queued.event.eventType, ...(renewal.remarks ?? [])] }),
        onAnswered: () => answeredAt.set(session, clock.now()),
      };
    },
  });
}

function toEvent(workNo: string, { event: { eventType, content }, generatedAt }: QueuedEvent, settings: SiteSettings) {
  return { eventType, workNo, content, eventGenTime: settings.current().eventGenTime ? generatedAt : undefined };
}
