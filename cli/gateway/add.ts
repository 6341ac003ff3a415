/** `ccgw gateway add NAME`: where a site is, and whom to trust there. Shows the certificates of the gateway before one of them is pinned. */
import { GatewaySite } from "../../lib/gateway/site.ts";
import { Name } from "../../lib/transfer/target.ts";
import { assertValid, createAsker } from "../asker.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { CommandError } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
import type { Report } from "../report.ts";
import { assertFree, type Document, type SecretBook } from "../secret-book.ts";
import { readTextFile } from "../text-file.ts";
import { describeCertificate } from "./certificate.ts";
import { chooseTrust, type Trust } from "./trust.ts";

export const AUTH_MODES = [
  { value: "2", label: "2, the vendor's default: the Guid changes every minute" },
  { value: "1", label: "1: the Guid stays" },
  { value: "unknown", label: "not known" },
] as const;

export function createGatewayAdd() {
  return createCommand("add", "a CC-Gateway site, by what it shows of itself")
    .argument("<name>", "of the gateway, as agents and connections are to call it")
    .option("--url <address>", "https://host:port of the gateway, or of the NSLB in a cluster")
    .option("--server-name <name>", "the name in its certificate, for a site that is addressed by its IP")
    .option("--pin <sha256>", "trust this one of the certificates that it shows, and nothing else")
    .option("--ca <file>", "trust the certificate of its authority in this PEM file, and nothing else")
    .option("--auth-mode <mode>", "the site's AUTHMODE: 1, 2 or unknown")
    .option("--no-contact", "do not connect to it: for one that only the stack's network reaches")
    .option("--dry-run", "say what would be written")
    .action((name, options) =>
      answerFromBook(options, async (book, _place, { prompter }) => {
        const ca = await readTextFile("--ca", options.ca);
        return addGateway(book, { ...options, name, ca, nowMs: Date.now() }, prompter);
      }),
    );
}

export interface SiteWanted {
  readonly name: string;
  readonly url?: string | undefined;
  readonly serverName?: string | undefined;
  readonly pin?: string | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly authMode?: string | undefined;
  readonly contact: boolean;
  readonly nowMs: number;
}

export interface GatewayWanted extends SiteWanted {
  readonly dryRun?: true | undefined;
}

export async function addGateway(book: SecretBook, wanted: GatewayWanted, prompter: Prompter | undefined): Promise<Report> {
  const { name, serverName, pin, ca, contact, dryRun, nowMs } = wanted;
  assertValid(name, { flag: "The name", schema: Name });
  if (pin !== undefined && (ca !== undefined || !contact))
    throw new CommandError("--pin is of what the gateway shows: not with --ca or --no-contact.");
  await assertFree(book, "gateways", name);
  const asker = createAsker(prompter);
  const { shape } = GatewaySite;
  const url = await asker.text({
    flag: "--url",
    given: wanted.url,
    message: "Where is it (https://host:port)?",
    initial: "https://",
    schema: shape.url,
  });
  if (ca !== undefined) assertValid(ca, { flag: "--ca", schema: shape.ca });
  const trust: Trust = contact
    ? await chooseTrust({ url, serverName, pin, ca }, { asker, prompter, nowMs })
    : { tlsServerName: serverName, ca, chain: [] };
  const authMode = await chooseAuthMode();

  const document: Document = {
    schemaVersion: 1,
    url,
    ...(trust.ca !== undefined && { ca: trust.ca }),
    ...(trust.tlsServerName !== undefined && { tlsServerName: trust.tlsServerName }),
    ...(authMode !== undefined && { authMode }),
  };
  // A dry run, too, refuses what would be.
  await book.parse("gateways", name, document);
  if (dryRun !== true) await book.create("gateways", name, document);
  const written = dryRun !== true;
  return {
    json: { name, written, document, chain: trust.chain },
    lines: [
      // Whoever was asked has seen it.
      ...(trust.chain.length === 0 || prompter !== undefined ? [] : ["The gateway shows:", ...trust.chain.flatMap(describeCertificate)]),
      `Trusted there: ${trust.ca === undefined ? "public authorities" : "the certificate that the document has, and nothing else"}.${contact ? "" : " Not tried."}`,
      ...(written
        ? [`Added: gateway ${name}. Next, who is signed in there: ccgw agent add ${name}/ID`]
        : [JSON.stringify(document, undefined, 2), "Nothing was written."]),
    ],
  };

  async function chooseAuthMode(): Promise<1 | 2 | undefined> {
    if (wanted.authMode === undefined && prompter === undefined) return undefined;
    const mode = await asker.choose({ flag: "--auth-mode", given: wanted.authMode, message: "Its AUTHMODE?", choices: AUTH_MODES });
    return mode === "unknown" ? undefined : mode === "1" ? 1 : 2;
  }
}
