/** Whether each gateway is reached, and what its certificates are worth: by one handshake, after which nothing is sent. */
import { X509Certificate } from "node:crypto";
import type { Handshake, ShakeHands } from "../gateway/handshake.ts";
import { certificatesIn, type GatewaySite } from "../gateway/site.ts";
import type { Deadline } from "../transfer/invocation.ts";
import { type Finding, toPrintable } from "./finding.ts";
import { eachInTime } from "./within-time.ts";

/** A site's own time to connect, and one for the handshake. */
const HANDSHAKE_MIN_MS = 3_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** As the alarm: docs/runbook.md#certificate-ends. */
const ENDS_SOON_DAYS = 21;

/** In words, by Node's code. */
const BROKEN_OFF: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "one of them has ended",
  CERT_NOT_YET_VALID: "one of them is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it has signed itself, and is not trusted here",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not one that is trusted here",
  UNABLE_TO_GET_ISSUER_CERT: "its authority is not one that is trusted here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not one that is trusted here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not one that is trusted here",
  ERR_TLS_CERT_ALTNAME_INVALID: "it is of another name",
  timeout: "the gateway took the connection and then did nothing",
  ECONNRESET: "the gateway took the connection and closed it",
};
const NO_CONNECTION: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name is not known",
  EAI_AGAIN: "no name server answers",
  ECONNREFUSED: "nobody listens at that port",
  timeout: "no answer came in time",
};

export interface KnownSite {
  readonly name: string;
  readonly site: GatewaySite;
}

/** Undefined for a gateway for which there was no time. */
export type Handshakes = ReadonlyMap<string, Handshake | undefined>;

export async function shakeAllHands(sites: readonly KnownSite[], shakeHands: ShakeHands, deadline: Deadline): Promise<Handshakes> {
  const shaken = await eachInTime<KnownSite, readonly [string, Handshake | undefined]>(sites, {
    deadline,
    work: async ({ name, site }, { remainingMs }) => {
      const timeoutMs = Math.min(Math.max(site.connectTimeoutMs, HANDSHAKE_MIN_MS), remainingMs());
      return [name, await shakeHands(site, timeoutMs)] as const;
    },
    tooLate: ({ name }) => [name, undefined] as const,
  });
  return new Map(shaken);
}

export function checkReach({ name: subject, site }: KnownSite, handshake: Handshake | undefined): Finding {
  const base = { name: "gateway", subject } as const;
  if (handshake === undefined) return { ...base, verdict: "skipped", detail: "There was no time left for it." };
  if (handshake.kind !== "no-connection") return { ...base, verdict: "ok", detail: `${site.url} takes connections.` };
  const { cause } = handshake;
  const why = NO_CONNECTION[cause];
  return {
    ...base,
    verdict: "failed",
    detail: `${site.url} is not reached: ${why === undefined ? cause : `${why} (${cause})`}.`,
    hint: "docs/runbook.md#gateway-unreachable; one that only the functions reach is asked with --remote",
  };
}

export function checkCertificate({ name: subject, site }: KnownSite, handshake: Handshake | undefined, nowMs: number): Finding {
  const base = { name: "certificate", subject } as const;
  if (handshake === undefined || handshake.kind === "no-connection")
    return { ...base, verdict: "skipped", detail: "The gateway is not reached." };
  const pinned = (site.ca ?? []).flatMap(certificatesIn).map((pem) => new X509Certificate(pem));
  const shown = toLines(handshake.chain, pinned, nowMs);
  if (handshake.kind === "broken-off") {
    const { cause, chain } = handshake;
    const detail = [`It does not verify: ${BROKEN_OFF[cause] ?? cause} (${cause}).`, ...shown].join("\n");
    return { ...base, verdict: "failed", detail, hint: toHint(cause, chain) };
  }
  const daysLeft = Math.min(...[...handshake.chain, ...pinned].map((certificate) => daysUntil(certificate, nowMs)));
  const host = site.tlsServerName ?? new URL(site.url).hostname;
  if (daysLeft >= ENDS_SOON_DAYS) return { ...base, verdict: "ok", detail: [`It verifies, for ${host}.`, ...shown].join("\n") };
  const detail = [`It verifies, for ${host}, and one of them ends in ${toDays(daysLeft)}.`, ...shown].join("\n");
  return { ...base, verdict: "warning", detail, hint: "docs/runbook.md#certificate-ends" };
}

/** A line each: what the gateway presents, and what the secret pins. */
function toLines(chain: readonly X509Certificate[], pinned: readonly X509Certificate[], nowMs: number): readonly string[] {
  const pins = new Set(pinned.map(({ fingerprint256 }) => fingerprint256));
  const presented = chain.filter(({ fingerprint256 }) => !pins.has(fingerprint256));
  const line = (certificate: X509Certificate) =>
    `${nameOf(certificate.subject)}, by ${nameOf(certificate.issuer)}, ${toEnd(daysUntil(certificate, nowMs))}`;
  return [
    ...presented.map((certificate) => `presented: ${line(certificate)}`),
    ...(pinned.length === 0 ? ["trusted: the public authorities"] : pinned.map((certificate) => `pinned: ${line(certificate)}`)),
  ];
}

function toHint(cause: string, chain: readonly X509Certificate[]): string {
  const [own] = chain;
  const last = chain.at(-1);
  if (cause === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `it is of ${toPrintable(own?.subjectAltName ?? "no name")}: the secret's tlsServerName says which of them is meant`;
  if (cause.startsWith("CERT_")) return "docs/runbook.md#certificate-ends";
  if (last === undefined) return "docs/runbook.md#gateway-unreachable";
  return `pin its authority as \`ca\`, once whoever runs the gateway has read its fingerprint to you (README.md#deploy); the last presented has SHA-256 ${last.fingerprint256}`;
}

/** One line, whoever made it. */
function nameOf(distinguishedName: string): string {
  return toPrintable(distinguishedName.replaceAll("\n", ", "));
}

function daysUntil({ validTo }: X509Certificate, nowMs: number): number {
  return Math.floor((Date.parse(validTo) - nowMs) / DAY_MS);
}

function toEnd(days: number): string {
  return days < 0 ? `ended ${toDays(-days)} ago` : `${toDays(days)} left`;
}

function toDays(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}
