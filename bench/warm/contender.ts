/** A contender in a process of its own, and what it is asked over its channel: one thing after another. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { endChild, startChild } from "../measure/children.ts";

/** Of hundreds of transfers. */
const ANSWER_TIMEOUT_MS = 120_000;
const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));

export type WorkerRequest =
  | { readonly ask: "invoke" | "allocate"; readonly events: readonly string[] }
  | { readonly ask: "serve" | "usage" };

const Answers = z.object({ answers: z.array(z.string()) });
export const Invoked = Answers.extend({ tookMs: z.array(z.number()), cpuUs: z.number() });
export type Invoked = z.infer<typeof Invoked>;
export const Allocated = Answers.extend({ bytes: z.number(), collections: z.number() });
export type Allocated = z.infer<typeof Allocated>;
export const Served = z.object({ port: z.int() });
export const Used = z.object({ cpuUs: z.number() });

export interface Contender {
  /** What it said first. */
  readonly started: unknown;
  ask<Answer>(request: WorkerRequest, schema: z.ZodType<Answer>): Promise<Answer>;
  stop(): Promise<void>;
}

interface Start {
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Of Node. */
  readonly flags?: readonly string[];
}

export function startWorker(bundle: string, start: Start): Promise<Contender> {
  return startScript(WORKER, start, [bundle]);
}

/** What it prints goes nowhere, what it complains of to the terminal. */
export async function startScript(
  script: string,
  { environment, signal, flags = [] }: Start,
  args: readonly string[] = [],
): Promise<Contender> {
  const child = startChild(process.execPath, [...flags, script, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });

  async function nextMessage(): Promise<unknown> {
    const settled = new AbortController();
    const over = AbortSignal.any([settled.signal, signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const ended = once(child, "exit", { signal: over }).then(() => Promise.reject(new Error(`${script} ended`)));
    try {
      const [message]: unknown[] = await Promise.race([once(child, "message", { signal: over }), ended]);
      return message;
    } finally {
      settled.abort();
      ended.catch(() => {});
    }
  }

  try {
    return {
      started: await nextMessage(),
      async ask(request, schema) {
        const message = nextMessage();
        child.send(request);
        return schema.parse(await message);
      },
      stop: () => endChild(child),
    };
  } catch (error) {
    await endChild(child);
    throw error;
  }
}
