/** Which places of a document are secret, by their names: for what may not stand in a setup file, and for what of a document is not shown. */

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
