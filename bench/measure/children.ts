/** Processes that the bench starts: each is ended by its own id when its work is over, when the bench is stopped, and when it fails. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** After it, what was asked to end is killed. */
const END_TIMEOUT_MS = 2_000;

const running = new Set<ChildProcess>();
// Whatever ends this process: `exit` runs after an error, too, and allows nothing but what is done at once.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  running.add(child);
  // Of one that could not be started, `exit` does not come.
  for (const event of ["exit", "error"]) child.once(event, () => running.delete(child));
  return child;
}

interface Run {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** What it says is shown where it fails, which throws. */
export async function runChild(command: string, args: readonly string[], { cwd, env, signal }: Run): Promise<void> {
  const child = startChild(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], shell: process.platform === "win32" });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      said += bytes;
    });
  try {
    const [code]: unknown[] = await once(child, "close", { signal });
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${said}`);
  } finally {
    await endChild(child);
  }
}

/** Settles once it has ended. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await Promise.race([ended, sleep(END_TIMEOUT_MS, undefined, { ref: false })]);
  if (running.has(child)) child.kill("SIGKILL");
  await ended;
}
