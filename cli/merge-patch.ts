/** JSON Merge Patch, RFC 7396: objects are merged, all else is replaced, null takes away. */
import { type Fields, isFields } from "../lib/transfer/request.ts";

/** What `isWhole` says of either side is replaced as one. */
export function mergePatch(base: unknown, patch: unknown, isWhole: (value: unknown) => boolean = () => false): unknown {
  if (!isFields(patch) || isWhole(patch) || isWhole(base)) return patch;
  return mergeFields(isFields(base) ? base : {}, patch, isWhole);
}

/** The same, of two objects. */
export function mergeFields(base: Fields, patch: Fields, isWhole?: (value: unknown) => boolean): Fields {
  const names = [...new Set([...Object.keys(base), ...Object.keys(patch)])];
  const entries = names.map(
    (name) => [name, Object.hasOwn(patch, name) ? mergePatch(base[name], patch[name], isWhole) : base[name]] as const,
  );
  return Object.fromEntries(entries.filter(([name, value]) => !Object.hasOwn(patch, name) || value !== null));
}
