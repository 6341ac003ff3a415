/** Measures how long the certificates of gateways are good for, as they are connected to. It decides nothing: whom to trust is the connection's. */
import type { Log } from "../log.ts";
import { findAuthorityExpiry, type GatewaySite } from "./site.ts";
import type { Lookup } from "./transfer-gateway.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** A keeper connects every few seconds, and days go by slowly. */
const MEASURED_EACH_MS = 10 * 60_000;

export interface CertificateWatch {
  /** The same sites, known by their names from then on. */
  named(sites: Lookup<GatewaySite>): Lookup<GatewaySite>;
  measure(site: GatewaySite, expiresAt: Date): void;
}

interface CertificateWatchOptions {
  readonly log: Log;
  readonly clock: { readonly wallMs: () => number; readonly monotonicMs: () => number };
}

export function createCertificateWatch({ log, clock }: CertificateWatchOptions): CertificateWatch {
  const names = new WeakMap<GatewaySite, string>();
  const measuredAt = new Map<string, number>();
  const daysUntil = (time: Date) => Math.floor((time.getTime() - clock.wallMs()) / DAY_MS);

  return {
    named: ({ get }) => ({
      async get(name, signal) {
        const site = await get(name, signal);
        if (site !== undefined) names.set(site, name);
        return site;
      },
    }),
    measure(site, expiresAt) {
      const gateway = names.get(site);
      if (gateway === undefined) return;
      if (clock.monotonicMs() - (measuredAt.get(gateway) ?? Number.NEGATIVE_INFINITY) < MEASURED_EACH_MS) return;
      measuredAt.set(gateway, clock.monotonicMs());
      log.measure("CertificateDaysLeft", daysUntil(expiresAt), { gateway, certificate: "own" });
      const authority = findAuthorityExpiry(site);
      if (authority !== undefined) log.measure("CertificateDaysLeft", daysUntil(authority), { gateway, certificate: "authority" });
    },
  };
}
