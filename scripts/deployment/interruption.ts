/** Ctrl-C, a terminal that is gone, or whoever ends us otherwise, while something is stopped that is to go on. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** Aborted by one more: whoever interrupts us does not want to wait for what is done then. */
  readonly again: AbortSignal;
  /** From then on, the process ends by it as ever. */
  release(): void;
}

/** What Ctrl-C ends with by itself. */
export const INTERRUPTED = 130;

/** SIGHUP: the window was closed, or the connection to this machine dropped. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npm hands on what the terminal has sent already, so that one Ctrl-C comes twice. */
const ONE_AND_THE_SAME_MS = 1_000;

type Signals = Pick<NodeJS.EventEmitter, "on" | "off">;

/** The process goes on, whatever comes until it is released. */
export function watchForInterruption(process: Signals, nowMs = () => performance.now()): Interruption {
  const first = new AbortController();
  const again = new AbortController();
  let firstAt: number | undefined;
  const interrupt = () => {
    firstAt ??= nowMs();
    first.abort();
    if (nowMs() - firstAt >= ONE_AND_THE_SAME_MS) again.abort();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: first.signal,
    again: again.signal,
    release() {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
