/** What each section of the part is given, and gives. */
import type { Measured, Settings } from "../measure/part.ts";
import type { World } from "../world/world.ts";
import type { Bundle } from "./bundles.ts";

export interface Setting extends Pick<Settings, "signal" | "say">, Pick<World, "prepareCalls"> {
  readonly rounds: number;
  /** Of every contender. */
  readonly environment: Readonly<Record<string, string>>;
  readonly pathOf: (bundle: Bundle) => string;
}

export type Section = Omit<Measured, "versions">;
