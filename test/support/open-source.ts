/** A webhook opened by its source, as a verified one is, and rendered for an outcome: without HTTP, gateway or stores. */
import type { FailureCode } from "../../lib/errors.ts";
import { TransferError } from "../../lib/errors.ts";
import { renderCanonical } from "../../lib/http/canonical-reply.ts";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import type { Claims, Outcome, Reply, Webhook } from "../../lib/sources/source.ts";
import type { Conversation } from "../../lib/transfer/conversation.ts";
import { type Draft, parseTransferRequest, type TransferRequest } from "../../lib/transfer/request.ts";
import type { GatewayAnswer, Moved } from "../../lib/transfer/result.ts";
import { INSTANT } from "./manual-clock.ts";
import { makeDrafts } from "./opened.ts";
import { PREVIEW } from "./transfer-service.ts";

const MOVED: Moved = {
  transferId: "transfer-1",
  callId: "1552524689-16797284",
  agentId: "101",
  target: { type: "agent", address: "205" },
  mode: "release-after-transfer",
  receivedAt: "2026-11-23T07:00:00.000Z",
  outcome: "not-observed",
  replayed: false,
};

export interface OpenedSource {
  /** Each draft of a batch made. */
  readonly opened: { readonly drafts: readonly Draft[] } | { readonly error: TransferError };
  readonly connection: ConfiguredConnection;
  /** Where its caller is told, beside the answer. */
  readonly conversation: Conversation | undefined;
  /** What the core makes of each draft; throws what it throws. */
  requests(): TransferRequest[];
  reply(...outcomes: readonly Outcome[]): Reply;
}

export interface OpenOptions {
  /** Over a connection of agent 101. */
  readonly connection: Readonly<Record<string, unknown>>;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly claims?: Claims;
  readonly signature?: string;
}

export async function configure(connection: Readonly<Record<string, unknown>>): Promise<ConfiguredConnection> {
  // Of the same instances as the source, which is loaded on demand: a stack in the same file has new ones.
  const { ConfiguredConnection } = await import("../../lib/sources/configured-connection.ts");
  const verification = { secrets: [{ id: "current", value: "never-compared-here" }] };
  return ConfiguredConnection.parseAsync({ schemaVersion: 1, gateway: "site-a", agentId: "101", verification, ...connection });
}

export function toWebhook({ body, headers = {}, query = "" }: Omit<OpenOptions, "connection">): Webhook {
  return {
    method: "POST",
    url: "https://hooks.example.com/v1/transfers/any",
    query: new URLSearchParams(query),
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(body),
    receivedAt: new Date(INSTANT),
  };
}

export async function openSource(options: OpenOptions): Promise<OpenedSource> {
  const connection = await configure(options.connection);
  const answering = await connection.open(toWebhook(options), options);
  const opened = "error" in answering ? { error: answering.error } : { drafts: await makeDrafts(answering) };
  return {
    opened,
    connection,
    conversation: answering.conversation,
    requests() {
      if ("error" in opened) throw opened.error;
      return opened.drafts.map((draft) => parseTransferRequest(draft, connection.settings));
    },
    reply: (...outcomes) =>
      answering.reply(outcomes, (outcome, over) =>
        renderCanonical(outcome, { requestId: "request-1", accept: undefined, style: connection.settings.reply, ...over }),
      ),
  };
}

export function resultOf(answer: GatewayAnswer, over: Partial<Moved> = {}): Outcome {
  return { kind: "result", result: { ...MOVED, ...over, ...answer } };
}

export function failureOf(code: FailureCode, effect?: "none" | "unknown"): Outcome {
  return { kind: "failure", error: new TransferError(code, { reason: "planted", ...(effect && { effect }) }) };
}

export const DRY_RUN: Outcome = {
  kind: "dry-run",
  request: { callId: MOVED.callId, agentId: MOVED.agentId, target: MOVED.target, mode: MOVED.mode },
  wire: PREVIEW,
};
