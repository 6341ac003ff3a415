/** `ccgw gateway show NAME`: where the site is, and which authorities are trusted there, by their fingerprints. Does not contact it. */
import { X509Certificate } from "node:crypto";
import { certificatesIn, type GatewaySite } from "../../lib/gateway/site.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { describeCertificate, type ShownCertificate, toShownCertificate } from "./certificate.ts";

export function createGatewayShow() {
  return createCommand("show", "one gateway, and whom it is trusted by")
    .argument("<name>", "of the gateway")
    .action((name, options) => answerFromBook(options, (book) => showGateway(book, name, Date.now())));
}

export async function showGateway(book: SecretBook, name: string, nowMs: number): Promise<Report> {
  const { document, writtenAt } = await book.require("gateways", name);
  const { ca = [], ...site } = await book.parse("gateways", name, document);
  const authorities = authoritiesOf({ ca }, nowMs);
  const settings = Object.entries(site).map(([field, value]) => `${field}: ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return {
    json: { name, ...site, authorities, writtenAt },
    lines: [...settings, `written: ${writtenAt}`, ...describeTrusted({ ca }, nowMs)],
  };
}

type Trusting = Pick<GatewaySite, "ca">;

/** Whom a site is trusted by. */
export function describeTrusted(site: Trusting, nowMs: number): readonly string[] {
  const trusted = authoritiesOf(site, nowMs).flatMap(describeCertificate);
  return trusted.length === 0 ? ["trusts: public authorities"] : ["trusts, and nothing else:", ...trusted];
}

export function authoritiesOf({ ca = [] }: Trusting, nowMs: number): readonly ShownCertificate[] {
  return ca.flatMap(certificatesIn).map((pem) => toShownCertificate(new X509Certificate(pem), nowMs));
}
