/**
 * Which IP addresses a callback may be connected to: public ones, and those that the connection lists. Decides on addresses alone, never on names: what a name
 * resolves to can change between two looks at it.
 */
import { BlockList, isIP } from "node:net";

/** IANA's registry of special-purpose IPv4 addresses (RFC 6890), multicast, and what is reserved. */
const NOT_PUBLIC_V4 = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // shared, of carriers
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, and the cloud's metadata
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // relays of 6to4
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
];

/**
 * All of IPv6 that is assigned to the public so far. What lies outside is loopback, IPv4-mapped and -compatible, NAT64 (64:ff9b::/96, 64:ff9b:1::/48),
 * unique-local, link-local, site-local and multicast, or nobody's.
 */
const PUBLIC_V6 = "2000::/3";
/** Within it. */
const NOT_PUBLIC_V6 = [
  "2001::/23", // protocol assignments; Teredo, which embeds an IPv4 address
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4, which embeds an IPv4 address
  "3fff::/20", // documentation
];

const notPublicV4 = toBlockList(NOT_PUBLIC_V4, 4);
const publicV6 = toBlockList([PUBLIC_V6], 6);
const notPublicV6 = toBlockList(NOT_PUBLIC_V6, 6);

/** False also for what is no IP address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublicV4.check(address, "ipv4");
  return family === 6 && publicV6.check(address, "ipv6") && !notPublicV6.check(address, "ipv6");
}

/** `ranges` are IP addresses and CIDR ranges. A mapped address is none of a range of IPv4: it is written as what it is. */
export function createAddressList(ranges: readonly string[]): (address: string) => boolean {
  const [v4, v6] = [toBlockList(ranges, 4), toBlockList(ranges, 6)];
  return (address) => {
    const family = isIP(address);
    if (family === 4) return v4.check(address, "ipv4");
    return family === 6 && v6.check(address, "ipv6");
  };
}

/** Of one family alone: a list of both would take an IPv4 address for its mapped one. */
function toBlockList(ranges: readonly string[], family: 4 | 6): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix = family === 4 ? "32" : "128"] = range.split("/");
    if (isIP(address) === family) list.addSubnet(address, Number(prefix), family === 4 ? "ipv4" : "ipv6");
  }
  return list;
}
