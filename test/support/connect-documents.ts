/** The documents for whoever connects a caller, by their paths from the root of the repository, and the samples that they speak of. Asserts nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findDemo } from "../../dev/demos.ts";
import { SOURCES } from "../../lib/sources/all.ts";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const PAGES = readdirSync(join(ROOT, "docs/connect")).map((name) => `docs/connect/${name}`);
export const DOCUMENTS = [...PAGES, "docs/answers.md", "docs/add-a-source.md", "docs/call-id.md", "docs/handoff-status.md"];
export const IDS = SOURCES.map(({ id }) => id);

/** What the proof of a sample says, which its source holds against the body. */
export const PROOF = {
  claims: {
    serviceurl: "https://europe.directline.botframework.com/",
    channels: ["directline"],
    organizations: ["00D5g00000ABCDeEAH", "00D000000000001"],
  },
};

export function read(document: string): string {
  return readFileSync(join(ROOT, document), "utf8");
}

export function pageOf(id: string): string {
  return `docs/connect/${id}.md`;
}

/** The blocks of code of that language: of all of it, or under one heading. */
export function blocksOf(document: string, language: string, heading?: string): string[] {
  const text = heading === undefined ? read(document) : (read(document).split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "");
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, found, text = ""]) => (found === language ? [text] : []));
}

/** As they stand there: no connection may keep the secret. */
export function connectionsAsWritten(document: string): unknown[] {
  return blocksOf(document, "json").flatMap((text) => (text.includes('"schemaVersion"') ? [JSON.parse(text)] : []));
}

/** With a secret in the place of the one to be changed. */
export function connectionsIn(document: string): unknown[] {
  return connectionsAsWritten(document).map((connection): unknown => JSON.parse(withSecret(JSON.stringify(connection))));
}

export function withSecret(text: string): string {
  const ofSender = `whsec_${Buffer.from("a-secret-of-one-sender").toString("base64")}`;
  return text.replaceAll("CHANGE-ME", "changed").replaceAll(/whsec_[\w+/=]+/g, ofSender);
}

/** The sample of this source, or a variant of it that the table of answers names. */
export function toWebhook(id: string, variant?: string): Parameters<ConfiguredConnection["open"]>[0] {
  const demo = findDemo(id);
  if (demo === undefined) throw new Error(`no demo of ${id}`);
  const sample = read(variant === "(an array)" ? "test/fixtures/hubspot/objects.json" : demo.sample);
  const body = Buffer.from(variant === "(other activities)" ? sample.replace('"expectReplies"', '"normal"') : sample);
  const headers = { "content-type": demo.contentType };
  return {
    method: "POST",
    url: "https://any",
    query: new URLSearchParams(),
    headers,
    body,
    receivedAt: new Date("2026-11-23T07:00:00.000Z"),
  };
}
