/** The answer in our own words: the transfer result, or a problem (RFC 9457). What a source says in its caller's language it makes from the same. */
import Negotiator from "negotiator";
import { type Effect, type FailureCode, failureOf, type TransferError } from "../errors.ts";
import type { Outcome, Reply } from "../sources/source.ts";
import type { Connection } from "../transfer/connection.ts";
import type { TransferResult } from "../transfer/result.ts";

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";

export interface ReplyContext {
  readonly requestId: string;
  readonly accept: string | undefined;
  /** Only once the caller is verified: before, everybody gets the plain problem. */
  readonly style: Connection["reply"];
  /** Instead of the failure's own, where the caller would do the wrong thing with that. */
  readonly status?: number | undefined;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly code?: FailureCode;
}

export function renderCanonical(outcome: Outcome, context: ReplyContext): Reply {
  const { status, type, headers, body, code } = toAnswer(outcome, context);
  const always200 = context.style === "always-200";
  const ok = outcome.kind === "result" && outcome.result.state === "accepted";
  return {
    status: always200 ? 200 : status,
    headers: { "content-type": always200 ? JSON_TYPE : type, ...headers },
    body: JSON.stringify(always200 ? { ok, ...body } : body),
    code,
  };
}

function toAnswer(outcome: Outcome, context: ReplyContext): Answer {
  if (outcome.kind === "failure") return toFailureAnswer(outcome.error, context);
  if (outcome.kind === "dry-run") {
    const { request, wire } = outcome;
    return { status: 200, type: JSON_TYPE, headers: {}, body: { dryRun: true, request, wire, requestId: context.requestId } };
  }
  return toResultAnswer(outcome.result, context);
}

function toResultAnswer(result: TransferResult, context: ReplyContext): Answer {
  const { state, outcome, transferId, gateway, reference, replayed, receivedAt, ...moved } = result;
  if (state === "refused") {
    const { code, reason, retryAfterSeconds } = result;
    const answer = toProblem({ code, effect: "none", state, reason, transferId, gateway, reference }, context);
    return withHeaders(answer, retryAfter(code, retryAfterSeconds));
  }
  const { code, ...request } = { code: undefined, ...moved };
  const body = { transferId, state, outcome, ...request, reference, gateway, replayed, receivedAt };
  if (code === undefined) return { status: 200, type: JSON_TYPE, headers: {}, body };
  const { status = failureOf(code).status } = context;
  const { retryable } = failureOf(code);
  const failure = { code, retryable, effect: "unknown", requestId: context.requestId };
  return { status, type: JSON_TYPE, headers: retryAfter(code), body: { ...body, ...failure }, code };
}

function toFailureAnswer(error: TransferError, context: ReplyContext): Answer {
  const { code, effect, detail, errors, transferId, reference, allow, retryAfterSeconds } = error;
  const answer = toProblem({ code, effect, detail, errors, transferId, reference }, context);
  return withHeaders(answer, { ...retryAfter(code, retryAfterSeconds), ...(allow !== undefined && { allow }) });
}

interface Problem {
  readonly code: FailureCode;
  readonly effect: Effect;
  readonly [member: string]: unknown;
}

/** `undefined` members are left out when it is rendered. */
function toProblem({ code, effect, detail, ...others }: Problem, context: ReplyContext): Answer {
  const { requestId, accept } = context;
  const { title, retryable } = failureOf(code);
  const { status = failureOf(code).status } = context;
  return {
    status,
    code,
    type: wantsPlainJson(accept) ? JSON_TYPE : PROBLEM_TYPE,
    headers: { ...retryAfter(code), ...(code === "unauthenticated" && { "www-authenticate": "Bearer" }) },
    body: { type: `urn:ccgw:problem:${code}`, title, status, detail, code, retryable, effect, ...others, requestId },
  };
}

function withHeaders(answer: Answer, headers: Answer["headers"]): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** The code's own, unless more is known. */
function retryAfter(code: FailureCode, seconds = failureOf(code).retryAfterSeconds): Record<string, string> {
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}

/** RFC 9110 section 12.5.1. Between equals the problem type wins. */
function wantsPlainJson(accept: string | undefined): boolean {
  const offered = [PROBLEM_TYPE, JSON_TYPE, `${JSON_TYPE};charset=utf-8`];
  return new Negotiator({ headers: { accept } }).mediaType(offered)?.startsWith(JSON_TYPE) === true;
}
