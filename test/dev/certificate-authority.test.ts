/** Node's own TLS client decides what these certificates are worth. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CertificateRequest, createCertificateAuthority } from "../../dev/certificate-authority.ts";

const DAY_MS = 86_400_000;
const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS);

async function handshake(served: { keyPem: string; certPem: string }, caPem: string, host: string): Promise<string> {
  const server = createServer({ key: served.keyPem, cert: served.certPem }, (socket) => socket.on("error", () => {}));
  server.on("tlsClientError", () => {});
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const name = host === "127.0.0.1" ? {} : { servername: host };
  const socket = connect({ host: "127.0.0.1", port: address.port, ca: caPem, ...name });
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.once("secureConnect", () => resolve("trusted"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe("a certificate authority", () => {
  it.each<[string, CertificateRequest, string, string]>([
    ["the right name", { hosts: ["localhost", "127.0.0.1"] }, "localhost", "trusted"],
    ["the right address", { hosts: ["localhost", "127.0.0.1"] }, "127.0.0.1", "trusted"],
    ["a second name", { hosts: ["a.example", "b.example"] }, "b.example", "trusted"],
    ["another name", { hosts: ["localhost", "127.0.0.1"] }, "gateway.example", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["an address that is not named", { hosts: ["localhost"] }, "127.0.0.1", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["an expired one", { hosts: ["localhost"], notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) }, "localhost", "CERT_HAS_EXPIRED"],
    ["one of tomorrow", { hosts: ["localhost"], notBefore: daysFromNow(1), notAfter: daysFromNow(2) }, "localhost", "CERT_NOT_YET_VALID"],
  ])("issues a certificate that a client judges rightly: %s", async (_, request, host, outcome) => {
    const authority = await createCertificateAuthority();
    expect(await handshake(await authority.issue(request), authority.caPem, host)).toBe(outcome);
  });

  it("is not trusted by who trusts another one, even of the same name", async () => {
    const authority = await createCertificateAuthority({ name: "one" });
    const stranger = await createCertificateAuthority({ name: "one" });
    const issued = await authority.issue({ hosts: ["localhost"] });
    expect(await handshake(issued, stranger.caPem, "localhost")).toMatch(/^(CERT_SIGNATURE_FAILURE|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/);
  });

  it("is a CA, and what it issues is none", async () => {
    const authority = await createCertificateAuthority({ name: "the name" });
    const ca = new X509Certificate(authority.caPem);
    const leaf = new X509Certificate((await authority.issue({ hosts: ["localhost"] })).certPem);
    expect(ca.ca).toBe(true);
    expect(ca.subject).toBe("CN=the name");
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
  });
});
