/** `ccgw gateway set NAME`: changes what is given, and no more. Whom to trust there is shown and tried as when it is added. */
import type { GatewaySite } from "../../lib/gateway/site.ts";
import { createAsker } from "../asker.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { type Agreeing, writeEdit } from "../edit.ts";
import { assertWithout, parseObject } from "../json-flag.ts";
import { mergeFields } from "../merge-patch.ts";
import { CommandError } from "../problem.ts";
import type { Prompter } from "../prompter.ts";
import type { Report } from "../report.ts";
import type { Document, SecretBook } from "../secret-book.ts";
import { readTextFile } from "../text-file.ts";
import { AUTH_MODES, type SiteWanted } from "./add.ts";
import { describeTrusted } from "./show.ts";
import { chooseTrust } from "./trust.ts";

/** Have flags of their own. */
const OWN = ["schemaVersion", "url", "ca", "tlsServerName", "authMode"];

export function createGatewaySet() {
  return createCommand("set", "what is given of a site, and no more")
    .argument("<name>", "of the gateway")
    .option("--url <address>", "https://host:port of the gateway, or of the NSLB in a cluster")
    .option("--server-name <name>", "the name in its certificate, for a site that is addressed by its IP")
    .option("--no-server-name", "the host of its address again")
    .option("--pin <sha256>", "trust this one of the certificates that it shows, and nothing else")
    .option("--ca <file>", "trust the certificates in this PEM file, and nothing else")
    .option("--beside", "trust what is trusted already, too, until the gateway has changed over")
    .option("--trust", "choose anew whom to trust, by what it shows; a script: public authorities, where they vouch for it")
    .option("--auth-mode <mode>", "the site's AUTHMODE: 1, 2 or unknown")
    .option("--settings <json>", "what else the document has, as the README's table names it; null takes away (JSON Merge Patch)")
    .option("--no-contact", "do not connect to it: for one that only the stack's network reaches")
    .option("--dry-run", "say what would be changed")
    .option("--yes", "do not ask where something is taken away")
    .action((name, { settings, ...options }) =>
      answerFromBook(options, async (book, _place, { prompter }) => {
        const ca = await readTextFile("--ca", options.ca);
        return setGateway(book, { ...options, name, ca, settings: parseObject("--settings", settings), nowMs: Date.now() }, prompter);
      }),
    );
}

export interface GatewayChange extends Omit<SiteWanted, "serverName">, Agreeing {
  /** False takes it away. */
  readonly serverName?: string | boolean | undefined;
  readonly beside?: true | undefined;
  readonly trust?: true | undefined;
  readonly settings?: Document | undefined;
}

export async function setGateway(book: SecretBook, wanted: GatewayChange, prompter: Prompter | undefined): Promise<Report> {
  const { name, pin, ca, beside, contact, settings = {}, nowMs } = wanted;
  if (pin !== undefined && (ca !== undefined || !contact))
    throw new CommandError("--pin is of what the gateway shows: not with --ca or --no-contact.");
  if (beside === true && pin === undefined && ca === undefined) throw new CommandError("--beside goes with --pin or --ca.");
  if (wanted.trust === true && !contact) throw new CommandError("--trust is of what the gateway shows: not with --no-contact.");
  assertWithout("--settings", settings, OWN);
  const seen = await book.require("gateways", name);
  if (beside === true && seen.document.ca === undefined)
    throw new CommandError(
      `${name} trusts public authorities, and would trust what is given instead of them: nothing can be beside. Without --beside give --ca a file that has the authority of its present certificate, too, until the gateway has changed over.`,
    );
  const given: Document = {
    ...settings,
    ...(wanted.url !== undefined && { url: wanted.url }),
    ...(wanted.serverName !== undefined && { tlsServerName: wanted.serverName || null }),
    ...(await toAuthMode(wanted.authMode)),
    ...(ca !== undefined && { ca: withBefore(ca, beside, seen.document) }),
  };
  const changed = mergeFields(seen.document, given);
  const isTrusting = [wanted.url, wanted.serverName, pin, ca, wanted.trust].some((each) => each !== undefined);
  const document = isTrusting && contact ? await tryTrust(book, changed, wanted, prompter) : changed;
  const trusted = isTrusting ? describeTrusted(await book.parse("gateways", name, document), nowMs) : [];
  const lines = [...trusted, "It is in use within a minute."];
  return writeEdit(book, { folder: "gateways", name, seen, document, lines }, wanted, prompter);
}

/** What the functions would trust proves the gateway, or nothing is written. */
async function tryTrust(
  book: SecretBook,
  document: Document,
  { name, pin, beside, trust, nowMs }: GatewayChange,
  prompter: Prompter | undefined,
): Promise<Document> {
  const site = await book.parse("gateways", name, document);
  const isAnew = pin !== undefined || trust === true;
  const wanted = { url: site.url, serverName: site.tlsServerName, pin, ca: isAnew ? undefined : toPem(site) };
  const { tlsServerName, ca } = await chooseTrust(wanted, { asker: createAsker(prompter), prompter, nowMs });
  return mergeFields(document, {
    ...(tlsServerName !== undefined && { tlsServerName }),
    ...((isAnew || site.ca === undefined) && { ca: ca === undefined ? null : withBefore(ca, beside, document) }),
  });
}

/** Of one text or a list, as it is. */
function withBefore(pem: string, beside: true | undefined, { ca }: Document): unknown {
  if (beside !== true) return pem;
  return Array.isArray(ca) ? [...ca, pem] : `${String(ca).trimEnd()}\n${pem}`;
}

function toPem({ ca }: GatewaySite): string | undefined {
  return ca?.join("\n");
}

async function toAuthMode(given: string | undefined): Promise<Document> {
  if (given === undefined) return {};
  const mode = await createAsker(undefined).choose({ flag: "--auth-mode", given, message: "Its AUTHMODE?", choices: AUTH_MODES });
  return { authMode: mode === "unknown" ? null : Number(mode) };
}
