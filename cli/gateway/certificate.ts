/** A certificate as an operator compares it. */
import type { X509Certificate } from "node:crypto";

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256, as OpenSSL prints it. */
  readonly fingerprint256: string;
  /** ISO 8601. */
  readonly validTo: string;
  readonly daysLeft: number;
}

export function toShownCertificate({ subject, issuer, fingerprint256, validTo }: X509Certificate, nowMs: number): ShownCertificate {
  const endsAt = Date.parse(validTo);
  return {
    subject: inOneLine(subject),
    issuer: inOneLine(issuer),
    fingerprint256,
    validTo: new Date(endsAt).toISOString(),
    daysLeft: Math.floor((endsAt - nowMs) / DAY_MS),
  };
}

export function describeCertificate({ subject, issuer, fingerprint256, validTo, daysLeft }: ShownCertificate): readonly string[] {
  return [
    `  ${subject}`,
    subject === issuer ? "    signed by itself" : `    signed by ${issuer}`,
    `    SHA-256 ${fingerprint256}`,
    `    until ${validTo}, ${daysLeft < 0 ? "which is over" : `${daysLeft} days from now`}`,
  ];
}

function inOneLine(name = ""): string {
  return name.replaceAll("\n", ", ");
}
