/** The certificates of the simulated gateway: the right one, and those that a fault presents. */
import { createSecureContext } from "node:tls";
import { createCertificateAuthority } from "../certificate-authority.ts";
import type { CertificateKind } from "./connections.ts";

const DAY_MS = 86_400_000;

export async function createSecureContexts(hosts: readonly string[]) {
  const ca = await createCertificateAuthority({ name: "CC-Gateway simulator CA" });
  const otherCa = await createCertificateAuthority({ name: "CC-Gateway simulator, another CA" });
  const yesterday = { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) };
  const issued = {
    right: await ca.issue({ hosts }),
    expired: await ca.issue({ hosts, ...yesterday }),
    "wrong-host": await ca.issue({ hosts: ["gateway.invalid"] }),
    "unknown-ca": await otherCa.issue({ hosts }),
  } satisfies Record<CertificateKind, unknown>;
  const toContext = ({ keyPem, certPem }: { keyPem: string; certPem: string }) => createSecureContext({ key: keyPem, cert: certPem });
  const contexts = {
    right: toContext(issued.right),
    expired: toContext(issued.expired),
    "wrong-host": toContext(issued["wrong-host"]),
    "unknown-ca": toContext(issued["unknown-ca"]),
  };
  return { caPem: ca.caPem, contexts };
}
