/** What happened to a delivery, in the order of time, as far as its record tells: received, claimed, answered, what the gateway's events said, and who was told. */
import { isForgotten } from "../../lib/records/forgotten-item.ts";
import { type DeliveryItem, isInFlight, toFactTimes, toKnownAt, toResult, toTold } from "../../lib/records/record-item.ts";
import type { CallFacts } from "../../lib/transfer/outcome.ts";
import { toIso } from "../since.ts";

export interface Step {
  /** ISO 8601, UTC. Undefined where the record has no time of it. */
  readonly at?: string | undefined;
  readonly what: "first-seen" | "received" | "claimed" | "answered" | "lease-ended" | "event" | "known" | "told" | "due" | "expires";
  readonly words: string;
}

const FACTS: Readonly<Record<keyof CallFacts, string>> = {
  transferred: "the gateway said that it was transferred",
  notTransferred: "the gateway said that it was not transferred",
  connectFailed: "the target could not be connected",
  letGo: "the agent is out of the call",
  customerLeft: "the customer hung up",
  answered: "whom it was transferred to is talking",
};

export function toTimeline(item: DeliveryItem, nowMs: number): readonly Step[] {
  const { firstSeenAt, pending, claims } = item;
  const seen: Step = { at: firstSeenAt, what: "first-seen", words: "the delivery was seen for the first time" };
  const steps: readonly Step[] = [
    ...(pending !== undefined && firstSeenAt !== pending.receivedAt ? [seen] : []),
    ...(pending === undefined
      ? []
      : [{ at: pending.receivedAt, what: "received" as const, words: `received by connection ${pending.connection}` }]),
    ...(item.claimedAt === undefined
      ? []
      : [
          {
            at: toIso(item.claimedAt),
            what: "claimed" as const,
            words: `claimed${claims === 1 ? "" : `, its claim ${claims}`}: from here on it may have been sent`,
          },
        ]),
    ...toAnswered(item, nowMs),
    ...toEvents(item),
    ...toKnown(item, nowMs),
  ];
  const last: readonly Step[] = [
    ...(item.dueAt === undefined
      ? []
      : [{ at: toIso(item.dueAt), what: "due" as const, words: "somebody looks after it then, or the minute after" }]),
    {
      at: toIso(item.expiresAt * 1_000),
      what: "expires",
      words: "its record goes, and with it the guarantee that a repeat is not transferred again",
    },
  ];
  return [...steps, ...last].toSorted(byTime);
}

function toAnswered(item: DeliveryItem, nowMs: number): readonly Step[] {
  const { status, answer, endedAt, leaseUntil = 0, claimedAt } = item;
  if (isInFlight(item, nowMs)) return [{ at: toIso(leaseUntil), what: "lease-ended", words: "if it has not ended by then, it is unknown" }];
  // Of one that is open again, the record has no time of the answer.
  const at = endedAt ?? (status === "open" ? claimedAt : leaseUntil);
  if (status === "claimed")
    return [{ at: toIso(leaseUntil), what: "lease-ended", words: "whoever sent it never told what the gateway answered" }];
  if (answer === undefined) return [];
  const { retcode, message } = answer.gateway ?? {};
  const what = [
    answer.state,
    answer.state === "accepted" ? undefined : answer.code,
    answer.state === "refused" ? answer.reason : undefined,
  ];
  const said = retcode === undefined ? "" : `, by retcode ${retcode}${message === undefined ? "" : ` (${message})`}`;
  const open = status === "open" ? "; it may be sent again" : "";
  return [{ at: at === undefined ? undefined : toIso(at), what: "answered", words: `${what.filter(Boolean).join(" ")}${said}${open}` }];
}

function toEvents(item: DeliveryItem): readonly Step[] {
  const { facts, eventAt, heardAt } = item;
  const times = toFactTimes(item);
  const told = (Object.keys(FACTS) as (keyof CallFacts)[]).filter((fact) => facts[fact] === true);
  const timed = told.flatMap((fact) => {
    const at = times[fact];
    return at === undefined ? [] : [{ at: toIso(at), what: "event" as const, words: FACTS[fact] }];
  });
  const others = told.filter((fact) => times[fact] === undefined).map((fact) => FACTS[fact]);
  if (others.length === 0) return timed;
  const lastAt = eventAt ?? heardAt;
  // Of a single one, the time of the last event is its own.
  const words = told.length === 1 ? others.join() : `until then, times not kept: ${others.join("; ")}`;
  return [...timed, { at: lastAt === undefined ? undefined : toIso(lastAt), what: "event", words }];
}

function toKnown(item: DeliveryItem, nowMs: number): readonly Step[] {
  const result = toResult(item, nowMs);
  if (result === undefined || result.state === "refused") return [];
  const { outcome, outcomeReason } = result;
  const known: Step = {
    at: toIso(toKnownAt(item, result)),
    what: "known",
    words: `outcome ${outcome}${outcomeReason === undefined ? "" : ` (${outcomeReason})`}`,
  };
  const told: Step = {
    what: "told",
    words: isForgotten(item)
      ? "nobody is told of it any more: whom it was about is forgotten"
      : item.told === toTold(result)
        ? "whoever wants to know was told this"
        : `whoever wants to know was told last: ${item.told}`,
  };
  return [...(outcome === "pending" || outcome === "not-observed" ? [] : [known]), ...(item.told === undefined ? [] : [told])];
}

/** What has no time stays behind what it was written after. */
function byTime(one: Step, other: Step): number {
  return one.at === undefined || other.at === undefined ? 0 : one.at.localeCompare(other.at);
}
