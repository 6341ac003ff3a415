/**
 * What the local stack makes of a request, before it is sent: opened in this process by the project's own lib, over the connection as the local Secrets
 * Manager has it. Sends nothing to the gateway and claims nothing. A function may know an older document of the connection, for a minute.
 */
import * as z from "zod";
import { TransferError, toTransferError } from "../lib/errors.ts";
import { createSecretLookup } from "../lib/secrets/secret-lookup.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import { LexEvent, lexConnectionName } from "../lib/sources/lex-v2.ts";
import type { Proof, Verdict, Webhook } from "../lib/sources/source.ts";
import { isDryRun, isFields, parseTransferRequest, type TransferRequest } from "../lib/transfer/request.ts";
import { SECRETS_PREFIX } from "./seed.ts";
import type { Outgoing } from "./sign/signer.ts";

/** Everything is on this machine; a function gives its secret no longer either. */
const TIMEOUT_MS = 5_000;
/** What another secret, or another scheme, may mend. */
const CREDENTIALS: readonly string[] = ["missing-credential", "wrong-credential"] satisfies Extract<Verdict, { ok: false }>["reason"][];
const NOT_FOUND = "ResourceNotFoundException";

const Answer = z.looseObject({ SecretString: z.string().optional(), __type: z.string().optional() });

export type Reading =
  /** One for each transfer that it asks for: the canonical request, or why there is none. */
  | { readonly kind: "read"; readonly entries: readonly (TransferRequest | TransferError)[]; readonly isDryRun: boolean }
  /** The connection does not take it for its caller's. */
  | { readonly kind: "unproven"; readonly reason: string; readonly isCredential: boolean }
  | { readonly kind: "unread"; readonly reason: string };

export interface LocalConnection {
  readonly secretsUrl: string;
  readonly name: string;
}

/** What the connection is configured with, without what proves it. Undefined where it cannot be read or is another source's. Rejects never. */
export async function readSettings(connection: LocalConnection, source: string): Promise<Settings | undefined> {
  const found = await connectionsAt(connection.secretsUrl)
    .get(connection.name, AbortSignal.timeout(TIMEOUT_MS))
    .catch(() => undefined);
  if (found === undefined || found.source.id !== source) return undefined;
  const { verification, agentId, targets, allow } = found.settings;
  if (!isFields(verification)) return { agentId, targets, allow, verification: undefined };
  const { secrets: _kept, ...asked } = verification;
  return { agentId, targets, allow, verification: asked };
}

interface Settings extends Pick<ConfiguredConnection["settings"], "agentId" | "targets" | "allow"> {
  /** How it asks its caller to prove itself. */
  readonly verification: Readonly<Record<string, unknown>> | undefined;
}

/** Rejects never. */
export function readWebhook({ url, headers, body }: Outgoing, connection: LocalConnection): Promise<Reading> {
  const webhook: Webhook = {
    method: "POST",
    url,
    query: new URL(url).searchParams,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(body, "utf8"),
    receivedAt: new Date(),
  };
  return read(connection, async (configured) => {
    const verdict = await configured.verify(webhook, AbortSignal.timeout(TIMEOUT_MS));
    return verdict.ok ? open(configured, webhook, verdict) : unproven(verdict.reason, CREDENTIALS.includes(verdict.reason));
  });
}

/** Of the connection that the event's bot names. Rejects never. */
export async function readLexEvent(text: string, secretsUrl: string): Promise<Reading> {
  const event = LexEvent.safeParse(parseJson(text)).data;
  const name = event && lexConnectionName(event);
  if (name === undefined) return { kind: "unread", reason: "the event names no bot and alias" };
  const webhook: Webhook = {
    method: "INVOKE",
    url: "",
    query: new URLSearchParams(),
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(event), "utf8"),
    receivedAt: new Date(),
  };
  return read({ secretsUrl, name }, (configured) => open(configured, webhook, {}));
}

async function read({ secretsUrl, name }: LocalConnection, use: (found: ConfiguredConnection) => Promise<Reading>): Promise<Reading> {
  try {
    const configured = await connectionsAt(secretsUrl).get(name, AbortSignal.timeout(TIMEOUT_MS));
    if (configured === undefined) return unproven(`there is no connection ${name}`);
    if (!configured.settings.enabled) return unproven(`the connection ${name} is disabled`);
    return await use(configured);
  } catch (thrown) {
    if (thrown instanceof TransferError) {
      const reason = `${thrown.code}: ${thrown.message}`;
      return thrown.code === "unauthenticated" ? unproven(reason) : { kind: "unread", reason };
    }
    return { kind: "unread", reason: `the local Secrets Manager could not be read at ${secretsUrl} (SECRETS_MANAGER_PORT)` };
  }
}

async function open({ settings, open }: ConfiguredConnection, webhook: Webhook, proof: Proof): Promise<Reading> {
  const opened = await open(webhook, proof);
  if ("error" in opened) return { kind: "read", entries: [opened.error], isDryRun: settings.test };
  const entries: (TransferRequest | TransferError)[] = [];
  let dryRuns = 0;
  for (const each of opened.drafts) {
    try {
      const draft = typeof each === "function" ? await each() : each;
      if (isDryRun({ draft, connection: settings })) dryRuns += 1;
      entries.push(parseTransferRequest(draft, settings));
    } catch (thrown) {
      entries.push(toTransferError(thrown, "none"));
    }
  }
  return { kind: "read", entries, isDryRun: dryRuns > 0 && dryRuns === entries.length };
}

function unproven(reason: string, isCredential = false): Reading {
  return { kind: "unproven", reason, isCredential };
}

function connectionsAt(secretsUrl: string) {
  const read = (path: string) => readSecret(secretsUrl, `${SECRETS_PREFIX}/${path}`);
  return createSecretLookup({ read, folder: "connections", schema: ConfiguredConnection, ttlMs: 0, now: () => performance.now() });
}

/** The emulator wants a signature, and verifies none. */
async function readSecret(secretsUrl: string, name: string): Promise<string | undefined> {
  const response = await fetch(secretsUrl, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue", authorization: "local" },
    body: JSON.stringify({ SecretId: name }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { SecretString: text, __type: type } = Answer.parse(await response.json());
  if (text === undefined && type !== NOT_FOUND) throw new Error(`answered ${response.status}`);
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
