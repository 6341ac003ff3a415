/**
 * How the administrator of a caller tries its connection from a shell, moving nobody: a dry run by curl, signed by openssl where the caller signs. The secret is
 * read into a variable and stands nowhere; curl has it by its standard input, for the arguments of a process can be read by all on its machine. No line is given that
 * might transfer somebody.
 */
import * as z from "zod";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { VENDORS } from "../../lib/verification/hmac.ts";
import type { Caller } from "./caller.ts";

const SECRET = "$CCGW_SECRET";
/** openssl takes the key of an HMAC nowhere else. */
const IN_ARGUMENTS = /-hmac |-macopt /;
const SEEN_BY_OTHERS =
  "While openssl signs, its arguments have the secret, and whoever else is on the machine can read them: do it on one of your own.";
const TIMES = {
  s: "$(date +%s)",
  ms: '"$(date +%s)000"',
  iso8601: "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
} as const;

interface Trying {
  readonly url: string;
  readonly connection: ConfiguredConnection;
  readonly caller: Caller;
}

/** As Markdown, with fenced blocks: indented ones would not be taken as they are. */
export function toTrial({ url, connection, caller }: Trying): readonly string[] {
  const { demo, verification, sample } = caller;
  const isInAddress = demo.dryRun === true && isAddressProven(verification);
  const body = isInAddress ? sample : withDryRun(sample);
  const isDry = isInAddress || connection.settings.test || (body !== sample && connection.settings.mapping === undefined);
  if (!isDry)
    return [
      "This connection's mapping says what its bodies mean: only it can ask for a dry run (`dryRun`: true). A connection with `test` makes one of every delivery.",
    ];
  const file = `ccgw-sample.${sample.startsWith("<") ? "xml" : "json"}`;
  const sending = toSending(verification, { url: `${url}${isInAddress ? "?dryRun" : ""}`, file, contentType: demo.contentType });
  if (sending === undefined) return ["Its proof is made by its vendor alone: no shell can try it. The log tells of the first webhook."];
  return [
    `In bash or zsh, with curl${sending.some((line) => line.includes("openssl")) ? " and openssl" : ""}. First, and by itself, this line, and then the secret, which is not shown:`,
    "",
    ...fence(["read -rs CCGW_SECRET"]),
    "",
    ...(sending.some((line) => IN_ARGUMENTS.test(line)) ? [SEEN_BY_OTHERS, ""] : []),
    "Then these, which ask for a dry run: all is checked, nobody is moved, and the gateway is not asked. Any call id will do.",
    "",
    ...fence([`cat > ${file} <<'END'`, ...body.split("\n"), "END", ...sending]),
    "",
    "The answer has `dryRun`: true, or a bot's `ccgw_state` `dry-run`; a SOAP message is acknowledged. 401: another secret, or a clock that is minutes off. 422: `errors` say what.",
  ];
}

/** What is in the address is read where the proof covers it. */
function isAddressProven({ scheme, signed = "" }: Caller["verification"]): boolean {
  return scheme === "shared-secret" || (scheme === "hmac" && String(signed).includes("{url}"));
}

/** Asked for beside the call, as each of the samples names it; the same text where there is no such place. */
function withDryRun(sample: string): string {
  return sample
    .replace(/^( *)(?="callId": ")/m, '$1"dryRun": true,\n$1')
    .replace(/^( *)(?="ccgw_call_id": ")/m, '$1"ccgw_dry_run": "true",\n$1')
    .replace(/^( *)(?="ccgw_call_id": \{\s*"value": ")/m, '$1"ccgw_dry_run": { "value": "true" },\n$1')
    .replaceAll(/^( *)(?=\{\s*"key": "new_ccgw_call_id")/gm, '$1{ "key": "new_ccgw_dry_run", "value": true },\n$1')
    .replaceAll(/^( *)(?=<sf:ccgw_call_id__c>)/gm, "$1<sf:ccgw_dry_run__c>true</sf:ccgw_dry_run__c>\n$1");
}

interface Sending {
  readonly url: string;
  readonly file: string;
  readonly contentType: string;
}

function toSending(verification: Caller["verification"], sending: Sending): readonly string[] | undefined {
  const { scheme } = verification;
  if (scheme === "shared-secret") return [sendSecret(verification, sending)];
  if (scheme === "standard-webhooks") return signWithStandard(sending);
  const profile = scheme === "hmac" ? verification : Object.entries(VENDORS).find(([id]) => id === scheme)?.[1];
  return profile === undefined ? undefined : sign(profile, sending);
}

/** `printf` is the shell's own, and no process. */
function sendSecret({ in: places, header, parameter = "key", username = "ccgw" }: Caller["verification"], sending: Sending): string {
  const [place] = Array.isArray(places) ? places : [];
  const { url } = sending;
  if (place === "query") {
    const address = `${url}${url.includes("?") ? "&" : "?"}${parameter}=`;
    // Both are escapes in a file of curl's.
    const escaped = `$(printf %s "${SECRET}" | sed 's/[\\"]/\\\\&/g')`;
    return `printf 'url = "%s%s"\\n' '${address}' "${escaped}" | ${toCurl(sending, "-K -")}`;
  }
  const basic = `$(printf '%s:%s' '${String(username).replaceAll("'", String.raw`'\''`)}' "${SECRET}" | openssl base64 -A)`;
  const [name, value] =
    place === "api-key"
      ? ["x-api-key", SECRET]
      : place === "basic"
        ? ["authorization", `Basic ${basic}`]
        : place === "header"
          ? [String(header), SECRET]
          : ["authorization", `Bearer ${SECRET}`];
  return `printf '%s: %s\\n' '${name}' "${value}" | ${toCurl(sending, `"${url}"`, "-H @-")}`;
}

function toCurl({ contentType, file }: Sending, ...parts: readonly string[]): string {
  return ["curl -s -w '\\n'", ...parts, `-H 'content-type: ${contentType}'`, `--data-binary @${file}`].join(" ");
}

/** A row of lib/verification/hmac.ts, or what a connection has of one. */
const Profile = z.looseObject({
  header: z.string(),
  algorithm: z.string().default("sha256"),
  encoding: z.string().default("hex"),
  prefix: z.string().default(""),
  signed: z.string().default("{body}"),
  timestamp: z.object({ header: z.string(), unit: z.enum(["s", "ms", "iso8601"]) }).optional(),
  plainHash: z.boolean().default(false),
  version: z.object({ header: z.string(), value: z.string() }).optional(),
});

function sign(profile: unknown, sending: Sending): readonly string[] {
  const { header, algorithm, encoding, prefix, signed, timestamp, plainHash, version } = Profile.parse(profile);
  const digest = `openssl dgst -${algorithm}${plainHash ? "" : ` -hmac "${SECRET}"`}`;
  const text = toSigned(`${plainHash ? "{secret}" : ""}${signed}`, sending.file);
  const signature = encoding === "hex" ? `${digest} -r | cut -d ' ' -f 1` : `${digest} -binary | openssl base64 -A`;
  const headers = [
    ...(timestamp === undefined ? [] : [`-H "${timestamp.header}: $CCGW_TIME"`]),
    ...(version === undefined ? [] : [`-H "${version.header}: ${version.value}"`]),
    `-H "${header}: ${prefix}$CCGW_SIGNATURE"`,
  ];
  return [
    `CCGW_URL='${sending.url}'`,
    ...(timestamp === undefined ? [] : [`CCGW_TIME=${TIMES[timestamp.unit]}`]),
    `CCGW_SIGNATURE=$(${text} | ${signature})`,
    toCurl(sending, '"$CCGW_URL"', ...headers),
  ];
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Symmetric signatures" */
function signWithStandard(sending: Sending): readonly string[] {
  return [
    `CCGW_URL='${sending.url}'`,
    "CCGW_ID=msg_$(openssl rand -hex 12)",
    `CCGW_TIME=${TIMES.s}`,
    `CCGW_KEY=$(printf %s "\${CCGW_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')`,
    `CCGW_SIGNATURE=$({ printf %s "$CCGW_ID.$CCGW_TIME."; cat ${sending.file}; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$CCGW_KEY" -binary | openssl base64 -A)`,
    toCurl(
      sending,
      '"$CCGW_URL"',
      '-H "webhook-id: $CCGW_ID"',
      '-H "webhook-timestamp: $CCGW_TIME"',
      '-H "webhook-signature: v1,$CCGW_SIGNATURE"',
    ),
  ];
}

/** What prints the parts of what is signed, in their order. */
function toSigned(signed: string, file: string): string {
  const parts: Readonly<Record<string, string>> = {
    secret: `\${CCGW_SECRET}`,
    method: "POST",
    url: `\${CCGW_URL}`,
    timestamp: `\${CCGW_TIME}`,
  };
  const prints = signed
    .split("{body}")
    .map((text) => text.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 1 ? parts[part] : part.replaceAll(/["$\\`]/g, "\\$&"))))
    .map((texts) => (texts.join("") === "" ? "" : `printf %s "${texts.join("")}"; `));
  return prints.every((print) => print === "") ? `cat ${file}` : `{ ${prints.join(`cat ${file}; `)}}`;
}

function fence(lines: readonly string[]): readonly string[] {
  return ["```sh", ...lines, "```"];
}
