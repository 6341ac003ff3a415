/** What a connection makes of one webhook, once its proof is taken: each transfer that it asks for, and what would go on the wire. Nothing is sent or claimed. */
import { type TransferError, toTransferError } from "../../lib/errors.ts";
import { toWire } from "../../lib/gateway/mapping.ts";
import { transferPath } from "../../lib/gateway/wire.ts";
import type { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import type { BatchDraft, Proof, Webhook } from "../../lib/sources/source.ts";
import { assertAllowed } from "../../lib/transfer/permission.ts";
import { type Draft, parseTransferRequest, type TransferRequest } from "../../lib/transfer/request.ts";

export type Rehearsed =
  | { readonly request: TransferRequest; readonly wire: { readonly post: string; readonly body: unknown } }
  /** `fields`: what the mapping gave, if it came that far. */
  | { readonly error: TransferError; readonly fields?: unknown };

interface Rehearsal {
  readonly transfers: readonly Rehearsed[];
  /** Where there are none: why not. */
  readonly nothingAsked?: string | undefined;
}

export async function rehearse(connection: ConfiguredConnection, webhook: Webhook, proof: Proof): Promise<Rehearsal> {
  const opened = await connection.open(webhook, proof).catch((thrown: unknown) => ({ error: toTransferError(thrown, "none") }));
  if ("error" in opened) return { transfers: [{ error: opened.error }] };
  const transfers: Rehearsed[] = [];
  for (const draft of opened.drafts) transfers.push(await rehearseDraft(draft, connection));
  return { transfers, nothingAsked: opened.nothingAsked };
}

async function rehearseDraft(drafted: Draft | BatchDraft, { settings }: ConfiguredConnection): Promise<Rehearsed> {
  let fields: unknown;
  try {
    const draft = typeof drafted === "function" ? await drafted() : drafted;
    fields = draft.fields;
    const request = parseTransferRequest(draft, settings);
    assertAllowed(request, settings);
    return { request, wire: { post: transferPath(request.agentId), body: toWire(request) } };
  } catch (thrown) {
    return { error: toTransferError(thrown, "none"), fields };
  }
}
