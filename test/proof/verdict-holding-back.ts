/** What must be true of pauses and limits: they hold back what would be sent, and nothing else. */

import type { Judged } from "./verdict.ts";
import type { Attempt } from "./world.ts";

/** After an operator has paused, nothing leaves any more. */
const HEARD_WITHIN_MS = 30_000;
/** For so long an instance takes a pause for one that is in force. */
const KEPT_MS = 5_000;

export function findNotHeldBack({ attempts, holding }: Judged): string[] {
  if (holding === undefined) return [];
  const { pauses, scopes, rateLimit } = holding;
  const own = pauses.filter(({ scope }) => scopes.includes(scope));
  const sentWhilePaused = attempts.flatMap(({ number, sentAtMs }) =>
    sentAtMs.flatMap((atMs) => {
      const pause = own.find(({ fromMs, untilMs }) => fromMs + HEARD_WITHIN_MS < atMs && atMs < untilMs);
      return pause === undefined
        ? []
        : [`attempt ${number} was sent ${Math.round(atMs - pause.fromMs)} ms after ${pause.scope} was paused`];
    }),
  );
  const pausedByNobody = attempts.flatMap(({ number, answer, startedAtMs, answeredAtMs }) => {
    const isPaused = codeOf(answer) === "paused";
    const wasInForce = own.some(({ fromMs, untilMs }) => fromMs <= answeredAtMs && startedAtMs - KEPT_MS <= untilMs);
    return isPaused && !wasInForce ? [`attempt ${number} was told of a pause that there was not`] : [];
  });
  const sent = attempts.filter(({ sentAtMs }) => sentAtMs.length > 0);
  const uncounted = rateLimit === undefined ? [] : sent.filter(({ counted }) => counted.length !== 1);
  const beyond = [...new Set(sent.flatMap(({ counted }) => counted))].filter(
    (id) => sent.filter(({ counted }) => counted.includes(id)).length > (rateLimit?.requests ?? Infinity),
  );
  const twice = attempts.filter(({ counted }) => counted.length > 1);
  return [
    ...sentWhilePaused,
    ...pausedByNobody,
    ...uncounted.map(({ number }) => `attempt ${number} was sent, and not counted`),
    ...beyond.map((id) => `more were sent than the limit allows in ${id}`),
    ...twice.map(({ number }) => `attempt ${number} was counted more than once`),
  ];
}

/** Effect none is what they say, but where the last look at the record has failed; and a repeat of what was settled hears what became of it. */
export function findHeldBackInVain({ attempts, gateway: { ledger } }: Judged): string[] {
  return attempts.flatMap((attempt) => {
    const { number, tag, answer, startedAt, troubled } = attempt;
    const code = codeOf(answer);
    if (code !== "paused" && code !== "rate-limited") return [];
    const effect = answer !== undefined && "error" in answer ? answer.error.effect : undefined;
    const settled = attempts.find((other) => other.tag === tag && other.answeredAt < startedAt && isSettled(other));
    const isAgain = tag.startsWith("derived-") && ledger.some((entry) => entry.tag === tag && entry.truth === "failure");
    return [
      ...(effect === "none" || troubled.has("read") ? [] : [`attempt ${number} was ${code}, and told that something may have been done`]),
      ...(settled === undefined || isAgain ? [] : [`attempt ${number} was ${code}, although attempt ${settled.number} had an answer`]),
    ];
  });
}

/** An unknown one is open again where who stood still with the claim comes back, and says that it has sent nothing. */
function isSettled({ answer }: Attempt): boolean {
  return answer !== undefined && "result" in answer && answer.result.state === "accepted";
}

function codeOf(answer: Attempt["answer"]): string | undefined {
  return answer !== undefined && "error" in answer ? answer.error.code : undefined;
}
