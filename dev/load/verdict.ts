/** What a load has shown: latencies, answers, and whether each delivery was transferred once and every answer is the one to expect. */
import type { WireTransfer } from "../local-gateway.ts";
import type { Sample } from "./open-loop.ts";
import type { LoadKind, PlannedRequest } from "./plan.ts";

export interface LoadAnswer {
  /** 0 where none came. */
  readonly status: number;
  /** `state`, or `code` of a failure. */
  readonly said: string;
  readonly replayed: boolean;
  readonly transferId: string | undefined;
}

export type LoadSample = Sample<PlannedRequest, LoadAnswer>;

/** A line for each kind of request. */
export function describeLatencies(samples: readonly LoadSample[]): readonly string[] {
  const kinds: readonly LoadKind[] = ["transfer", "duplicate", "replay", "status"];
  return kinds.flatMap((kind) => {
    const latencies = samples
      .filter(({ request, answer }) => request.kind === kind && answer !== undefined)
      .map(({ latencyMs }) => latencyMs)
      .sort((one, other) => one - other);
    if (latencies.length === 0) return [];
    const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((rank) => `${Math.round(percentile(latencies, rank))}`.padStart(6));
    return [`${kind.padEnd(10)}${String(latencies.length).padStart(6)}   p50${p50}   p95${p95}   p99${p99}   max${most} ms`];
  });
}

export function describeAnswers(samples: readonly LoadSample[]): readonly string[] {
  const said = Map.groupBy(samples, toWords);
  return [...said].map(([words, those]) => `${String(those.length).padStart(6)}  ${words}`).sort();
}

/** What is not as it has to be: empty is good. `callIds` by the index of their transfers. */
export function findFaults(
  samples: readonly LoadSample[],
  { callIds, transfers }: { readonly callIds: readonly string[]; readonly transfers: readonly WireTransfer[] },
): readonly string[] {
  const unexpected = describeAnswers(samples.filter((sample) => !isExpected(sample))).map((line) => `unexpected: ${line.trim()}`);
  const ofCall = Map.groupBy(transfers, ({ callId }) => callId);
  const ledger = callIds
    .map((callId) => ({ callId, asked: ofCall.get(callId) ?? [] }))
    .filter(({ asked }) => asked.length !== 1 || asked[0]?.acted !== true)
    // What must never happen stands first.
    .toSorted((one, other) => other.asked.length - one.asked.length)
    .map(({ callId, asked }) => `call ${callId}: the gateway was asked ${asked.length} times`);
  const ofDelivery = Map.groupBy(samples, ({ request }) => request.index);
  const divided = [...ofDelivery].flatMap(([index, those]) => {
    const answers = those.flatMap(({ answer }) => answer ?? []);
    const fresh = those.filter(({ request, answer }) => request.kind !== "status" && answer?.said === "accepted" && !answer.replayed);
    const ids = new Set(answers.map(({ transferId }) => transferId));
    return fresh.length === 1 && ids.size === 1
      ? []
      : [`call ${callIds[index]}: ${fresh.length} answers of their own, ${ids.size} transfer ids`];
  });
  return [...ledger, ...unexpected, ...divided];
}

/** Which of one delivery came first, nobody knows: that is judged of all of them together. */
function isExpected({ answer }: LoadSample): boolean {
  return answer?.status === 200 && answer.said === "accepted";
}

function toWords({ request, answer }: LoadSample): string {
  if (answer === undefined) return `${request.kind}: not sent, too many were under way`;
  if (answer.status === 0) return `${request.kind}: no answer (${answer.said})`;
  return `${request.kind}: ${answer.status} ${answer.said}${answer.replayed ? ", replayed" : ""}`;
}

/** The nearest rank, of what is sorted. */
function percentile(sorted: readonly number[], rank: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * rank) - 1)] ?? Number.NaN;
}
