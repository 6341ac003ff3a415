/**
 * Which record is a delivery's: its own, or that of the one whose signature it carries. A name that is not signed can be given to anything: it leads to another
 * record only together with what is asked for.
 */
import type { Delivery } from "../transfer/delivery.ts";
import type { HashesOf, Place, Places } from "./places.ts";
import type { DeliveryItem } from "./record-item.ts";

export interface FoundDelivery {
  readonly place: Place;
  /** The guard of its call. */
  readonly call: Place;
}

interface FindOptions {
  readonly hashesOf: HashesOf;
  readonly signal: AbortSignal;
}

export async function findDelivery(places: Places, delivery: Delivery, { hashesOf, signal }: FindOptions): Promise<FoundDelivery> {
  const { key, alias, call, fingerprint } = delivery;
  const [own, guard] = await Promise.all([places.find(key, signal), places.find(call, signal)]);
  if (alias === undefined) return { place: own, call: guard };

  const [bySignature, byName] = await Promise.all([places.find(alias, signal), places.find(nameOf(delivery), signal)]);
  const to = toOf(byName) ?? own.id;
  const id = toOf(bySignature) ?? (await leadTo(places, { from: bySignature, name: alias, to }, signal));
  await Promise.all([bySignature, byName].map((each) => places.renew(each, signal)));
  const place = id === own.id ? own : await places.look(id, signal);
  const known = deliveryOf(place);
  // One that nobody has claimed yet was signed for this very request.
  const asksForTheSame = known === undefined || isSameRequest(known, hashesOf(fingerprint));
  if (id !== own.id && asksForTheSame && toOf(byName) === undefined)
    await leadTo(places, { from: byName, name: nameOf(delivery), to: id }, signal);
  return { place, call: guard };
}

export function deliveryOf({ item }: Place): DeliveryItem | undefined {
  return item?.kind === "delivery" ? item : undefined;
}

export function isSameRequest(known: DeliveryItem, fingerprints: readonly string[]): boolean {
  return known.fingerprints.some((each) => fingerprints.includes(each));
}

/** Where the name leads then: whoever was first has said. */
async function leadTo(
  places: Places,
  { from, name, to }: { readonly from: Place; readonly name: string; readonly to: string },
  signal: AbortSignal,
): Promise<string> {
  if ((await places.write(from, { kind: "alias", to }, signal)) !== undefined) return to;
  return toOf(await places.find(name, signal)) ?? to;
}

/** With what it asks for. */
function nameOf({ key, fingerprint }: Delivery): string {
  return JSON.stringify([key, fingerprint]);
}

function toOf({ item }: Place): string | undefined {
  return item?.kind === "alias" ? item.to : undefined;
}
