/** A question at the terminal. Whoever gives no answer (Ctrl-D, a window that is closed) is waited for no longer. */
import { createInterface } from "node:readline/promises";

interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** The terminal takes Ctrl-C for itself while it asks. */
  readonly onInterrupt: () => void;
  /** Whether keys come one by one: unless given, as `output` says. */
  readonly terminal?: boolean;
}

/** Rejects where no answer comes, and once the signal is aborted. */
export type Ask = (question: string, signal?: AbortSignal) => Promise<string>;

export function createAsk({ onInterrupt, ...options }: Terminal): Ask {
  return async (question, signal) => {
    const terminal = createInterface(options);
    const gone = new AbortController();
    terminal.on("SIGINT", onInterrupt);
    for (const end of ["close", "error"]) terminal.on(end, () => gone.abort());
    try {
      return (await terminal.question(question, { signal: AbortSignal.any([gone.signal, ...(signal ? [signal] : [])]) })).trim();
    } finally {
      terminal.close();
    }
  };
}
