/** `ccgw gateway add` and `gateway set`: what a gateway shows of itself is seen before it is trusted, and what is trusted is tried as the functions would. */
import { createHash, X509Certificate } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { addGateway, type GatewayWanted } from "../../cli/gateway/add.ts";
import { type GatewayChange, setGateway } from "../../cli/gateway/set.ts";
import { authoritiesOf } from "../../cli/gateway/show.ts";
import type { Prompter } from "../../cli/prompter.ts";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import { type CertificateAuthority, createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { createScriptedPrompter } from "../support/scripted-prompter.ts";
import { runCcgw } from "../support/send-process.ts";

const NOW_MS = Date.now();

let secrets: SecretsManagerEmulator;
let book: SecretBook;
let authority: CertificateAuthority;
beforeAll(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  book = openSecretBook(await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port }));
  authority = await createCertificateAuthority({ name: "The site's own CA" });
});
afterAll(async () => {
  book.close();
  await secrets.stop();
  vi.unstubAllEnvs();
});

let made = 0;
const wanted = (given: Partial<GatewayWanted>): GatewayWanted => ({ name: `site-${made++}`, contact: true, nowMs: NOW_MS, ...given });
const fingerprintOf = (pem: string) => new X509Certificate(pem).fingerprint256;
const documentOf = async (name: string) => (await book.read("gateways", name))?.document;

interface Shown {
  readonly hosts?: readonly string[];
  readonly withAuthority?: boolean;
}

/** Keeps each byte that it is sent. */
async function startSite({ hosts = ["127.0.0.1"], withAuthority = true }: Shown = {}) {
  const { keyPem, certPem } = await authority.issue({ hosts });
  const sent: Buffer[] = [];
  const server: Server = createServer({ key: keyPem, cert: withAuthority ? `${certPem}\n${authority.caPem}` : certPem }, (socket) => {
    socket.on("data", (bytes: Buffer) => sent.push(bytes));
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, certPem, sent };
}

describe("ccgw gateway add, as a script runs it", () => {
  it("refuses a gateway that nobody vouches for, and shows its chain", async () => {
    const { url, certPem } = await startSite();
    const site = wanted({ url });
    const refused = addGateway(book, site, undefined);
    await expect(refused).rejects.toThrow(/No public authority vouches for this gateway.*--pin/);
    for (const pem of [certPem, authority.caPem]) await expect(refused).rejects.toThrow(`SHA-256 ${fingerprintOf(pem)}`);
    const until = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    const issuer = "CN=The site's own CA";
    await expect(refused).rejects.toMatchObject({
      facts: {
        presented: [
          { subject: "CN=Local development server", issuer, sha256: fingerprintOf(certPem), until },
          { subject: issuer, issuer, sha256: fingerprintOf(authority.caPem), until },
        ],
      },
    });
    expect(await documentOf(site.name)).toBeUndefined();
  });

  it("pins the certificate whose fingerprint it is given, however that is written", async () => {
    const { url, sent } = await startSite();
    const pin = fingerprintOf(authority.caPem).replaceAll(":", "").toLowerCase();
    const site = wanted({ url, pin, authMode: "1" });
    const { json } = await addGateway(book, site, undefined);
    expect(json).toMatchObject({ written: true, chain: [{ subject: "CN=Local development server" }, { subject: "CN=The site's own CA" }] });
    const { ca, ...document } = (await documentOf(site.name)) ?? {};
    expect(document).toEqual({ schemaVersion: 1, url, authMode: 1 });
    expect(fingerprintOf(String(ca))).toBe(fingerprintOf(authority.caPem));
    expect(sent).toEqual([]);
  });

  it("refuses a fingerprint that is of none of them", async () => {
    const { url } = await startSite();
    const pin = createHash("sha256").update("another").digest("hex");
    await expect(addGateway(book, wanted({ url, pin }), undefined)).rejects.toThrow(
      /--pin is not the fingerprint .* It shows:\n {2}CN=Local/,
    );
  });

  it("says whose certificate to ask for where the gateway does not show its authority's", async () => {
    const { url, certPem } = await startSite({ withAuthority: false });
    const refused = addGateway(book, wanted({ url, pin: fingerprintOf(certPem) }), undefined);
    await expect(refused).rejects.toThrow("Ask for that of CN=The site's own CA, and give it as --ca FILE");
    const site = wanted({ url, ca: authority.caPem });
    await addGateway(book, site, undefined);
    expect(await documentOf(site.name)).toEqual({ schemaVersion: 1, url, ca: authority.caPem });
  });

  it("refuses an authority that did not sign it", async () => {
    const { url } = await startSite();
    const { caPem: ca } = await createCertificateAuthority({ name: "Another CA" });
    await expect(addGateway(book, wanted({ url, ca }), undefined)).rejects.toThrow(/does not prove the gateway \([A-Z_]+\)/);
  });

  it("wants the name of a certificate that is not for the host, and checks it", async () => {
    const { url } = await startSite({ hosts: ["cc.example.com"] });
    const pin = fingerprintOf(authority.caPem);
    await expect(addGateway(book, wanted({ url, pin }), undefined)).rejects.toThrow(
      /--server-name must be given\. The certificate is not for 127.0.0.1, but for cc.example.com/,
    );
    await expect(addGateway(book, wanted({ url, pin, serverName: "other.example.com" }), undefined)).rejects.toThrow(
      "is for cc.example.com: give one of these names as --server-name",
    );
    const site = wanted({ url, pin, serverName: "cc.example.com" });
    await addGateway(book, site, undefined);
    expect(await documentOf(site.name)).toMatchObject({ tlsServerName: "cc.example.com" });
  });

  it("writes nothing in a dry run, and says what it would write", async () => {
    const { url } = await startSite();
    const site = wanted({ url, ca: authority.caPem, dryRun: true });
    const { json, lines } = await addGateway(book, site, undefined);
    expect(json).toMatchObject({ written: false, document: { url } });
    expect(lines.at(-1)).toBe("Nothing was written.");
    expect(await documentOf(site.name)).toBeUndefined();
  });

  it("adds one that it cannot reach only where it is told not to try", async () => {
    const { url } = await startSite();
    const nowhere = "https://127.0.0.1:1";
    await expect(addGateway(book, wanted({ url: nowhere }), undefined)).rejects.toThrow(
      /No TLS handshake with 127.0.0.1:1 .*ECONNREFUSED.*--no-contact/,
    );
    const site = wanted({ url: nowhere, contact: false, ca: authority.caPem });
    expect((await addGateway(book, site, undefined)).lines[0]).toContain("Not tried.");
    await expect(addGateway(book, { ...site, url }, undefined)).rejects.toThrow(`There is a gateway ${site.name} already.`);
  });

  it.each([
    ["no url", {}, "--url must be given"],
    ["what is no https", { url: "http://127.0.0.1" }, "--url must be an https URL"],
    ["what is no name", { url: "https://127.0.0.1", name: "A b" }, "The name must match"],
    ["what is no certificate", { url: "https://127.0.0.1", ca: "none" }, "--ca must be one PEM certificate"],
    ["a pin beside a certificate", { url: "https://127.0.0.1", ca: "none", pin: "00" }, "--pin is of what the gateway shows"],
  ])("refuses %s by the name of the flag", async (_what, given, words) => {
    await expect(addGateway(book, wanted(given), undefined)).rejects.toThrow(words);
  });

  it("is a command that ends with 2 where something is missing", async () => {
    const { code, output } = await runCcgw(["gateway", "add", "main"], { SECRETS_MANAGER_PORT: new URL(secrets.url).port });
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining("--url must be given") });
  });
});

describe("ccgw gateway add, at a terminal", () => {
  it("shows the chain, and pins what is chosen once its fingerprint was read out", async () => {
    const { url } = await startSite({ hosts: ["cc.example.com"] });
    const pin = fingerprintOf(authority.caPem);
    const prompter = createScriptedPrompter(url, "cc.example.com", pin, true, "2");
    const site = wanted({});
    await addGateway(book, site, prompter);
    expect(prompter.shown).toContain(`    SHA-256 ${pin}`);
    expect(prompter.shown.at(-1)).toBe("No public authority vouches for it.");
    expect(await documentOf(site.name)).toMatchObject({ url, tlsServerName: "cc.example.com", authMode: 2 });
  });

  it("pins nothing whose fingerprint nobody has read out", async () => {
    const { url } = await startSite();
    const site = wanted({ url });
    const refused = addGateway(book, site, createScriptedPrompter(fingerprintOf(authority.caPem), false));
    await expect(refused).rejects.toThrow("Nothing was written: ask whoever runs the gateway for the fingerprint first.");
    expect(await documentOf(site.name)).toBeUndefined();
  });
});

describe("ccgw gateway set, where whom to trust changes", () => {
  const change = (name: string, given: Partial<GatewayChange>, prompter?: Prompter) =>
    setGateway(book, { name, contact: true, nowMs: NOW_MS, ...given }, prompter);
  async function addSite({ withCa = authority.caPem }: { readonly withCa?: string } = {}) {
    const { url } = await startSite();
    const site = wanted({ url, ca: withCa });
    await addGateway(book, site, undefined);
    return { ...site, url };
  }
  const fingerprintsIn = async (name: string) => authoritiesOf(await book.parse("gateways", name, (await documentOf(name)) ?? {}), NOW_MS);

  it("trusts a new authority beside the old, before the gateway has changed over, and the new one alone after that", async () => {
    const { name } = await addSite();
    const next = await createCertificateAuthority({ name: "The next CA" });
    await expect(change(name, { ca: next.caPem })).rejects.toThrow(/does not prove the gateway/);
    const { lines } = await change(name, { ca: next.caPem, beside: true });
    const both = [authority.caPem, next.caPem].map(fingerprintOf);
    expect((await fingerprintsIn(name)).map(({ fingerprint256 }) => fingerprint256)).toEqual(both);
    for (const fingerprint of both) expect(lines).toContain(`    SHA-256 ${fingerprint}`);
    await change(name, { pin: fingerprintOf(authority.caPem) });
    expect((await fingerprintsIn(name)).map(({ fingerprint256 }) => fingerprint256)).toEqual([fingerprintOf(authority.caPem)]);
  });

  it("tries a new address by what is trusted already, and writes none that it does not prove", async () => {
    const { name, url } = await addSite();
    const moved = await startSite();
    await change(name, { url: moved.url });
    expect(await documentOf(name)).toEqual({ schemaVersion: 1, url: moved.url, ca: authority.caPem });
    expect(moved.sent).toEqual([]);
    const named = await startSite({ hosts: ["cc.example.com"] });
    await expect(change(name, { url: named.url })).rejects.toThrow("--server-name must be given");
    await expect(change(name, { url: "https://127.0.0.1:1" })).rejects.toThrow("No TLS handshake");
    await change(name, { url: named.url, serverName: "cc.example.com" });
    await expect(change(name, { url, serverName: false })).rejects.toThrow(/--yes must be given.*\n.*url.*\n.*tlsServerName.*\(goes\)/);
    await change(name, { url, serverName: false, yes: true });
    expect(await documentOf(name)).toEqual({ schemaVersion: 1, url, ca: authority.caPem });
  });

  it("has whom to trust chosen anew at a terminal, and of a script only what public authorities vouch for", async () => {
    const { name } = await addSite();
    await expect(change(name, { trust: true })).rejects.toThrow(/No public authority vouches for this gateway.*--pin/);
    const prompter = createScriptedPrompter(fingerprintOf(authority.caPem), true);
    await change(name, { trust: true }, prompter);
    expect((await fingerprintsIn(name)).map(({ fingerprint256 }) => fingerprint256)).toEqual([fingerprintOf(authority.caPem)]);
    expect(prompter.shown).toContain("No public authority vouches for it.");
  });
});
