/** `ccgw gateway show NAME`: where the site is, and which authorities are trusted there, by their fingerprints. Does not contact it. */
import { X509Certificate } from "node:crypto";
import { certificatesIn } from "../../lib/gateway/site.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

export function createGatewayShow() {
  return createCommand("show", "one gateway, and whom it is trusted by")
    .argument("<name>", "of the gateway")
    .action((name, options) => answerFromBook(options, (book) => showGateway(book, name, Date.now())));
}

export async function showGateway(book: SecretBook, name: string, nowMs: number): Promise<Report> {
  const { document, writtenAt } = await book.require("gateways", name);
  const { ca = [], ...site } = await book.parse("gateways", name, document);
  const authorities = ca.flatMap(certificatesIn).map((pem) => toAuthority(pem, nowMs));
  const settings = Object.entries(site).map(([field, value]) => `${field}: ${typeof value === "object" ? JSON.stringify(value) : value}`);
  const trusted = authorities.flatMap(({ subject, fingerprint256, validTo, daysLeft }) => [
    `  ${subject}`,
    `    SHA-256 ${fingerprint256}`,
    `    until ${validTo}, ${daysLeft < 0 ? "which is over" : `${daysLeft} days from now`}`,
  ]);
  return {
    json: { name, ...site, authorities, writtenAt },
    lines: [
      ...settings,
      `written: ${writtenAt}`,
      ...(trusted.length === 0 ? ["trusts: public authorities"] : ["trusts, and nothing else:", ...trusted]),
    ],
  };
}

function toAuthority(pem: string, nowMs: number) {
  const { subject, fingerprint256, validTo } = new X509Certificate(pem);
  const endsAt = Date.parse(validTo);
  return {
    subject: subject.replaceAll("\n", ", "),
    fingerprint256,
    validTo: new Date(endsAt).toISOString(),
    daysLeft: Math.floor((endsAt - nowMs) / DAY_MS),
  };
}
