/**
 * `npm start` as somebody would run it, in a process group of its own: what it prints, which processes it has, and the signals that end it. Ends
 * nothing but the processes that it started itself.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { vi } from "vitest";

/** It bundles the functions first; on a busy machine that takes its time. */
const TIMEOUT_MS = 50_000;
const VARIABLES = [
  "PORT",
  "DOCS_PORT",
  "LAMBDA_PORT",
  "GATEWAY_PORT",
  "GATEWAY_CONTROL_PORT",
  "TOKEN_ISSUER_PORT",
  "SECRETS_MANAGER_PORT",
  "DYNAMODB_PORT",
  "SQS_PORT",
  "LOGS_PORT",
] as const;
type PortVariables = Readonly<Record<(typeof VARIABLES)[number], string>>;

export interface LocalStack {
  readonly ports: PortVariables;
  /** Everything that was printed so far. */
  output(): string;
  /** Waits for a line that matches, and answers with what the pattern captured, or the whole match. */
  printed(pattern: RegExp): Promise<string>;
  /** Process ids of npm, or of node, and all that descends from it. */
  processes(): number[];
  /** The process of this command line. */
  processOf(command: RegExp): number;
  /** As Ctrl-C does: to the whole group. */
  interrupt(): void;
  /** To this one process alone. */
  signal(pid: number, signal: "SIGKILL" | "SIGTERM"): void;
  /** Exit code, once all it printed has arrived; `null` where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Kills what is left of it. */
  clear(): void;
}

/** Below those that systems lend to whatever connects somewhere: a port from there may be gone before the stack has it. Each worker has a range of its own. */
const FIRST_PORT = 12_000;
const PORTS_A_WORKER = 2_000;
const WORKERS_MAX = 8;
let nextPort = FIRST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS_MAX) * PORTS_A_WORKER;

export async function freePorts(): Promise<PortVariables> {
  const held: Awaited<ReturnType<typeof listen>>[] = [];
  while (held.length < VARIABLES.length) {
    const free = await listen(nextPort++).catch(() => undefined);
    if (free !== undefined) held.push(free);
  }
  const [http, docs, lambda, gateway, control, tokens, secrets, dynamodb, sqs, logs] = held.map(({ port }) => String(port));
  await Promise.all(held.map(({ release }) => release()));
  if (!http || !docs || !lambda || !gateway || !control || !tokens || !secrets || !dynamodb || !sqs || !logs)
    throw new Error("no free ports");
  return {
    PORT: http,
    DOCS_PORT: docs,
    LAMBDA_PORT: lambda,
    GATEWAY_PORT: gateway,
    GATEWAY_CONTROL_PORT: control,
    TOKEN_ISSUER_PORT: tokens,
    SECRETS_MANAGER_PORT: secrets,
    DYNAMODB_PORT: dynamodb,
    SQS_PORT: sqs,
    LOGS_PORT: logs,
  };
}

/** `npm start`, or what it starts, without the time that npm takes. */
export function startLocalStack(ports: PortVariables, by: "npm" | "node" = "npm"): LocalStack {
  const [command, parameters] = by === "npm" ? ["npm", ["start"]] : [process.execPath, ["dev/start.ts"]];
  const child = spawn(command, parameters, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: ".build/compile-cache", ...ports },
  });
  let hasEnded = false;
  const ended = once(child, "close").then(([code]: (number | null)[]) => {
    hasEnded = true;
    return code ?? null;
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk) => chunks.push(chunk));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  const seen = new Set<number>();

  function processes(): number[] {
    const found = descendantsOf(pid ?? 0);
    for (const { pid } of found) seen.add(pid);
    return found.map(({ pid }) => pid);
  }

  return {
    ports,
    ended,
    processes,
    output: () => chunks.join(""),
    async printed(pattern) {
      const find = () => {
        const match = pattern.exec(chunks.join(""));
        if (match === null && hasEnded) throw new Error(`npm start has ended, and printed no ${pattern}:\n${chunks.join("")}`);
        return match;
      };
      const found = vi.waitUntil(find, { timeout: TIMEOUT_MS, interval: 100 });
      // Whoever is there now is known to `clear`, also once nothing tells any more whose child it was.
      const match = await found.finally(processes);
      return match[1] ?? match[0];
    },
    processOf(command) {
      const found = descendantsOf(pid).find(({ args }) => command.test(args));
      if (found === undefined) throw new Error(`no process of ${command}`);
      return found.pid;
    },
    interrupt: () => void process.kill(-pid, "SIGINT"),
    signal: (pid, signal) => void process.kill(pid, signal),
    clear() {
      processes();
      for (const pid of alive(seen)) process.kill(pid, "SIGKILL");
    },
  };
}

/** Waits until none of these processes is there and all ports are free again. */
export async function gone(pids: readonly number[], ports: PortVariables): Promise<void> {
  await vi.waitUntil(() => alive(new Set(pids)).length === 0, { timeout: TIMEOUT_MS, interval: 100 });
  for (const port of Object.values(ports)) await (await listen(Number(port))).release();
}

export async function listen(port: number): Promise<{ readonly port: number; release(): Promise<void> }> {
  // Whoever connects is never answered, and is let go when he goes.
  const server: Server = createServer((socket) => socket.on("error", () => undefined).resume());
  await once(server.listen(port, "127.0.0.1"), "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function alive(pids: ReadonlySet<number>): number[] {
  const running = listProcesses().filter(({ pid, isZombie }) => pids.has(pid) && !isZombie);
  return running.map(({ pid }) => pid);
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly isZombie: boolean;
  readonly args: string;
}

function descendantsOf(root: number): Running[] {
  const all = listProcesses();
  const found = all.filter(({ pid }) => pid === root);
  for (const parent of found) found.push(...all.filter(({ parent: of }) => of === parent.pid));
  return found;
}

function listProcesses(): Running[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, state = "", ...args] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), isZombie: state.startsWith("Z"), args: args.join(" ") };
  });
}
