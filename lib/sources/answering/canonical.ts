/** For sources that are answered in our own words, and the one transfer that they ask for. */
import { TransferError } from "../../errors.ts";
import type { Answering, Reply } from "../source.ts";

export function replyCanonically({ outcomes, canonical }: Answering<unknown>): Reply {
  const [outcome = nothingAsked()] = outcomes;
  return canonical(outcome);
}

function nothingAsked(): { readonly kind: "failure"; readonly error: TransferError } {
  return { kind: "failure", error: new TransferError("internal", { reason: "no outcome", effect: "none" }) };
}
