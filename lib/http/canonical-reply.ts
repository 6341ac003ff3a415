/** The answer in our own words: the transfer result, or a problem (RFC 9457). What a source says in its caller's language it makes from the same. */
import Negotiator from "negotiator";
import { type Effect, type FailureCode, failureOf, type TransferError } from "../errors.ts";
import type { Outcome, Reply } from "../sources/source.ts";
import type { Connection } from "../transfer/connection.ts";
import { isSettled, type TransferResult } from "../transfer/result.ts";
import type { StatusUrlOf } from "./status-url.ts";

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";
/** There is more to come: ask at the `Location`. */
const ACCEPTED_STATUS = 202;
/** Most transfers end within seconds: somebody picks up, or nobody does. */
const PENDING_RETRY_AFTER_SECONDS = 5;

export interface ReplyContext {
  readonly requestId: string;
  readonly accept: string | undefined;
  /** Only once the caller is verified: before, everybody gets the plain problem. */
  readonly style: Connection["reply"];
  /** Instead of the failure's own, where the caller would do the wrong thing with that. */
  readonly status?: number | undefined;
  /** Where the status of a transfer is read. None where nobody could be told. */
  readonly statusUrlOf?: StatusUrlOf | undefined;
  /** The caller wants to be told later how it ends. */
  readonly respondAsync?: boolean;
  /** Of what became of a transfer, for whoever asks later: it says nothing about repeating a delivery that has its answer. */
  readonly isStatus?: boolean;
}

type Refused = Extract<TransferResult, { readonly state: "refused" }>;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly code?: FailureCode;
}

export function renderCanonical(outcome: Outcome, given: ReplyContext): Reply {
  // Its status is not this connection's to read.
  const context = outcome.kind === "result" && outcome.isOfAnother ? { ...given, statusUrlOf: undefined } : given;
  const { status, type, headers, body, code } = toAnswer(outcome, context);
  const always200 = context.style === "always-200";
  const ok = outcome.kind === "result" && outcome.result.state === "accepted";
  return {
    status: always200 ? 200 : status,
    headers: { "content-type": always200 ? JSON_TYPE : type, ...headers, ...(status === ACCEPTED_STATUS && locationOf(outcome, context)) },
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
  if (result.state === "refused") return toRefusalAnswer(result, context);
  const { state, outcome, outcomeReason, transferId, gateway, reference, replayed, receivedAt, ...others } = result;
  const { code, ...request } = { code: undefined, ...others };
  const { requestId, isStatus = false, statusUrlOf } = context;
  const statusUrl = statusUrlOf?.(transferId);
  const body = { transferId, state, outcome, outcomeReason, ...request, reference, gateway, replayed, receivedAt, statusUrl };
  const open = isOpen(result, context);
  const usual = open ? ACCEPTED_STATUS : 200;
  const status = code === undefined ? usual : (context.status ?? (isStatus ? usual : failureOf(code).status));
  const headers = status === ACCEPTED_STATUS ? toComeBack(result, context) : {};
  if (code === undefined) return { status, type: JSON_TYPE, headers, body };
  // A repeat tells the settled answer; one that told it has nothing more to tell.
  const isLast = replayed && isSettled(result);
  const failure = { code, retryable: open && !isLast && failureOf(code).retryable, effect: "unknown", requestId };
  return { status, type: JSON_TYPE, headers, body: { ...body, ...failure }, code };
}

function toRefusalAnswer(result: Refused, context: ReplyContext): Answer {
  const {
    state,
    code,
    reason,
    retryAfterSeconds,
    outcome: _outcome,
    outcomeReason: _outcomeReason,
    transferId,
    gateway,
    reference,
    replayed,
    receivedAt,
    ...request
  } = result;
  const effect = "none";
  if (context.isStatus !== true) {
    const answer = toProblem({ code, effect, state, reason, transferId, gateway, reference }, context);
    return withHeaders(answer, retryAfter(code, retryAfterSeconds));
  }
  // Whoever asks what became of it is told so: that is no failure of the question.
  const { retryable } = failureOf(code);
  const failure = { code, reason, retryable, effect, requestId: context.requestId };
  const body = { transferId, state, ...request, reference, gateway, replayed, receivedAt, ...failure };
  return { status: 200, type: JSON_TYPE, headers: {}, body, code };
}

/** Whether there is more to come that this caller wants to hear. A delivery is told `unknown` so, settled or not: its repeat is told what is known by then. */
function isOpen(result: TransferResult, { respondAsync = false, isStatus = false }: ReplyContext): boolean {
  if (respondAsync && result.outcome === "pending") return true;
  return isStatus ? !isSettled(result) : result.state === "unknown";
}

function toComeBack(result: TransferResult, { respondAsync = false, isStatus = false, style }: ReplyContext): Record<string, string> {
  const code = result.state === "accepted" ? undefined : result.code;
  const seconds = (code && failureOf(code).retryAfterSeconds) ?? PENDING_RETRY_AFTER_SECONDS;
  // RFC 7240 section 3. One who reads 2xx bodies alone is answered as ever, and so is one who asks again later.
  const isApplied = respondAsync && !isStatus && result.outcome === "pending" && style !== "always-200";
  return { "retry-after": String(seconds), ...(isApplied && { "preference-applied": "respond-async" }) };
}

function locationOf(outcome: Outcome, { statusUrlOf }: ReplyContext): Record<string, string> {
  const transferId =
    outcome.kind === "result" ? outcome.result.transferId : outcome.kind === "failure" ? outcome.error.transferId : undefined;
  return transferId === undefined || statusUrlOf === undefined ? {} : { location: statusUrlOf(transferId) };
}

function toFailureAnswer(error: TransferError, context: ReplyContext): Answer {
  const { code, effect, retryable, detail, errors, transferId, reference, allow, retryAfterSeconds } = error;
  const answer = toProblem({ code, effect, retryable, detail, errors, transferId, reference }, context);
  const known = retryAfterSeconds === undefined ? {} : retryAfter(code, retryAfterSeconds);
  return withHeaders(answer, { ...known, ...(allow !== undefined && { allow }) });
}

interface Problem {
  readonly code: FailureCode;
  readonly effect: Effect;
  /** Only where it may differ from the code's. */
  readonly retryable?: boolean;
  readonly [member: string]: unknown;
}

/** `undefined` members are left out when it is rendered. */
function toProblem({ code, effect, retryable = failureOf(code).retryable, detail, ...others }: Problem, context: ReplyContext): Answer {
  const { requestId, accept } = context;
  const { title } = failureOf(code);
  const { status = failureOf(code).status } = context;
  return {
    status,
    code,
    type: wantsPlainJson(accept) ? JSON_TYPE : PROBLEM_TYPE,
    headers: { ...(retryable && retryAfter(code)), ...(code === "unauthenticated" && { "www-authenticate": "Bearer" }) },
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
