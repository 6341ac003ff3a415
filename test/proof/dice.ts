/** Dice that a name gives: whoever comes first where interleavings differ from run to run, each draws the same. */
import { createSeededRandom } from "../support/seeded-random.ts";
import type { Dice } from "./faults.ts";

/** FNV-1a. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export function createDice(...names: readonly (string | number)[]): Dice {
  let hash = BASIS;
  for (const byte of Buffer.from(names.join("/"))) hash = Math.imul(hash ^ byte, PRIME);
  return createSeededRandom(hash);
}

export function pick<Value>(dice: Dice, values: readonly Value[]): Value {
  const value = values[Math.floor(dice() * values.length)];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
}
