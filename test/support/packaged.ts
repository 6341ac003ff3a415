/** Packages the functions as a deployment would, once for the whole run, and tells the tests where. */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

/** It takes some seconds; one that hangs must fail the run and not hold it. */
const PACKAGING_TIMEOUT_MS = 120_000;

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the packaged functions: one zip each, and the CloudFormation template. */
    packageFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = await mkdtemp(join(tmpdir(), "ccgw-package-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also where packaging fails, or where the run ends without its teardown.
  process.once("exit", remove);
  const packageFolder = join(folder, "package");
  // serverless-esbuild copies what it zips to a folder for each function, and leaves them behind.
  const copies = join(folder, "copies");
  await mkdir(copies);
  await promisify(execFile)(
    process.execPath,
    ["node_modules/serverless/bin/serverless.js", "package", "--stage", "prod", "--package", packageFolder],
    { timeout: PACKAGING_TIMEOUT_MS, env: { ...process.env, TMPDIR: copies } },
  );
  await rm(copies, { recursive: true });
  project.provide("packageFolder", packageFolder);
  return remove;
}
