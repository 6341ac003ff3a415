/** A gateway's secret: where the CC-Gateway is, and whom to trust there. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as z from "zod";
import { REFUSAL_REASONS } from "../transfer/result.ts";
import { isKnownRetcode, RETCODE_FORM } from "./retcodes.ts";

/** A TLS handshake across a VPN takes well under a second; a gateway that needs more is not there. */
const CONNECT_TIMEOUT_DEFAULT_MS = 3_000;
/** The vendor's page gives no time. The deadline cuts it where the caller waits less. */
const RESPONSE_TIMEOUT_DEFAULT_MS = 20_000;

const Certificates = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((pem) => [pem].flat())
  .refine((pems) => pems.every(isCertificate), "must be one PEM certificate or a list of them");

const timeoutMs = z.int().min(100).max(25_000);

export const GatewaySite = z.strictObject({
  schemaVersion: z.literal(1),
  /** `https://host:port`; the path of the interface is ours to add. */
  url: z
    .url({ protocol: /^https$/, error: "must be an https URL" })
    .refine((url) => /^https:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?\/?$/.test(url), "must be https://host:port alone")
    .transform((url) => new URL(url).origin),
  /** What its certificate must chain to, and nothing else is trusted. Unset: the public authorities that Node ships. */
  ca: Certificates.optional(),
  /** The name in its certificate, where that is not the host of the URL. */
  tlsServerName: z
    .string()
    .refine((name) => /^[A-Za-z0-9.-]+$/.test(name) && isIP(name) === 0, "must be a host name")
    .optional(),
  /** 1: the Guid stays. 2, the vendor's default: it is renewed every minute. Recorded for what keeps sessions; a transfer does not depend on it. */
  authMode: z.union([z.literal(1), z.literal(2)]).optional(),
  connectTimeoutMs: timeoutMs.default(CONNECT_TIMEOUT_DEFAULT_MS),
  responseTimeoutMs: timeoutMs.default(RESPONSE_TIMEOUT_DEFAULT_MS),
  /** Retcodes that this operator has seen to come before acting. What the documents tell cannot be changed here. */
  refusals: z
    .record(z.string().regex(RETCODE_FORM), z.enum(REFUSAL_REASONS))
    .refine((refusals) => !Object.keys(refusals).some(isKnownRetcode), "must not list a retcode whose effect on a transfer is documented")
    .default({}),
});
export type GatewaySite = Readonly<z.infer<typeof GatewaySite>>;

/** When the first of the pinned authorities ends. */
export function findAuthorityExpiry({ ca = [] }: Pick<GatewaySite, "ca">): Date | undefined {
  const expiries = ca.flatMap(certificatesIn).map((certificate) => Date.parse(new X509Certificate(certificate).validTo));
  return expiries.length === 0 ? undefined : new Date(Math.min(...expiries));
}

/** Of a bundle, one by one. */
export function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
}

/** One or several in a row, as bundles come. */
function isCertificate(pem: string): boolean {
  const certificates = certificatesIn(pem);
  return certificates.length > 0 && certificates.length === pem.split("-----BEGIN").length - 1 && certificates.every(parses);
}

function parses(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).raw.length > 0;
  } catch {
    return false;
  }
}
