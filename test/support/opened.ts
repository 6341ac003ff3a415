/** One webhook, opened by its source as a connection of it does once it is verified: its drafts, or the failure. */
import type { TransferError } from "../../lib/errors.ts";
import { renderCanonical } from "../../lib/http/canonical-reply.ts";
import type { Opened, Outcome, Reply } from "../../lib/sources/source.ts";
import type { Draft } from "../../lib/transfer/request.ts";
import { SECRETS } from "./fixture.ts";
import { INSTANT } from "./manual-clock.ts";

interface Opening {
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** Over the connection's document. */
  readonly connection?: Readonly<Record<string, unknown>>;
}

export async function openWith(source: string, opening: Opening = {}): Promise<readonly Draft[] | TransferError> {
  const opened = await open(source, opening);
  return "drafts" in opened ? makeDrafts(opened) : opened.error;
}

/** Those of a batch are mapped one after the other. */
export async function makeDrafts(opened: Opened): Promise<readonly Draft[]> {
  const made: Draft[] = [];
  for (const draft of "drafts" in opened ? opened.drafts : []) made.push(typeof draft === "function" ? await draft() : draft);
  return made;
}

/** How the source answers these outcomes to the caller of this webhook. */
export async function replyWith(source: string, outcomes: readonly Outcome[], opening: Opening = {}): Promise<Reply> {
  const opened = await open(source, opening);
  return opened.reply(outcomes, (outcome, over) =>
    renderCanonical(outcome, { requestId: "r-1", accept: undefined, style: "native", ...over }),
  );
}

async function open(source: string, { body = "{}", headers, query = "", connection }: Opening): Promise<Opened> {
  const verification = { secrets: [{ id: "current", value: SECRETS.current }] };
  const document = { schemaVersion: 1, source, verification, gateway: "site-a", agentId: "101", ...connection };
  // Of the same instances as the source, which is loaded on demand: a stack in the same file has new ones.
  const { ConfiguredConnection } = await import("../../lib/sources/configured-connection.ts");
  const configured = await ConfiguredConnection.parseAsync(document);
  const webhook = {
    method: "POST",
    url: "https://hooks.example.com/v1/transfers/any",
    query: new URLSearchParams(query),
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    receivedAt: new Date(INSTANT),
  };
  return configured.open(webhook, {});
}
