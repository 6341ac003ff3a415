/**
 * Whom to trust at a gateway: public authorities, where they vouch for it, a certificate of the chain that it shows, by the fingerprint that whoever runs it has
 * read out, or the certificate of its authority in a file. What is chosen is tried by a handshake that verifies, as the functions do.
 */
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { GatewaySite } from "../../lib/gateway/site.ts";
import type { Asker } from "../asker.ts";
import { CommandError } from "../problem.ts";
import { withProgress } from "../progress.ts";
import type { Prompter } from "../prompter.ts";
import { describeCertificate, type ShownCertificate, toShownCertificate } from "./certificate.ts";
import { type Presented, readPresented } from "./handshake.ts";

/** The certificate's name is another than the one that is looked for. */
const OTHER_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";
/** OpenSSL's own, of a chain whose end is not there, or not an authority. */
const NO_AUTHORITY: readonly string[] = [
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];
const PUBLIC = "public authorities, who vouch for it";

export interface TrustWanted {
  readonly url: string;
  readonly serverName: string | undefined;
  /** A fingerprint. */
  readonly pin: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
}

export interface Trust {
  readonly tlsServerName: string | undefined;
  /** PEM; undefined for public authorities. */
  readonly ca: string | undefined;
  /** What the gateway showed. */
  readonly chain: readonly ShownCertificate[];
}

export interface Asking {
  readonly asker: Asker;
  readonly prompter: Prompter | undefined;
  readonly nowMs: number;
}

/** Throws a `CommandError` where nothing that is trusted proves the gateway. */
export async function chooseTrust({ url, serverName, pin, ca: given }: TrustWanted, { asker, prompter, nowMs }: Asking): Promise<Trust> {
  const presented = await shake(url, readPresented({ url, tlsServerName: serverName }));
  const chain = presented.chain.map((certificate) => toShownCertificate(certificate, nowMs));
  const found = chain.flatMap(describeCertificate);
  const facts = { presented: chain.map(toPresented) };
  prompter?.show("The gateway shows", [
    ...found,
    presented.problem === undefined ? "Public authorities vouch for it." : "No public authority vouches for it.",
  ]);

  const tlsServerName = await chooseName(presented.chain[0], { url, given: serverName, asker });
  // Under another name, public authorities may vouch for it.
  const problem = tlsServerName === serverName ? presented.problem : (await shake(url, readPresented({ url, tlsServerName }))).problem;
  const ca = given ?? (await choosePin(presented, { pin, isVouched: problem === undefined, found, facts, prompter }));
  const { problem: refused } = await shake(url, readPresented({ url, tlsServerName, ca }));
  if (refused !== undefined) throw new CommandError(toWords(refused, presented.chain), { facts });
  return { tlsServerName, ca, chain };
}

interface Naming {
  readonly url: string;
  readonly given: string | undefined;
  readonly asker: Asker;
}

/** The name to look for in its certificate, where that is not the host: sites on premise are often addressed by their IP. */
async function chooseName(certificate: X509Certificate | undefined, { url, given, asker }: Naming): Promise<string | undefined> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const isNamed = isIP(host) === 0 ? certificate?.checkHost(host) : certificate?.checkIP(host);
  if (given !== undefined || isNamed !== undefined) return given;
  const names = namesOf(certificate);
  const message = `The certificate is not for ${host}, but for ${names.join(", ") || "no name"}. By which name is it to be checked?`;
  return asker.text({
    flag: "--server-name",
    given,
    message,
    initial: names.find((name) => isIP(name) === 0),
    schema: GatewaySite.shape.tlsServerName.unwrap(),
  });
}

interface Pinning {
  readonly pin: string | undefined;
  readonly isVouched: boolean;
  readonly found: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly prompter: Prompter | undefined;
}

/** PEM; undefined for public authorities. */
async function choosePin({ chain }: Presented, { pin, isVouched, found, facts, prompter }: Pinning): Promise<string | undefined> {
  if (pin !== undefined) {
    const pinned = chain.find(({ fingerprint256 }) => bare(fingerprint256) === bare(pin));
    if (pinned === undefined)
      throw new CommandError(["--pin is not the fingerprint of a certificate that the gateway shows. It shows:", ...found].join("\n"), {
        facts,
      });
    return pinned.toString();
  }
  if (prompter === undefined) {
    if (isVouched) return undefined;
    const words =
      "No public authority vouches for this gateway. Ask whoever runs it for the fingerprint of its authority, and give that as --pin. It shows:";
    throw new CommandError([words, ...found].join("\n"), { facts });
  }
  // Its authority, the last one, changes least often.
  const pins = chain
    .toReversed()
    .map(({ fingerprint256, subject }) => ({ value: fingerprint256, label: `${subject.replaceAll("\n", ", ")}, alone` }));
  const chosen = await prompter.choose("Trust there", [...(isVouched ? [{ value: "", label: PUBLIC }] : []), ...pins]);
  const pinned = chain.find(({ fingerprint256 }) => fingerprint256 === chosen);
  if (pinned === undefined) return undefined;
  const isRead = await prompter.confirm(`Is this the fingerprint that whoever runs the gateway has read to you?\n${chosen}`);
  if (!isRead)
    throw new CommandError(
      "Nothing was written: ask whoever runs the gateway for the fingerprint first. Who stands between shows another.",
    );
  return pinned.toString();
}

/** As programs compare it. */
function toPresented({ subject, issuer, fingerprint256, validTo }: ShownCertificate) {
  return { subject, issuer, sha256: fingerprint256, until: validTo };
}

function toWords(code: string, chain: readonly X509Certificate[]): string {
  if (code === OTHER_NAME)
    return `The gateway's certificate is for ${namesOf(chain[0]).join(", ") || "no name"}: give one of these names as --server-name.`;
  const last = chain.at(-1);
  if (NO_AUTHORITY.includes(code) && last !== undefined && last.subject !== last.issuer)
    return `The gateway does not show its authority's own certificate. Ask for that of ${last.issuer.replaceAll("\n", ", ")}, and give it as --ca FILE.`;
  return `What is trusted so does not prove the gateway (${code}). Nothing was written.`;
}

/** Subject alternative names, DNS and IP. */
function namesOf(certificate: X509Certificate | undefined): readonly string[] {
  return [...(certificate?.subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = ""]) => name);
}

function bare(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

function shake<Found>(url: string, handshake: Promise<Found>): Promise<Found> {
  return withProgress(`Connecting to ${url}`, handshake);
}
