/** The lookup of a name that somebody else chose, in which its addresses are checked: what is connected to is what was looked at, and nothing else. */
import { type LookupAddress, promises } from "node:dns";
import type { LookupFunction } from "node:net";
import { createAddressList, isPublicAddress } from "./public-address.ts";

/** All addresses of a host. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** An IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Which addresses a URL may be connected to at: the public ones and those that are listed; without TLS, the listed ones alone. */
export function createAddressRule({ protocol }: URL, allowAddresses: readonly string[]): (address: string) => boolean {
  const isListed = createAddressList(allowAddresses);
  return protocol === "https:" ? (address) => isListed(address) || isPublicAddress(address) : isListed;
}

/** A host with one address that is refused is refused as a whole: which of them would be connected to is left to the network. */
export function createCheckedLookup(resolve: Resolve, mayConnect: (address: string) => boolean) {
  let refused = false;
  const find: LookupFunction = (hostname, options, callback) => {
    function answer(addresses: readonly LookupAddress[]): void {
      refused = addresses.some(({ address }) => !mayConnect(address));
      const [first] = addresses;
      if (refused || first === undefined) callback(Object.assign(new Error("no address to connect to"), { code: "ENOTFOUND" }), "");
      else if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    }
    resolve(hostname).then(answer, (error: NodeJS.ErrnoException) => callback(error, ""));
  };
  return { find, hasRefused: () => refused };
}

export function resolveHost(hostname: string): Promise<readonly LookupAddress[]> {
  return promises.lookup(hostname, { all: true });
}
