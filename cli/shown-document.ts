/** A document as it may be shown: what is secret in it is left out, by where it stands. Of one that the handlers' schemas take: they know every field. */
import type { Document } from "./secret-book.ts";

export const SECRET = "(secret)";

/** Members that are secret wherever they stand: of a proof's secret, a sign-in, a live session, a bot. */
export const SECRET_MEMBERS: ReadonlySet<PropertyKey> = new Set(["value", "password", "guid", "cookies", "appPassword"]);
/** A list of secrets as they are, and one of objects with a value. */
export const SECRET_LIST = "secrets";
/** Its query may have a secret of the receiver. */
export const ADDRESS = "url";

export function toShown(document: Document): Document {
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, show(name, value)]));
}

function show(name: string, value: unknown): unknown {
  if (SECRET_MEMBERS.has(name)) return SECRET;
  if (name === ADDRESS && typeof value === "string") return withoutQuery(value);
  if (Array.isArray(value)) return value.map((each) => (name === SECRET_LIST && typeof each === "string" ? SECRET : show("", each)));
  return isDocument(value) ? toShown(value) : value;
}

function withoutQuery(url: string): string {
  const [address = "", ...query] = url.split("?");
  return query.length === 0 ? address : `${address}?${SECRET}`;
}

function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null;
}
