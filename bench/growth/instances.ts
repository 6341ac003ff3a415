/** Processes of bench/growth that are told what to do over their channel, and answer. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { endChild, startChild } from "../measure/children.ts";

const ANSWER_TIMEOUT_MS = 60_000;

export const Invocations = z.object({
  answers: z.array(z.string()),
  tookMs: z.array(z.number()),
  /** Of all of them. */
  cpuMs: z.number(),
  /** When they were over, and what was not needed any more was gone. */
  heapBytes: z.number(),
});
export type Invocations = z.infer<typeof Invocations>;

export const Lookups = z.object({
  /** From 0 to 1: of those that asked nobody. */
  hitShare: z.number(),
  /** A lookup. */
  cpuUs: z.number(),
  /** More than before the first one. */
  heapBytes: z.number(),
});
export type Lookups = z.infer<typeof Lookups>;

export interface Instance {
  invoke(events: readonly string[]): Promise<Invocations>;
  stop(): Promise<void>;
}

export interface InstanceOptions {
  /** Of the module that has the handler. */
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const child = startScript("instance.ts", [options.url], options);
  await messageOf(child, options.signal);
  return {
    async invoke(events) {
      const answer = messageOf(child, options.signal);
      child.send(events);
      return Invocations.parse(await answer);
    },
    stop: () => endChild(child),
  };
}

export function startScript(script: string, args: readonly string[], { environment }: Pick<InstanceOptions, "environment">): ChildProcess {
  const exitWithParent = new URL("../../dev/exit-with-parent.ts", import.meta.url).href;
  const file = fileURLToPath(new URL(script, import.meta.url));
  return startChild(process.execPath, ["--expose-gc", "--import", exitWithParent, file, ...args], {
    env: { ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** The next one. Throws where the process ends first. */
export async function messageOf(child: ChildProcess, signal: AbortSignal): Promise<unknown> {
  const settled = new AbortController();
  const over = AbortSignal.any([settled.signal, signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const ended = once(child, "exit", { signal: over }).then(() => Promise.reject(new Error("a process ended before it answered")));
  try {
    const [message] = await Promise.race([once(child, "message", { signal: over }), ended]);
    return message;
  } finally {
    settled.abort();
    ended.catch(() => {});
  }
}

export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error("wants --expose-gc");
  globalThis.gc();
}
