/** A connection's secret document, parsed as a whole: what it may do, which source it is, how that source proves itself, and how bodies are mapped. */
import * as z from "zod";
import { readConventionalFields } from "../mapping/conventional-fields.ts";
import { compileMapping } from "../mapping/jsonata-mapping.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { Connection } from "../transfer/connection.ts";
import { inOurWords } from "../transfer/issue-words.ts";
import { type Fields, isFields } from "../transfer/request.ts";
import type { Scheme } from "../verification/scheme.ts";
import { findSource, SOURCE_IDS } from "./index.ts";
import { OPTIONS, type Opened, type Option, type Proof, type Source, type Verified, type Verifier, type Webhook } from "./source.ts";

/** Headers that a mapping may read. What proves the caller, or could, is not among them. */
const MAPPING_HEADERS = ["content-type", "user-agent", "x-request-id"];

/** Why a source does without it. */
const MISPLACED: Readonly<Record<Option, string>> = {
  mapping: "is not for this source: its body is the transfer request itself",
  reply: "must be native for this source: its caller has an answer of its own, or repeats by the status alone",
  texts: "is not for this source: it shows a customer nothing",
  events: "is not for this source: all that it is sent asks for a transfer",
  connector: "is for bot-framework alone: no other caller is written to through it",
};

export interface ConfiguredConnection {
  readonly settings: Connection;
  readonly source: Source;
  readonly verify: Verifier;
  /** Of a webhook that was verified. */
  open(webhook: Webhook, proof: Proof): Promise<Opened>;
}

/** Its proof is looked at beside the rest, so that all that is wrong is listed at once. */
export const ConfiguredConnection = z.unknown().transform(async (document, context): Promise<ConfiguredConnection> => {
  const parsed = Connection.safeParse(document, { error: inOurWords });
  if (!parsed.success) addIssues(context, parsed.error);
  const given = isFields(document) ? document : {};
  const source = typeof given.source === "string" ? await findSource(given.source) : undefined;
  if (source === undefined && typeof given.source === "string") return refuse(context, "source", `must be one of ${SOURCE_IDS.join(", ")}`);
  const verification = isFields(given.verification) ? given.verification : {};
  const verify = source === undefined ? undefined : parseVerification(verification, { source, test: given.test === true, context });
  if (!parsed.success || source === undefined) return z.NEVER;

  const { maxAgeSeconds = source.maxAgeSeconds, ...others } = parsed.data;
  const settings: Connection = { ...others, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) };
  for (const option of OPTIONS) if (!source.options.includes(option) && isSet(settings, option)) refuse(context, option, MISPLACED[option]);
  if (source.options.includes("events") && settings.events === undefined)
    refuse(context, "events", "must list what asks for a transfer: this caller sends other events, too");
  if (verify === undefined || context.issues.length > 0) return z.NEVER;

  const mapping = settings.mapping === undefined ? undefined : await compile(settings.mapping);
  if (typeof mapping === "string") return refuse(context, "mapping", mapping);
  const open: ConfiguredConnection["open"] = (webhook, proof) =>
    source.open({ webhook, settings, proof, map: createMap(mapping, source, withoutSecrets(webhook, source, verification)) });
  return { settings, source, verify, open };
});

interface Proving {
  readonly source: Source;
  readonly test: boolean;
  readonly context: z.RefinementCtx;
}

/** Undefined where it is not valid: the context has the issues. */
function parseVerification(verification: Fields, { source, test, context }: Proving): Verifier | undefined {
  const scheme = chooseScheme(source, verification);
  if (scheme === undefined) {
    refuse(context, "verification", `must have a scheme of ${source.schemes.map(({ id }) => id).join(", ")}`);
    return undefined;
  }
  const verify = scheme.verifier({ test }).safeParse({ scheme: scheme.id, ...verification }, { error: inOurWords });
  if (!verify.success) addIssues(context, verify.error, "verification");
  return verify.data;
}

function addIssues(context: z.RefinementCtx, { issues }: z.ZodError, ...at: readonly string[]): void {
  for (const issue of issues) context.issues.push({ ...issue, input: undefined, path: [...at, ...issue.path] });
}

function isSet({ mapping, reply, texts, events, connector }: Connection, option: Option): boolean {
  const set = {
    mapping: mapping !== undefined,
    reply: reply !== "native",
    texts: Object.keys(texts).length > 0,
    events: events !== undefined,
    connector: connector !== undefined,
  };
  return set[option];
}

/** The one that is named, or the source's usual one. */
function chooseScheme(source: Source, verification: Fields): Scheme | undefined {
  const { scheme: id = source.schemes[0].id } = verification;
  return source.schemes.find((scheme) => scheme.id === id);
}

/** What is wrong with the expression, in words without its text, if it cannot be used. */
function compile(expression: string): Promise<Mapping | string> {
  return compileMapping(expression).catch((error: unknown) => (error instanceof Error ? error.message : "cannot be compiled"));
}

function createMap(mapping: Mapping | undefined, { id, mappingHeaders }: Source, { headers, query, receivedAt }: Webhook): Verified["map"] {
  if (mapping === undefined) return async (_body, fields) => readConventionalFields(typeof fields === "function" ? fields() : fields);
  const shown = [...MAPPING_HEADERS, ...mappingHeaders].flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
  return (body) =>
    mapping({
      body,
      headers: Object.fromEntries(shown),
      query: Object.fromEntries(query),
      source: id,
      receivedAt: receivedAt.toISOString(),
    });
}

/** A secret that came in the address is for no expression to read, nor is one that was rotated away but is still sent: it goes by its name, too. */
function withoutSecrets(webhook: Webhook, { schemes }: Source, { secrets, parameter }: Fields): Webhook {
  const names = [parameter, ...schemes.map((scheme) => scheme.parameter)];
  const values = Array.isArray(secrets) ? secrets.map((secret: unknown) => (isFields(secret) ? secret.value : undefined)) : [];
  const shown = [...webhook.query].filter(([name, value]) => !names.includes(name) && !values.includes(value));
  return { ...webhook, query: new URLSearchParams(shown) };
}

function refuse(context: z.RefinementCtx, field: string, message: string): never {
  context.issues.push({ code: "custom", path: [field], message, input: undefined });
  return z.NEVER;
}
