/** One request as the log tells it: what happened, in order and in words, and where it came to nothing which check failed and how that is mended. */
import type { LoggedLine } from "../function-log.ts";
import { HINT_WORDS, PROOF_WORDS } from "./proof-words.ts";
import { CODE_WORDS, REFUSAL_WORDS, type Words } from "./words.ts";

export interface Why extends Words {
  /** The most that is known: a hint, a reason, or a code. */
  readonly check: string;
  /** What the log says beside it: headers, seconds, fields. */
  readonly facts: readonly string[];
}

/** Of a request, or one of its transfers. Undefined where nothing went wrong. */
export function toWhy(line: LoggedLine): Why | undefined {
  const { code, reason, hint, connection } = line;
  if (code === undefined) return undefined;
  const found: readonly (readonly [string, Words | undefined])[] = [
    [hint ?? "", wordsOf(HINT_WORDS, hint)],
    [reason ?? "", code === "unauthenticated" ? wordsOf(PROOF_WORDS, reason) : undefined],
    [reason ?? "", code === "gateway-refused" ? wordsOf(REFUSAL_WORDS, reason) : undefined],
    [code, wordsOf(CODE_WORDS, code)],
  ];
  const known = found.flatMap(([check, words]) => (words === undefined ? [] : [{ check, ...words }]));
  const [closest] = known;
  if (closest === undefined)
    return { check: code, what: "this version of ccgw does not know it", mend: "Look it up in the README.", facts: toFacts(line) };
  return {
    check: closest.check,
    what: known
      .map(({ what }) => what)
      .toReversed()
      .join(": "),
    mend: connection === undefined ? closest.mend : closest.mend.replace("NAME", connection),
    facts: toFacts(line),
  };
}

/** What is beside it in the log, in words. */
function toFacts({
  code,
  reason,
  hint,
  missing,
  skewSeconds,
  secretsTried,
  secretId,
  violations,
  retcode,
  errorName,
}: LoggedLine): readonly string[] {
  const isWord = reason !== undefined && (hasWords(PROOF_WORDS, reason) || hasWords(REFUSAL_WORDS, reason));
  // One of them does: over something else.
  const isOfSecret = hint === "url-differs" || hint === "signed-parts";
  return [
    ...(missing === undefined ? [] : [`missing: ${missing}`]),
    ...(skewSeconds === undefined || hint === "timestamp-unit"
      ? []
      : [
          `its clock is ${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? "behind ours, or the request was under way for as long" : "ahead of ours"}`,
        ]),
    ...(secretsTried === undefined || isOfSecret ? [] : [`none of the secrets matches: ${secretsTried.split(",").join(", ")}`]),
    ...(code === "unauthenticated" && secretId !== undefined ? [`the secret ${secretId} matches, and is over`] : []),
    ...(violations === undefined ? [] : violations.split("; ")),
    ...(reason === undefined || isWord ? [] : [reason]),
    ...(retcode === undefined || retcode === "0" ? [] : [`retcode ${retcode}`]),
    ...(errorName === undefined ? [] : [errorName]),
  ];
}

/** What happened, in order. */
export function toSteps(line: LoggedLine): readonly string[] {
  const { method, route, connection, source, secretId, code, dryRun, replayed, transferId, status, durationMs, entries } = line;
  const { callId, gateway, agentId, targetType, mode, reference, attempts, gatewayMs, retcode, guidRenewed, state, events, reason } = line;
  const isProven = code !== "unauthenticated" && secretId !== undefined;
  const on = gateway === undefined ? "" : ` at gateway ${gateway}`;
  return [
    `came by ${route === "$default" ? `${method} to no route` : route}`,
    ...(connection === undefined ? [] : [`for connection ${connection}${source === undefined ? "" : `, source ${source}`}`]),
    ...(isProven ? [`proven by secret ${secretId}`] : []),
    ...(callId === undefined
      ? []
      : [
          `asks for call ${callId} of agent ${agentId}${on}, to ${targetType}, ${mode}${reference === undefined ? "" : `, reference ${reference}`}`,
        ]),
    ...(events === undefined ? [] : [`brought ${events} events`]),
    ...(entries === undefined
      ? []
      : [entries === 0 ? `asked for no transfer${reason === undefined ? "" : `: ${reason}`}` : `asked for ${entries} transfers`]),
    ...(dryRun === true ? ["a dry run: nothing was to be sent"] : []),
    ...(replayed === true ? ["known already: answered from the record, and not sent again"] : []),
    ...(guidRenewed === true ? ["the gateway refused the agent's Guid; a newer one was tried"] : []),
    ...(attempts === undefined
      ? []
      : [
          `sent ${attempts === 1 ? "once" : `in ${attempts} attempts`}, ${gatewayMs} ms at the gateway${retcode === undefined ? "" : `, retcode ${retcode}`}`,
        ]),
    ...(transferId === undefined ? [] : [`transfer ${transferId}${state === undefined ? "" : `: ${state}`}`]),
    `answered ${[status, code].filter((part) => part !== undefined).join(" ")} after ${durationMs} ms`,
  ];
}

function wordsOf(table: Readonly<Record<string, Words>>, name: string | undefined): Words | undefined {
  return name !== undefined && hasWords(table, name) ? table[name] : undefined;
}

function hasWords(table: Readonly<Record<string, Words>>, name: string): boolean {
  return Object.hasOwn(table, name);
}
