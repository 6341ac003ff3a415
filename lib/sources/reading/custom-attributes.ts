/** Where vendors put what their customers add to an object: the fields of several such places as one record, for the names ccgw_…. */
import { type Fields, isFields } from "../../transfer/request.ts";

/** What is at the end of a path of names, or nothing if that is no object. */
export function fieldsAt(body: Fields, ...path: readonly string[]): Fields {
  let found: unknown = body;
  for (const name of path) found = isFields(found) ? found[name] : undefined;
  return isFields(found) ? found : {};
}

/** The later ones win, but for what they leave empty. */
export function mergeAttributes(...places: readonly Fields[]): Fields {
  return Object.fromEntries(places.flatMap((place) => Object.entries(place).filter(([, value]) => value !== null && value !== "")));
}

/** Whether a notification names a call. One that does not is about something else, and asks for nothing. */
export function namesCall(fields: unknown): boolean {
  return isFields(fields) && fields.callId !== undefined;
}
