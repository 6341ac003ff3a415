/** The hand-over sheet: what the administrator of a caller has to enter there, and what the answers mean. */
import { signWithSharedSecret } from "../../dev/sign/shared-secret.ts";
import { FAILURES } from "../../lib/errors.ts";
import { MAX_BODY_BYTES } from "../../lib/http/request.ts";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { CALL_DATA_MAX_BYTES } from "../../lib/transfer/limits.ts";
import { hasAnyTarget } from "../../lib/transfer/permission.ts";
import type { Caller } from "./caller.ts";
import { readPage } from "./page.ts";
import { toTrial } from "./trial.ts";

/** As lib/verification/hmac.ts has them where a connection says nothing: who signs has to know them all the same. */
const HMAC_DEFAULTS = { algorithm: "sha256", encoding: "hex", signed: "{body}" };
/** How a repeat says that it is one, where the caller has to see to it. */
const DELIVERY_ID: Readonly<Record<string, string>> = {
  api: "`deliveryId`, or the header `Idempotency-Key`",
  generic: "`ccgw_delivery_id`, or the header `Idempotency-Key`",
  "salesforce-flow": "`deliveryId`",
};

const NO_TARGET =
  "**This connection has no target yet**: whatever is asked for, also by this sample, is answered with 403, `forbidden`. First whoever runs it has to allow one, and then gives its name.";

/** Stands for the secret where that is not to be seen. */
const NO_SECRET = "THE-SECRET";

export interface Sheet {
  readonly name: string;
  readonly publicBaseUrl: string;
  readonly connection: ConfiguredConnection;
  readonly caller: Caller;
  /** The name of the function that Lex invokes. */
  readonly lexFunction: string;
}

/** As Markdown. Whoever reads it has no repository: it names no file of one. */
export async function toSheet(sheet: Sheet, secret = NO_SECRET): Promise<string> {
  const { name, publicBaseUrl, connection, caller } = sheet;
  const { source } = connection;
  const url = `${publicBaseUrl}/v1/transfers/${name}`;
  const isSecret = secret === NO_SECRET ? [] : ["This file has a secret. Pass it on as one, and delete it.", ""];
  const request = caller.demo.isInvoked ? toInvocation(sheet) : await toRequest(sheet, secret);
  return [
    `# Connection ${name}, for whoever sets up its caller (${source.id})`,
    "",
    ...isSecret,
    ...request,
    "",
    "## A sample",
    "",
    ...indent(caller.sample.split("\n")),
    "",
    "Its call id is made up, and names no call: a real transfer needs the one of the session that is to be moved. Only the contact centre knows it: as `callid` in the",
    "events of the agent's workbench (AICCSupport.js) and of the gateway (`AgentEvent_Talking`), from where it has to get into the caller's record or conversation.",
    ...(hasAnyTarget(connection.settings) ? [] : ["", NO_TARGET]),
    "",
    ...(caller.demo.isInvoked ? [] : ["## Try it, moving nobody", "", ...toTrial({ url, connection, caller }), ""]),
    ...(await readPage(source.id, sheet)),
    "## What the answers mean",
    "",
    ...toAnswers(connection),
    "",
    "## Limits",
    "",
    ...toLimits(connection),
    "",
  ].join("\n");
}

async function toRequest({ name, publicBaseUrl, caller }: Sheet, secret: string): Promise<readonly string[]> {
  const { demo, verification, sample } = caller;
  const url = `${publicBaseUrl}/v1/transfers/${name}`;
  const plain = { url, headers: { "content-type": demo.contentType }, body: sample };
  if (verification.scheme !== "shared-secret")
    return [...indent([`POST ${url}`, `content-type: ${demo.contentType}`]), "", ...toSigning(verification, secret)];
  const [place, ...others] = Array.isArray(verification.in) ? verification.in.map(String) : [];
  const elsewhere =
    others.length === 0 ? [] : ["", `Instead, the secret may come ${others.map((other) => toPlace(other, verification)).join(", or ")}.`];
  const post = [`POST ${url}`, `content-type: ${demo.contentType}`];
  if (place === "basic")
    return [...indent(post), "", `With Basic authentication: the secret ${toPlace(place, verification)}: ${secret}`, ...elsewhere];
  const signed = await signWithSharedSecret(plain, { verification, secret, now: new Date() });
  const lines = [`POST ${signed.url}`, ...Object.entries(signed.headers).map(([header, value]) => `${header}: ${value}`)];
  return [...indent(lines), ...elsewhere];
}

function toPlace(place: string, { header, parameter = "key", username }: Caller["verification"]): string {
  if (place === "api-key") return "in the header `x-api-key`";
  if (place === "basic")
    return `as password of Basic authentication, of ${username === undefined ? "any user name" : `the user name \`${username}\``}`;
  if (place === "header") return `in the header \`${header}\``;
  if (place === "query") return `in the address, as \`?${parameter}=\`, where nothing else can be set: addresses are kept in many logs`;
  return "in the header `authorization`, after `Bearer `";
}

/** In words: no request can be shown that stays good. */
function toSigning({ scheme, ...settings }: Caller["verification"], secret: string): readonly string[] {
  const lines: Readonly<Record<string, readonly string[]>> = {
    "bot-framework-token": [
      "Microsoft's Bot Connector brings its own token: nothing is to be entered but the address, as messaging endpoint of the bot.",
    ],
    "google-id-token": ["Google brings an ID token of the service account: choose that as authentication of the webhook."],
    hmac: [
      `Each request is signed with the secret${secret === NO_SECRET ? "" : ` ${secret}`}:`,
      "",
      ...indent(
        Object.entries({ ...HMAC_DEFAULTS, ...settings }).flatMap(([setting, value]) =>
          value === undefined ? [] : `${setting}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
        ),
      ),
    ],
    "standard-webhooks": [
      `The sender signs each request by Standard Webhooks${secret === NO_SECRET ? "." : `, with this secret of the endpoint: ${secret}`}`,
    ],
  };
  return lines[scheme] ?? [`The caller signs each request itself (${scheme}), with the secret that this connection was given.`];
}

function toInvocation({ name, lexFunction }: Sheet): readonly string[] {
  return [
    "Lex calls no address: it invokes a function.",
    "",
    `1. Deploy with the parameter lexBotAliasArn, the ARN of the bot's alias: it lets that alias invoke the function ${lexFunction}.`,
    "2. In the Lex console, choose that function for the alias and its language, and let it fulfil the intent that hands over.",
    `3. The connection's name is that of the bot and its alias, lex-{botId}-{botAliasId} in lower case: here ${name}.`,
  ];
}

/** From the table of failures. */
function toAnswers({ settings: { targets, allow } }: ConfiguredConnection): readonly string[] {
  const rows = Object.entries(FAILURES);
  const codes = (isOne: (row: (typeof FAILURES)[keyof typeof FAILURES]) => boolean) =>
    rows
      .filter(([, row]) => isOne(row))
      .map(([code]) => `\`${code}\``)
      .join(", ");
  const accepted = 202;
  const names = Object.keys(targets).map((name) => `\`${name}\``);
  const may = names.length === 0 || allow.targets === "any" ? "" : ` Its targets: ${names.join(", ")}.`;
  return [
    "| in the answer | it means | do |",
    "|---|---|---|",
    "| `state`: `accepted` | The gateway took the transfer. | Nothing. Asked again, the same is told. |",
    `| \`state\`: \`unknown\` (${codes(({ status }) => status === accepted)}) | It may have happened. | Ask again with the same delivery id, or at \`statusUrl\`: it is not sent twice. |`,
    `| \`retryable\`: true | ${codes(({ status, retryable }) => status !== accepted && retryable)} | Repeat the same request, after \`Retry-After\` seconds. |`,
    `| \`retryable\`: false, \`effect\`: \`none\` | ${codes(({ retryable }) => !retryable)} | It did not happen. Do not repeat it: \`errors\` and \`reason\` say what is wrong. |`,
    `| \`code\`: \`forbidden\` (${FAILURES.forbidden.status}) | This connection may not use that agent, target or mode.${may} | Ask whoever runs it to allow it. |`,
    "| `retryable`: false, `effect`: `unknown` | any of these, now and then | It may have happened: **look at the call** before anything is done by hand. |",
    "| neither `state` nor `code` | It did not come from us, or not to the end. | It may have happened: ask again, or look at the call. |",
  ];
}

function toLimits({ settings, source }: ConfiguredConnection): readonly string[] {
  const { deadlineMs = source.deadlineMs, maxAgeSeconds, rateLimit } = settings;
  return [
    `- A body has at most ${MAX_BODY_BYTES / 1024} KiB, call data ${CALL_DATA_MAX_BYTES} bytes.`,
    `- It is answered within ${deadlineMs / 1_000} s: wait for longer than that.`,
    ...(DELIVERY_ID[source.id] === undefined
      ? []
      : [`- Each event has a delivery id of its own, the same whenever it is repeated: ${DELIVERY_ID[source.id]}.`]),
    ...(maxAgeSeconds === undefined ? [] : [`- A delivery that is older than ${maxAgeSeconds} s is \`expired\`.`]),
    ...(rateLimit === undefined ? [] : [`- ${rateLimit.requests} requests in ${rateLimit.perSeconds} s; more are \`rate-limited\`.`]),
  ];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `    ${line}`);
}
