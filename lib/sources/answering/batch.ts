/** For callers that ask for several transfers at once and are answered once: each in our own words, under one status. */
import type { Answering, Reply } from "../source.ts";
import { type Statuses, toStatus } from "./status.ts";
import { isWorthRepeating } from "./summary.ts";

/** Acknowledged, unless one is worth repeating: the whole repeated does what is left, and the others are answered from their records. */
export function replyToEach({ outcomes, canonical }: Answering<unknown>, statuses: Statuses): Reply {
  const replies = outcomes.map((outcome) => ({ outcome, reply: canonical(outcome, { status: toStatus(outcome, statuses) }) }));
  const repeat = replies.find(({ outcome }) => isWorthRepeating(outcome))?.reply;
  return {
    status: repeat?.status ?? 200,
    headers: { ...repeat?.headers, "content-type": "application/json" },
    body: JSON.stringify({ transfers: replies.map(({ reply }): unknown => JSON.parse(reply.body)) }),
    code: repeat?.code,
  };
}
