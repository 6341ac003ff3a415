/** Events on their way to whoever takes them. Those that were not taken are told again with the next: a poll brings each of them once. */

/** On the machine's own time: whoever takes events must not hold up the session. */
const EVENTS_MAX_MS = 5_000;
/** Bounds the memory. The oldest are given up first. */
const UNTOLD_MAX = 200;

interface EventTellerOptions<Event> {
  readonly take: (events: readonly Event[]) => Promise<void>;
  readonly onNotTaken: (error: unknown) => void;
}

/** Rejects never. With no events it tells those that were not taken before. */
export function createEventTeller<Event>({ take, onNotTaken }: EventTellerOptions<Event>): (events: readonly Event[]) => Promise<void> {
  let untold: readonly Event[] = [];
  return async (events) => {
    const all = [...untold, ...events].slice(-UNTOLD_MAX);
    if (all.length === 0) return;
    try {
      await within(EVENTS_MAX_MS, take(all));
      untold = [];
    } catch (error) {
      untold = all;
      onNotTaken(error);
    }
  };
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("events were not taken in time")), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
