/** For callers that repeat whatever is not a 2xx, or count it against the receiver: all is acknowledged but what is worth repeating. */
import type { Answering, Reply } from "../source.ts";
import { replyCanonically } from "./canonical.ts";
import { isWorthRepeating } from "./summary.ts";

export function acknowledgeUnlessWorthRepeating(answering: Answering<unknown>): Reply {
  const { canonical } = answering;
  return replyCanonically({
    ...answering,
    canonical(outcome) {
      const reply = canonical(outcome);
      return reply.status < 400 || isWorthRepeating(outcome) ? reply : canonical(outcome, { style: "always-200" });
    },
  });
}

/** To a webhook that was right and asked for no transfer. */
export function acknowledgeNothingAsked(): Reply {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ transfers: [] }) };
}
