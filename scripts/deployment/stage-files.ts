/** The files of stages that serverless.yml reads, whichever stage is meant: the framework does not name one that is missing. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { StartError } from "../../dev/ports.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STAGE_FILE = /\$\{file\(\.\/(stages\/[^)]+)\)\}/g;

/** Throws a `StartError` that says which, and where it is to be had. Another folder than the project's is for tests. */
export function assertStageFiles(root = ROOT): void {
  const named = [...readFileSync(`${root}serverless.yml`, "utf8").matchAll(STAGE_FILE)].flatMap(([, file]) => file ?? []);
  const [missing] = named.filter((file) => !existsSync(`${root}${file}`));
  if (missing === undefined) return;
  throw new StartError(
    `There is no ${missing}, which serverless.yml names: bring it back from where you keep what you changed in it, or as it came by: git checkout -- ${missing}`,
  );
}
