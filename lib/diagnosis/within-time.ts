/** Each of several at a time, while there is time: what takes part in a diagnosis has a deadline, whatever the other side does. */
import pMap from "p-map";
import type { Deadline } from "../transfer/invocation.ts";

/** As many as the gateways and receivers of one stack bear at once. */
const CONCURRENCY = 10;
/** With less left, nothing is begun. */
const BEGIN_MIN_MS = 1_000;

interface Timed<Item, Result> {
  readonly deadline: Deadline;
  readonly work: (item: Item, deadline: Deadline) => Promise<Result>;
  /** What is said of one for which there was no time. */
  readonly tooLate: (item: Item) => Result;
}

/** In the order of the items. */
export function eachInTime<Item, Result>(items: Iterable<Item>, { deadline, work, tooLate }: Timed<Item, Result>): Promise<Result[]> {
  const isOver = () => deadline.signal.aborted || deadline.remainingMs() < BEGIN_MIN_MS;
  return pMap(items, (item) => (isOver() ? tooLate(item) : work(item, deadline)), { concurrency: CONCURRENCY });
}

/** The same deadline, at most that far away. */
export function atMost(ms: number, { signal, remainingMs }: Deadline): Deadline {
  const begunMs = remainingMs();
  return { signal, remainingMs: () => Math.min(remainingMs(), ms - (begunMs - remainingMs())) };
}
