/** Ctrl-C, a terminal that is gone, or whoever ends us otherwise, while something is stopped that is to go on. */

export interface Interruption {
  readonly signal: AbortSignal;
  /** From then on, the process ends by it as ever. */
  release(): void;
}

/** What Ctrl-C ends with by itself. */
export const INTERRUPTED = 130;

/** SIGHUP: the window was closed, or the connection to this machine dropped. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Signals = Pick<NodeJS.EventEmitter, "on" | "off">;

/** The process goes on, whatever comes until it is released: npm hands on what the terminal has sent already, so that one Ctrl-C comes twice. */
export function watchForInterruption(process: Signals): Interruption {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release() {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
