/** A turn of the event loop. What `node:timers/promises` has for it costs more, and simulated clocks wait for millions of them. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
