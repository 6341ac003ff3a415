/** Where vendors put what their customers add to an object: the fields of several such places as one record, for the names ccgw_…. */
import { assertKnownNames, isEmpty } from "../../mapping/conventional-fields.ts";
import { type Fields, isFields } from "../../transfer/request.ts";
import { withoutParameters } from "../answering/summary.ts";
import type { Verified } from "../source.ts";

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

/**
 * The fields of a notification that names a call; undefined of one that does not, or leaves it empty: it is about something else, and asks for nothing.
 * Without a mapping that is looked at first, so that what another attribute of the customer's says is not in its way; but a name that is nearly one of ours
 * may be the call's, and is refused. What an earlier answer of ours said, somebody may have put there.
 */
export async function readCalled(notification: Fields, attributes: Fields, { settings, map }: Verified): Promise<Fields | undefined> {
  const given = withoutParameters(attributes);
  if (settings.mapping === undefined && isEmpty(given.ccgw_call_id)) {
    assertKnownNames(given);
    return undefined;
  }
  const fields = await map(notification, given);
  return isFields(fields) && !isEmpty(fields.callId) ? fields : undefined;
}
