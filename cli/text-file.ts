/** A flag that names a file with a text. */
import { readFile } from "node:fs/promises";
import { CommandError } from "./problem.ts";

/** Throws a `CommandError` where it cannot be read. */
export async function readTextFile(flag: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, "utf8").catch(() => Promise.reject(new CommandError(`${flag}: ${path} cannot be read.`)));
}
