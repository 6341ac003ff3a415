import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAddressList, isPublicAddress } from "../../lib/callbacks/public-address.ts";
import { fuzz } from "../support/fuzz-settings.ts";

describe("a public address", () => {
  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2606:4700:4700::1111",
    "3ffe::1",
    "3fff:1000::1",
  ])("is %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe("no public address", () => {
  it.each([
    ["this network", ["0.0.0.0", "0.255.255.255"]],
    ["private", ["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"]],
    ["shared", ["100.64.0.0", "100.127.255.255"]],
    ["loopback", ["127.0.0.1", "127.255.255.255", "::1"]],
    ["link-local", ["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1", "febf::1", "fe80::1%eth0"]],
    ["of protocols", ["192.0.0.0", "192.0.0.170", "192.0.0.255", "192.88.99.1", "2001:1::1", "2001:1ff:ffff::1"]],
    ["for documents", ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::", "2001:db8:ffff::1", "3fff::1", "3fff:fff::1"]],
    ["for benchmarks", ["198.18.0.0", "198.19.255.255", "2001:2::1"]],
    ["multicast", ["224.0.0.0", "239.255.255.255", "ff02::1", "ff0e::1"]],
    ["reserved, and broadcast", ["240.0.0.0", "255.255.255.254", "255.255.255.255"]],
    ["unspecified", ["::"]],
    [
      "IPv4-mapped, whatever it maps",
      ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1", "0:0:0:0:0:ffff:808:808", "::ffff:0:8.8.8.8"],
    ],
    ["IPv4-compatible", ["::127.0.0.1", "::8.8.8.8"]],
    ["NAT64, whatever it leads to", ["64:ff9b::10.0.0.1", "64:ff9b::808:808", "64:ff9b:1::1"]],
    ["6to4, whatever it embeds", ["2002:a00:1::1", "2002:808:808::1", "2002:ffff:ffff::1"]],
    ["Teredo", ["2001::1", "2001:0:ffff::1"]],
    ["unique-local", ["fc00::1", "fdff:ffff::1", "fd00:ec2::254"]],
    ["site-local", ["fec0::1", "feff::1"]],
    ["discarded", ["100::1"]],
    ["nobody's yet", ["4000::1", "5f00::1", "1fff:ffff::1", "e000::1"]],
    ["no address", ["", "localhost", "1.1.1", "0x7f.0.0.1", "2130706433", "[::1]", "1.1.1.1 ", "1.1.1.1/32"]],
  ])("is what is %s", (_what, addresses) => {
    for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  it("is one of IPv6 that has an address of IPv4 at its end", () => {
    const mapped = fc.ipV4().map((v4) => `::ffff:${v4}`);
    fc.assert(
      fc.property(mapped, (address) => !isPublicAddress(address)),
      fuzz(),
    );
  });
});

describe("a list of addresses", () => {
  const isListed = createAddressList(["10.1.2.3", "192.168.4.0/22", "172.16.9.9/16", "fd00::1", "fd12:3456::/32", "fe80::/64"]);

  it.each([
    ["10.1.2.3", true],
    ["10.1.2.4", false],
    ["192.168.4.0", true],
    ["192.168.7.255", true],
    ["192.168.8.0", false],
    ["172.16.255.255", true],
    ["172.17.0.0", false],
    ["fd00::1", true],
    ["fd00:0:0::1", true],
    ["fd00::2", false],
    ["fd12:3456:ffff::1", true],
    ["fd12:3457::1", false],
    ["::ffff:10.1.2.3", false],
    ["1.1.1.1", false],
    ["", false],
    ["crm.internal", false],
  ])("has %s: %s", (address, listed) => {
    expect(isListed(address)).toBe(listed);
  });

  it("that is empty has none", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => !createAddressList([])(address)),
      fuzz(),
    );
  });

  it("of IPv6 has none of IPv4, though it be mapped", () => {
    expect(createAddressList(["::ffff:0:0/96"])("10.1.2.3")).toBe(false);
    expect(createAddressList(["::ffff:0:0/96"])("::ffff:10.1.2.3")).toBe(true);
  });
});
