/** What becomes of the gateway's events: a line in the log, and the outcome of the transfer that they are about. */
import type { Config } from "../config.ts";
import { type AgentEvent, type EventSink, toCallEvent } from "../gateway/events.ts";
import type { Log } from "../log.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { createLoggedEvents } from "../sessions/logged-events.ts";
import type { CallEvent } from "../transfer/outcome.ts";
import { composeOutcomeQueue } from "./outcome-queue.ts";
import { composeRecords } from "./records.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";
import { takeEach } from "./take-each.ts";
import { composeTellOutcome } from "./tell-outcome.ts";

/** Whoever brings them waits: a gateway for its acknowledgement, a keeper with its next poll. */
const TAKE_MAX_MS = 4_000;

/** Rejects where one could not be taken, once all were tried: then all of them are to be told again. */
export function composeCallEvents(config: Config, secrets: Secrets, log: Log): EventSink {
  const logged = createLoggedEvents(log);
  const tell = composeTellOutcome(composeOutcomeQueue(config), log);
  const openRecords = composeRecords(config, secrets);
  // One that could not be taken is told again, as the same object.
  const heard = new WeakMap<AgentEvent, number>();
  return {
    async take(agent, events) {
      for (const event of events) heard.set(event, heard.get(event) ?? RUNNING_CLOCK.wallMs());
      await logged.take(agent, events);
      const signal = AbortSignal.timeout(TAKE_MAX_MS);
      const told = events.flatMap((event) => {
        const called = toCallEvent(agent, event);
        return called === undefined ? [] : [{ ...called, heardAt: heard.get(event) }];
      });
      if (told.length === 0) return;
      const records = await openRecords(signal);
      const outbox = records.outbox(tell);
      const take = async (event: CallEvent) => {
        const changed = await records.events.take(event, signal);
        // What is not told now is told by the sweep.
        if (changed !== undefined) await outbox.tell(changed, signal).catch(() => undefined);
      };
      await takeEach(told, take);
    },
  };
}
