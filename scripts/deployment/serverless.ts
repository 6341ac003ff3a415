/** The framework, as a process that has the terminal. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SERVERLESS = `${ROOT}node_modules/serverless/bin/serverless.js`;

/** Answers with its exit code. */
export type Serverless = (parameters: readonly string[]) => Promise<number>;

/** Another file than the framework's is for tests. `environment` comes to that of this process. */
export function createServerless(file = SERVERLESS, environment: NodeJS.ProcessEnv = {}): Serverless {
  return async (parameters) => {
    // serverless-esbuild leaves a copy of each function that it zips.
    const left = await mkdtemp(join(tmpdir(), "ccgw-serverless-"));
    const child = spawn(process.execPath, [file, ...parameters], {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...process.env, TMPDIR: left, ...environment },
    });
    // Ctrl-C is its own to deal with: it ends in order, and then so do we.
    const ignore = () => undefined;
    process.on("SIGINT", ignore);
    try {
      const [code]: (number | null)[] = await once(child, "exit");
      return code ?? 1;
    } finally {
      process.off("SIGINT", ignore);
      await rm(left, { recursive: true, force: true });
    }
  };
}
