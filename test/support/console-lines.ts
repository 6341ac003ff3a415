/** What goes to the global console, which the runner keeps from the process's streams: Powertools writes there in its developers' mode. */
import { inspect } from "node:util";
import { vi } from "vitest";

const METHODS = ["debug", "error", "info", "log", "trace", "warn"] as const;

export interface ConsoleLines {
  /** What was written since the last call. */
  take(): string[];
  restore(): void;
}

export function catchConsole(): ConsoleLines {
  const lines: string[] = [];
  const spies = METHODS.map((method) =>
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      lines.push(values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
    }),
  );
  return {
    take: () => lines.splice(0),
    restore() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
