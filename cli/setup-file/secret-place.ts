/** Which places of a document are secret, by their names: for what may not stand in a setup file or a flag, and for what of a document is not shown. */
import { isFields } from "../../lib/transfer/request.ts";
import { ADDRESS, SECRET_LIST, SECRET_MEMBERS } from "../shown-document.ts";

/** Whose tokens count is no secret. */
const PUBLIC_LIST = "accepted";

/** Of a value that is neither an object nor a list. */
export function isSecretPlace(path: readonly PropertyKey[], value: unknown): boolean {
  const [name = "", parent, list] = path.toReversed();
  if (name === ADDRESS) return typeof value === "string" && value.includes("?");
  if (name === SECRET_LIST || parent === SECRET_LIST) return true;
  return SECRET_MEMBERS.has(name) && list !== PUBLIC_LIST;
}

/** A list of secrets as a whole. */
export function isSecretList(path: readonly PropertyKey[]): boolean {
  return path.at(-1) === SECRET_LIST;
}

/** Those that a document has, as in `callback.secrets.0`. */
export function findSecretPlaces(value: unknown, path: readonly string[] = []): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each: unknown, index) => findSecretPlaces(each, [...path, String(index)]));
  if (isFields(value)) return Object.entries(value).flatMap(([name, each]) => findSecretPlaces(each, [...path, name]));
  return isSecretPlace(path, value) ? [path.join(".")] : [];
}
