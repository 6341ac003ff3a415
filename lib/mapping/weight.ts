/** How much a value would be if it were written out: what is shared counts each time, so that a list doubled a few times is as heavy as its text. */

/** Several times the largest body. */
export const WEIGHT_MAX = 4_000_000;
/** No format of a caller is nested so deeply; code that walks a value takes a level of its stack for each. */
const DEPTH_MAX = 200;

/** A mapping would take too much. */
export class LimitError extends Error {
  override readonly name = "LimitError";
  /** For the log, beside the library's codes. */
  readonly code = "L0001";
}

interface Size {
  readonly weight: number;
  /** Levels of lists and objects in it. */
  readonly height: number;
}

/** Throws a `LimitError` for what is too heavy or too deep. Remembers what it has weighed: good for one evaluation. */
export function createScale(): (value: unknown) => number {
  const known = new WeakMap<object, Size>();

  function measure(value: unknown, depth: number): Size {
    if (typeof value === "string") return check({ weight: value.length + 1, height: 0 });
    if (typeof value !== "object" || value === null || isLibraryFunction(value)) return { weight: 1, height: 0 };
    const before = known.get(value);
    if (before !== undefined) return before;
    if (depth === DEPTH_MAX) throw new LimitError();
    let size: Size = { weight: 1, height: 1 };
    for (const [name, member] of Object.entries(value)) {
      const inner = measure(member, depth + 1);
      const nameWeight = Array.isArray(value) ? 0 : name.length;
      size = check({ weight: size.weight + nameWeight + inner.weight, height: Math.max(size.height, inner.height + 1) });
    }
    known.set(value, size);
    return size;
  }

  return (value) => measure(value, 0).weight;
}

/** Holds the expression and its surroundings: no data. */
export function isLibraryFunction(value: unknown): boolean {
  return typeof value === "object" && value !== null && ("_jsonata_lambda" in value || "_jsonata_function" in value);
}

function check(size: Size): Size {
  if (size.weight > WEIGHT_MAX || size.height > DEPTH_MAX) throw new LimitError();
  return size;
}
