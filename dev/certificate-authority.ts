/**
 * A certificate authority that lives in memory, for local servers and tests: its clients trust `caPem` and keep TLS verification on.
 * It does not revoke, does not write files, and its keys are not for anything but loopback.
 */
import { isIP } from "node:net";
import { generate } from "selfsigned";

const DAY_MS = 86_400_000;
/** Outlasts any local stack, while a leaked authority does not stay useful for long. */
const VALID_DAYS = 30;
const KEY = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;

export interface CertificateRequest {
  /** DNS names and IP addresses, all of them subject alternative names. */
  readonly hosts: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

export interface CertificateAuthority {
  readonly caPem: string;
  issue(request: CertificateRequest): Promise<{ readonly keyPem: string; readonly certPem: string }>;
}

export async function createCertificateAuthority(options: { readonly name?: string } = {}): Promise<CertificateAuthority> {
  const ca = await generate([{ name: "commonName", value: options.name ?? "Local development CA" }], {
    ...KEY,
    ...toValidity({}),
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });

  return {
    caPem: ca.cert,
    async issue(request) {
      const leaf = await generate([{ name: "commonName", value: "Local development server" }], {
        ...KEY,
        ...toValidity(request),
        ca: { key: ca.private, cert: ca.cert },
        extensions: [
          { name: "basicConstraints", cA: false, critical: true },
          { name: "keyUsage", digitalSignature: true, critical: true },
          { name: "extKeyUsage", serverAuth: true },
          { name: "subjectAltName", altNames: request.hosts.map(toAltName) },
        ],
      });
      return { keyPem: leaf.private, certPem: leaf.cert };
    },
  };
}

function toValidity(asked: { readonly notBefore?: Date; readonly notAfter?: Date }) {
  const now = Date.now();
  return {
    // A day back, so that a client whose clock is a little behind still accepts it.
    notBeforeDate: asked.notBefore ?? new Date(now - DAY_MS),
    notAfterDate: asked.notAfter ?? new Date(now + VALID_DAYS * DAY_MS),
  };
}

function toAltName(host: string) {
  return isIP(host) === 0 ? { type: 2 as const, value: host } : { type: 7 as const, ip: host };
}
