/** What a process has used so far, as Linux tells it. Undefined where there is no /proc. Read at once: what is measured goes on meanwhile. */
import { readdirSync, readFileSync } from "node:fs";

const NS_PER_MS = 1e6;
const BYTES_PER_KB = 1024;

/** Of all its threads, in nanoseconds by the scheduler: `stat` counts in ticks of 10 ms, a tenth of what is measured. */
export function readCpuMs(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const ns = threads.map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]));
    return ns.reduce((sum, one) => sum + one, 0) / NS_PER_MS;
  } catch {
    return undefined;
  }
}

/** The most memory that it ever held (VmHWM). */
export function readPeakBytes(pid: number): number | undefined {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kb === undefined ? undefined : Number(kb) * BYTES_PER_KB;
  } catch {
    return undefined;
  }
}
