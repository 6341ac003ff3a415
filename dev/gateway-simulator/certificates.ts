/** The certificates of the simulated gateway: the right one, and those that a fault presents, which are made once one does. */
import { createSecureContext, type SecureContext } from "node:tls";
import { type CertificateAuthority, type CertificateRequest, createCertificateAuthority } from "../certificate-authority.ts";
import type { ConnectionFault } from "./faults.ts";

const DAY_MS = 86_400_000;
/** As long as any local stack runs. */
const VALID_DAYS = 30;

type CertificateProblem = Extract<ConnectionFault, { kind: "certificate" }>["problem"];

export interface Certificates {
  readonly caPem: string;
  readonly right: SecureContext;
  of(problem: CertificateProblem): Promise<SecureContext>;
}

export async function createCertificates(hosts: readonly string[]): Promise<Certificates> {
  const ca = await createCertificateAuthority({ name: "CC-Gateway simulator CA" });
  // Read now: by the time that a fault presents one, a test may have put the clock forward.
  const now = Date.now();
  const yesterday = { notBefore: new Date(now - 2 * DAY_MS), notAfter: new Date(now - DAY_MS) };
  const live = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + VALID_DAYS * DAY_MS) };
  const makers: Readonly<Record<CertificateProblem, () => Promise<SecureContext>>> = {
    expired: () => issueBy(ca, { hosts, ...yesterday }),
    "wrong-host": () => issueBy(ca, { hosts: ["gateway.invalid"], ...live }),
    "unknown-ca": async () => issueBy(await createCertificateAuthority({ name: "CC-Gateway simulator, another CA" }), { hosts, ...live }),
  };
  const made = new Map<CertificateProblem, Promise<SecureContext>>();

  return {
    caPem: ca.caPem,
    // With its authority's, so that there is one to pin.
    right: await issueBy(ca, { hosts }, ca.caPem),
    of(problem) {
      const context = made.get(problem) ?? makers[problem]();
      made.set(problem, context);
      return context;
    },
  };
}

async function issueBy(ca: CertificateAuthority, request: CertificateRequest, chain = ""): Promise<SecureContext> {
  const { keyPem, certPem } = await ca.issue(request);
  return createSecureContext({ key: keyPem, cert: `${certPem}\n${chain}` });
}
