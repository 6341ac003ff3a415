/** A draft with what its proof says of it: that it is the same delivery when it is seen again, and how old it is. Only where the proof covers the body. */
import type { Draft } from "../../transfer/request.ts";

/** Makes one draft of a batch; rejects never. */
export type BatchDraft = () => Promise<Draft>;

interface Signed {
  readonly signature: string;
  /** What the vendor says in the body that it signed, in ms since 1970. */
  readonly occurredAtMs: number | undefined;
  readonly receivedAt: Date;
}

/** Of several that one signature proves, each is a delivery of its own. */
export function toProvenDrafts(
  drafts: readonly (Draft | BatchDraft)[],
  { signature, occurredAtMs, receivedAt }: Signed,
): readonly (Draft | BatchDraft)[] {
  const occurredAt = toPast(occurredAtMs, receivedAt);
  return drafts.map((draft, index) => prove(draft, { occurredAt, signature: drafts.length === 1 ? signature : `${signature}#${index}` }));
}

function prove(draft: Draft | BatchDraft, proof: Pick<Draft, "signature" | "occurredAt">): Draft | BatchDraft {
  return typeof draft === "function" ? async () => ({ ...(await draft()), ...proof }) : { ...draft, ...proof };
}

/** What is none, or is yet to come, is not known: when it was seen first counts then. */
function toPast(ms: number | undefined, receivedAt: Date): string | undefined {
  return ms === undefined || !(ms > 0 && ms <= receivedAt.getTime()) ? undefined : new Date(ms).toISOString();
}
