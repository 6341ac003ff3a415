/** What came of one of an agent's calls: the gateway's answer, where it can be read, or why there is none. It judges no retcode. */
import type { Unanswered } from "../sessions/agent-calls.ts";
import type { RequestOutcome, ResponseHeaders } from "./client.ts";
import { RETCODE_FORM } from "./retcodes.ts";
import { parseJson, WireAnswer } from "./wire.ts";

export interface Answered {
  readonly kind: "answered";
  readonly answer: WireAnswer;
  readonly headers: ResponseHeaders;
}

export function readAnswer(outcome: RequestOutcome): Answered | Unanswered {
  if (outcome.kind === "too-late") return { kind: "not-sent", cause: "deadline" };
  if (outcome.kind === "not-sent") return outcome;
  if (outcome.kind === "sent-without-answer") return { kind: "unanswered", cause: outcome.cause };

  const { status, headers, body } = outcome.response;
  if (status !== 200) return { kind: "unanswered", cause: `http-${status}` };
  const answer = WireAnswer.safeParse(parseJson(body)).data;
  return answer === undefined ? { kind: "unanswered", cause: "invalid-response" } : { kind: "answered", answer, headers };
}

/** The retcode, or `other` where it has not the documented form: it may be any text. */
export function nameRetcode({ retcode }: WireAnswer): string {
  return RETCODE_FORM.test(retcode) ? retcode : "other";
}
