/** How long the certificates of a gateway are good for, as connecting to it tells. */
import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { createCertificateWatch } from "../../lib/gateway/certificate-watch.ts";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import type { GatewaySite } from "../../lib/gateway/site.ts";
import { toPost } from "../support/gateway-post.ts";
import { toSite } from "../support/gateway-site.ts";
import { createKeptLog } from "../support/kept-log.ts";
import { createManualClock, INSTANT } from "../support/manual-clock.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const { signal } = new AbortController();

let gateway: GatewaySimulator;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
});
beforeEach(() => gateway.reset());
afterAll(() => gateway.stop());

describe("a gateway that is connected to", () => {
  it("tells when its own certificate ends, once for each reading of its secret: a TLS session that is resumed shows none", async () => {
    const told: Date[] = [];
    const send = createGatewayClient({ onCertificate: (_site, expiresAt) => told.push(expiresAt) });
    const read = () => toSite({ url: gateway.url, ca: gateway.caPem });
    for (const site of [read(), read()])
      for (let request = 0; request < 3; request += 1) expect((await send(toPost(site))).kind).toBe("answered");
    expect(told).toHaveLength(2);
    for (const expiresAt of told) {
      expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
      expect(expiresAt.getTime()).toBeLessThan(Date.now() + 31 * DAY_MS);
    }
  });

  it.each(["unknown-ca", "expired"] as const)("is not trusted for it: a certificate that is %s tells nothing", async (problem) => {
    gateway.addFault({ kind: "certificate", problem });
    const send = createGatewayClient({ onCertificate: () => expect.fail("was trusted") });
    expect((await send(toPost(toSite({ url: gateway.url, ca: gateway.caPem })))).kind).toBe("not-sent");
  });
});

describe("the days that are left", () => {
  const expiresAt = new Date(INSTANT + 20.5 * DAY_MS);

  async function start(site: GatewaySite) {
    const clock = createManualClock();
    const log = createKeptLog();
    const watch = createCertificateWatch({ log, clock });
    const known = await watch.named({ get: async () => site }).get("main", signal);
    expect(known).toBe(site);
    const taken = () => log.measures.map(({ value, dimensions: { gateway: name, certificate } }) => [name, certificate, value]);
    return { watch, clock, taken };
  }

  it("are measured by the gateway's name, of its own and of the first pinned authority to end", async () => {
    const authorities = await Promise.all([createCertificateAuthority(), createCertificateAuthority()]);
    const ca = authorities.map(({ caPem }) => caPem);
    const site = toSite({ url: gateway.url, ca });
    const first = Math.min(...ca.map((pem) => Date.parse(new X509Certificate(pem).validTo)));
    const { watch, taken } = await start(site);
    watch.measure(site, expiresAt);
    expect(taken()).toEqual([
      ["main", "own", 20],
      ["main", "authority", Math.floor((first - INSTANT) / DAY_MS)],
    ]);
  });

  it("are measured of its own alone where no authority is pinned", async () => {
    const site = toSite({ url: gateway.url });
    const { watch, taken } = await start(site);
    watch.measure(site, expiresAt);
    expect(taken()).toEqual([["main", "own", 20]]);
  });

  it("are measured every ten minutes, however often it is connected to", async () => {
    const site = toSite({ url: gateway.url });
    const { watch, clock, taken } = await start(site);
    for (let second = 0; second < 1_200; second += 1) {
      watch.measure(site, expiresAt);
      clock.pass(1_000);
    }
    expect(taken()).toHaveLength(2);
  });

  it("are nobody's where the site was not looked up by a name", async () => {
    const { watch, taken } = await start(toSite({ url: gateway.url }));
    watch.measure(toSite({ url: gateway.url }), expiresAt);
    expect(taken()).toEqual([]);
  });
});
