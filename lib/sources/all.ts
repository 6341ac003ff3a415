/** All of them, for who looks at each: commands, documents. No function does. */
import { findSource, SOURCE_IDS } from "./index.ts";
import type { Source } from "./source.ts";

const found = await Promise.all(SOURCE_IDS.map(findSource));

export const SOURCES: readonly Source[] = found.filter((source) => source !== undefined);
