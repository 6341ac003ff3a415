/** One cold start: a process of AWS's own runtime with one artefact, its init, two invocations, and the end. */
import { once } from "node:events";
import { endChild, startChild } from "../measure/children.ts";
import { assertAccepted, assertOk, toEnvironment, toTransferEvent, type World } from "../world/world.ts";
import type { Artefact } from "./artefacts.ts";
import { startRuntimeApi } from "./runtime-api.ts";
import { readCpuMs, readPeakBytes } from "./usage.ts";

/** Of the function: serverless.yml. */
const TIMEOUT_MS = 28_000;
/** Of what it last said, for an error. */
const TAIL_CHARACTERS = 2_000;

export interface ColdSample {
  /** From the spawn to the runtime's first question for an event. */
  readonly initMs: number;
  readonly initCpuMs: number | undefined;
  readonly firstMs: number;
  readonly firstCpuMs: number | undefined;
  readonly secondMs: number;
  readonly peakBytes: number | undefined;
  /** Those that it was asked to transfer. */
  readonly callIds: readonly string[];
}

interface Start {
  /** The script that asks the Runtime API for events. */
  readonly runtime: string;
  readonly artefact: Artefact;
  readonly world: World;
  /** Whether its answer has to be that of a transfer, or 200 is enough. */
  readonly transfers: boolean;
  readonly signal: AbortSignal;
}

/** Rejects where it answers anything else than it should, or ends by itself. */
export async function takeSample({ runtime, artefact, world, transfers, signal }: Start): Promise<ColdSample> {
  signal.throwIfAborted();
  const callIds = [await world.prepareCall(), await world.prepareCall()];
  let startedMs = 0;
  let initMs = 0;
  let initCpuMs: number | undefined;
  const api = await startRuntimeApi(() => {
    initMs = performance.now() - startedMs;
    initCpuMs = readCpuMs(pid);
  });
  startedMs = performance.now();
  const child = startChild(process.execPath, [runtime], {
    cwd: artefact.folder,
    env: {
      // The stack's own in the place of the template's.
      ...{ ...artefact.environment, ...toEnvironment(world.addresses) },
      ...{ AWS_LAMBDA_RUNTIME_API: api.host, _HANDLER: artefact.handler, LAMBDA_TASK_ROOT: artefact.folder },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid ?? 0;
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes) => (said = `${said}${bytes}`.slice(-TAIL_CHARACTERS)));
  const over = AbortSignal.any([signal, AbortSignal.timeout(3 * TIMEOUT_MS)]);
  const ended = once(child, "exit", { signal: over }).then(() => Promise.reject(new Error(`the function ended: ${said}`)));
  ended.catch(() => {});

  async function invoke(callId: string): Promise<number> {
    const invoked = await Promise.race([api.invoke(toTransferEvent(callId), TIMEOUT_MS), ended]);
    if (transfers) assertAccepted(invoked.response, callId);
    else assertOk(invoked.response);
    return invoked.tookMs;
  }

  try {
    await Promise.race([api.ready, ended]);
    const [first = "", second = ""] = callIds;
    const firstMs = await invoke(first);
    const cpuMs = readCpuMs(pid);
    const firstCpuMs = cpuMs === undefined || initCpuMs === undefined ? undefined : cpuMs - initCpuMs;
    const secondMs = await invoke(second);
    return { initMs, initCpuMs, firstMs, firstCpuMs, secondMs, peakBytes: readPeakBytes(pid), callIds };
  } finally {
    await endChild(child);
    await api.stop();
  }
}
