/** serverless-offline as a process of its own, with the handlers and the serverless.yml that are deployed. Nothing of it outlives who started it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { StartError } from "./ports.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Of the emulated account. Nothing leaves this machine. */
export const REGION = "eu-central-1";
/** Of serverless.yml. */
export const SERVICE = "ccgateway-transfer-webhooks";
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 100;
/** An answer in flight may take the functions' longest deadline; nobody waits that long for Ctrl-C. */
const STOP_TIMEOUT_MS = 5_000;
/** What it printed last, for when it ends before it is ready. */
const TAIL_LINES = 30;
/** What it has printed may come after its end, which whatever it has started may keep open for longer. */
const LAST_WORDS_MS = 500;

interface OfflineOptions {
  readonly httpPort: number;
  readonly lambdaPort: number;
  readonly secretsManagerUrl: string;
  readonly dynamoDbUrl: string;
  readonly sqsUrl: string;
  readonly callbackQueueUrl: string;
  readonly secretsPrefix: string;
  /** Once it is ready. */
  readonly onLine: (line: string) => void;
}

export interface Offline {
  readonly url: string;
  /** As AWS would by itself: whatever comes of it, nobody waits. `name` is that of serverless.yml. */
  invoke(name: string): Promise<void>;
  /** The same, waited for: what it returned, or `{ errorMessage }` where it threw. */
  request(name: string, event: object, signal: AbortSignal): Promise<unknown>;
  /** Settles when it has ended, whoever ended it: with why, where it ended by itself. */
  readonly ended: Promise<StartError>;
  stop(): Promise<void>;
}

export async function startOffline(options: OfflineOptions): Promise<Offline> {
  const { httpPort, onLine } = options;
  const url = `http://127.0.0.1:${httpPort}`;
  const child = spawnOffline(options);
  const tail: string[] = [];
  /** esbuild says much more after it. */
  let taken: string | undefined;
  const closed = once(child, "close");
  const ended = once(child, "exit").then(
    () => Promise.race([closed, sleep(LAST_WORDS_MS, undefined, { ref: false })]),
    // It could not even be started.
    (error: Error) => tail.push(error.message),
  );
  let ready = false;
  let isStopping = false;
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      if (line.includes("EADDRINUSE")) taken ??= line.trim();
      // Once it is to stop, the functions alone have something to say, and esbuild that misses its parent.
      if (ready) return isStopping && !line.startsWith("{") ? undefined : onLine(line);
      tail.push(line);
      tail.splice(0, tail.length - TAIL_LINES);
    });
  }

  async function stop(): Promise<void> {
    isStopping = true;
    if (isRunning(child)) child.kill("SIGINT");
    await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    if (isRunning(child)) child.kill("SIGKILL");
    await ended;
    // What it bundled.
    await rm(`${ROOT}.esbuild/${child.pid}`, { recursive: true, force: true });
  }

  function addressOf(name: string): string {
    return `http://127.0.0.1:${options.lambdaPort}/2015-03-31/functions/${SERVICE}-local-${name}/invocations`;
  }

  async function invoke(name: string): Promise<void> {
    await fetch(addressOf(name), { method: "POST", headers: { "x-amz-invocation-type": "Event" }, body: "{}" });
  }

  async function request(name: string, event: object, signal: AbortSignal): Promise<unknown> {
    return (await fetch(addressOf(name), { method: "POST", body: JSON.stringify(event), signal })).json();
  }

  ready = await isReady(`${url}/v1/health`, child);
  const toFailure = (what: string) => new StartError(taken ?? what);
  if (ready)
    return {
      ...{ url, invoke, request, stop },
      ended: ended.then(() => toFailure("serverless-offline ended by itself: see what it printed last.")),
    };
  await stop();
  throw toFailure(`serverless-offline did not start:\n${tail.join("\n")}`);
}

function spawnOffline(options: OfflineOptions): ChildProcess {
  const { httpPort, lambdaPort, secretsPrefix, callbackQueueUrl } = options;
  const serverless = ["node_modules/serverless/bin/serverless.js", "offline", "start", "--stage", "local", "--localEnvironment"];
  const ports = ["--httpPort", String(httpPort), "--lambdaPort", String(lambdaPort)];
  const params = [
    `secretsPrefix=${secretsPrefix}`,
    `publicBaseUrl=http://127.0.0.1:${httpPort}`,
    `callbackQueueUrl=${callbackQueueUrl}`,
  ].flatMap((param) => ["--param", param]);
  const exitWithParent = new URL("exit-with-parent.ts", import.meta.url).href;
  return spawn(process.execPath, ["--import", exitWithParent, ...serverless, ...ports, ...params], {
    cwd: ROOT,
    env: { ...withoutAws(process.env), ...localAws(options), SLS_NOTIFICATIONS_MODE: "off" },
    // The channel tells it when we are gone; a group of its own keeps the terminal's Ctrl-C for us, who stop it in order.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
}

/** Whoever has an account configured must not reach it from here by mistake. */
function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("AWS_")));
}

function localAws({ secretsManagerUrl, dynamoDbUrl, sqsUrl, lambdaPort }: OfflineOptions): NodeJS.ProcessEnv {
  return {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManagerUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDbUrl,
    AWS_ENDPOINT_URL_SQS: sqsUrl,
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${lambdaPort}`,
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Who else has taken its port may never answer. */
async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  const exited = new AbortController();
  child.once("exit", () => exited.abort());
  const signal = AbortSignal.any([exited.signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
  while (!signal.aborted && isRunning(child)) {
    const healthy = await fetch(url, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) return true;
    await sleep(READY_POLL_MS);
  }
  return false;
}
