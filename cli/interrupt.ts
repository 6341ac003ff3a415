/** Whoever ends a command before it is done: by Ctrl-C, by its process, or with its terminal. What the command has begun it can then undo. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The second of them ends it at once. */
export function watchInterrupts() {
  const interrupt = new AbortController();
  const end = () => interrupt.abort();
  for (const signal of SIGNALS) process.once(signal, end);
  return {
    signal: interrupt.signal,
    unwatch() {
      for (const signal of SIGNALS) process.off(signal, end);
    },
  };
}
