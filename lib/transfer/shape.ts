/**
 * The shape of a webhook: which names it has, and of which type what stands under each is. No value is in it. A name that looks like one (a number, an address, one
 * of many) is `*`, so that a map that is keyed by customers tells nothing of them.
 */

/** By path, as a mapping names it: `body.items[].price`. */
export type Shape = Readonly<Record<string, readonly ShapeType[]>>;
export type ShapeType = "string" | "number" | "boolean" | "null" | "object" | "array";

/** Keeps what was seen while a connection's `captureUntil` lies ahead. */
export interface Shapes {
  /** Adds to what is kept until this time (ISO 8601); what is kept of another one goes. Throws `store-unavailable`. */
  add(connectionName: string, captured: { readonly until: string; readonly shape: Shape }, signal: AbortSignal): Promise<void>;
}

/** More is not read by a person, and an item has a size. */
const PATHS_MAX = 300;
const DEPTH_MAX = 10;
/** Of a body that is one large list, the first ones tell all. */
const VALUES_MAX = 5_000;
/** An object with more members is a map: its names are data. */
const MEMBERS_MAX = 50;
/** Of programs and forms. */
const NAME = /^[A-Za-z_$][A-Za-z0-9_.:$-]{0,63}$/;
/** More are a number, a date or an id. */
const DIGITS_MAX = 4;
const HIDDEN = "*";

/** `root` stands before each path: `body`. */
export function toShape(root: string, value: unknown): Shape {
  const types = new Map<string, Set<ShapeType>>();
  const values: { readonly path: string; readonly value: unknown; readonly depth: number }[] = [{ path: root, value, depth: 0 }];
  // It grows as it goes.
  for (const { path, value: found, depth } of values) {
    const known = types.get(path);
    if (known === undefined && types.size === PATHS_MAX) continue;
    types.set(path, (known ?? new Set()).add(typeOf(found)));
    if (depth === DEPTH_MAX) continue;
    for (const [step, member] of stepsOf(found, VALUES_MAX - values.length))
      values.push({ path: `${path}${step}`, value: member, depth: depth + 1 });
  }
  return Object.fromEntries([...types].map(([path, found]) => [path, [...found].sort()]));
}

/** The first one's paths go before the other's where there are too many. */
export function mergeShapes(one: Shape, other: Shape): Shape {
  const paths = [...new Set([...Object.keys(one), ...Object.keys(other)])].slice(0, PATHS_MAX);
  return Object.fromEntries(paths.map((path) => [path, [...new Set([...(one[path] ?? []), ...(other[path] ?? [])])].sort()]));
}

export function isSameShape(one: Shape, other: Shape): boolean {
  const paths = Object.keys(one);
  return paths.length === Object.keys(other).length && paths.every((path) => one[path]?.join() === other[path]?.join());
}

/** Of the first members alone: of a map of a hundred thousand, the others are not even read. */
function stepsOf(value: unknown, max: number): readonly (readonly [string, unknown])[] {
  if (max === 0 || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.slice(0, max).map((each: unknown) => ["[]", each]);
  const names = Object.keys(value);
  const isMap = names.length > MEMBERS_MAX;
  return names.slice(0, max).map((name) => [`.${isMap || !isTelling(name) ? HIDDEN : name}`, Reflect.get(value, name)]);
}

function isTelling(name: string): boolean {
  return NAME.test(name) && name.replace(/\D/g, "").length <= DIGITS_MAX;
}

function typeOf(value: unknown): ShapeType {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "number" || type === "boolean" || type === "object" ? type : "string";
}
