/** What the samples were taken on. The load tells how quiet it was: a figure of a busy machine is worth its ratio at most. */
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  /** That this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly kernel: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    kernel: `${platform()} ${release()} ${arch()}`,
  };
}

/** Runnable processes over the last 1, 5 and 15 minutes. Zeros on Windows, which has no such figure. */
export function readLoad(): readonly number[] {
  return loadavg();
}
