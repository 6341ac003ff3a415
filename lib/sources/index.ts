/** The registry: every source, once. A connection's `source` is one of these ids. */
import { api } from "./api.ts";
import type { Source } from "./source.ts";

export const SOURCES = [api] as const satisfies readonly Source[];

export function findSource(id: string): Source | undefined {
  return SOURCES.find((source) => source.id === id);
}
