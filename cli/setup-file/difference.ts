/** In which fields two documents differ, as it may be shown. The order of things that have ids is none. */
import { isFields } from "../../lib/transfer/request.ts";
import type { Document } from "../secret-book.ts";
import { SECRET } from "../shown-document.ts";
import { isSecretPlace } from "./secret-place.ts";

/** A text that is longer, or has lines, is shown by its size. */
const SHOWN_MAX_CHARACTERS = 100;

export interface Difference {
  /** `verification.secrets.first.value`: of a list, the id or the place. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed" | "same";
  /** As they are shown: of a secret, that there is one. */
  readonly was?: string | undefined;
  readonly is?: string | undefined;
  readonly isSecret: boolean;
}

interface Comparing {
  /** Undefined where there is none, or where what is in it is not known. */
  readonly was: Document | undefined;
  readonly is: Document;
  /** What of `is` is not shown, wherever it stands. */
  readonly isHidden: (path: readonly PropertyKey[]) => boolean;
}

interface Leaf {
  readonly value: unknown;
  readonly isSecret: boolean;
}

/** Of fields that are the same, the secret ones alone. */
export function compareDocuments({ was, is, isHidden }: Comparing): readonly Difference[] {
  const before = new Map(was === undefined ? [] : leavesOf(was, [], []));
  const after = new Map(leavesOf(is, [], [], isHidden));
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.flatMap((path): readonly Difference[] => {
    const [one, other] = [before.get(path), after.get(path)];
    const isSecret = one?.isSecret === true || other?.isSecret === true;
    const kind = one === undefined ? "added" : other === undefined ? "removed" : isEqual(one, other) ? "same" : "changed";
    if (kind === "same" && !isSecret) return [];
    return [{ path, kind, isSecret, was: one && toShown(one, isSecret), is: other && toShown(other, isSecret) }];
  });
}

/** `path` is where a value stands, `names` what that is called. */
function leavesOf(
  value: unknown,
  path: readonly PropertyKey[],
  names: readonly string[],
  isHidden: Comparing["isHidden"] = () => false,
): readonly (readonly [string, Leaf])[] {
  const below = (each: unknown, step: PropertyKey, name: string) => leavesOf(each, [...path, step], [...names, name], isHidden);
  if (Array.isArray(value) && value.length > 0) {
    const items: readonly unknown[] = value;
    const ids = items.map((item) => (isFields(item) && typeof item.id === "string" ? item.id : undefined));
    const areNames = ids.every((id) => id !== undefined) && new Set(ids).size === ids.length;
    return items.flatMap((item, index) => below(item, index, (areNames ? ids[index] : undefined) ?? String(index)));
  }
  if (isFields(value) && Object.keys(value).length > 0) return Object.entries(value).flatMap(([name, each]) => below(each, name, name));
  return [[names.join("."), { value, isSecret: isSecretPlace(path, value) || isHidden(path) }]];
}

/** Neither has a member. */
function isEqual(one: Leaf, other: Leaf): boolean {
  return JSON.stringify(one.value) === JSON.stringify(other.value);
}

function toShown({ value }: Leaf, isSecret: boolean): string {
  if (isSecret) return SECRET;
  if (typeof value !== "string") return JSON.stringify(value);
  const text = value.trimEnd();
  const lines = text.split("\n").length;
  if (lines > 1) return `(text of ${lines} lines)`;
  return text.length > SHOWN_MAX_CHARACTERS ? `(text of ${text.length} characters)` : text;
}
