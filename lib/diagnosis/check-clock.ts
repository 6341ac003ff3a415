/** Whether our clock goes with AWS's and the gateways', as far as they tell theirs: to the second, and as old as an answer takes. */
import type { Finding } from "./finding.ts";

/** Less is the resolution, and the way of an answer. */
const NOTABLE_MS = 5_000;
/** A Guid that is handed over from further in the future is refused. Signatures and tokens bear more, and not much more. */
const HARMFUL_MS = 60_000;

/** Each by how many ms it is ahead of ours; of a gateway, where that is not known, why. */
export function checkClock(awsSkewMs: number | undefined, gateways: ReadonlyMap<string, number | string>): readonly Finding[] {
  const ofAws: readonly Finding[] =
    awsSkewMs === undefined
      ? [{ name: "clock", verdict: "skipped", subject: "AWS", detail: "It did not tell its time." }]
      : [judge("AWS", awsSkewMs, "failed")];
  // Nothing of ours counts on a gateway's clock: its log is read beside ours.
  const ofGateways = [...gateways].map(
    ([subject, known]): Finding =>
      typeof known === "string" ? { name: "clock", verdict: "skipped", subject, detail: known } : judge(subject, known, "warning"),
  );
  return [...ofAws, ...ofGateways];
}

function judge(subject: string, skewMs: number, worst: "failed" | "warning"): Finding {
  const base = { name: "clock", subject } as const;
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (Math.abs(skewMs) < NOTABLE_MS) return { ...base, verdict: "ok", detail: "Its clock goes with ours." };
  const detail = `Its clock is ${seconds} seconds ${skewMs > 0 ? "ahead of" : "behind"} ours.`;
  const hint =
    worst === "failed"
      ? "set the clock of the machine that this runs on"
      : "tell whoever runs the gateway, unless this machine's clock is the wrong one";
  return { ...base, verdict: Math.abs(skewMs) < HARMFUL_MS ? "warning" : worst, detail, hint };
}
