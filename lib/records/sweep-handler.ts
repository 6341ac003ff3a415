/** The function of each minute that looks after what is due with the records, a line of the log each time. What it does not come to, the next one does. */
import type { Context } from "aws-lambda";
import pMap from "p-map";
import { toTransferError } from "../errors.ts";
import { type Log, toErrorFields } from "../log.ts";
import type { WatchPauses } from "./pause-watch.ts";
import type { Sweep } from "./sweep.ts";

/** One may wait for a gateway that hangs, and others are to be told meanwhile; but each may ask a gateway, which serves people, too. */
const CONCURRENT = 20;
/** With which something was done, in one run: it has a minute. */
const DONE_MAX = 800;
/** With those that come before them in vain: of a newer version, not due any more, or failing. */
const DUE_MAX = 8_000;
/** Kept back of the function's time for ending what is under way. */
const RESERVE_MS = 5_000;

/** Of what is kept back, for reading what is paused. */
const PAUSES_MS = 3_000;

interface SweepHandlerOptions {
  readonly open: (signal: AbortSignal) => Promise<Sweep>;
  readonly watchPauses: WatchPauses;
  readonly log: Log;
}

/** Never rejects: the next minute is the repeat. */
export function createSweepHandler({ open, watchPauses, log }: SweepHandlerOptions): (event: unknown, context: Context) => Promise<void> {
  return async (_event, context) => {
    const { awsRequestId: lambdaRequestId } = context;
    const problem = (what: string, thrown: unknown) => log.problem(what, { lambdaRequestId, ...toProblem(thrown) });
    const signal = AbortSignal.timeout(Math.max(1, Math.floor(context.getRemainingTimeInMillis() - RESERVE_MS)));
    const done = { told: 0, "lease-ended": 0, settled: 0, unknown: 0, nothing: 0, newer: 0 };
    let notSwept = 0;
    /** Besides them. */
    let failed = 0;
    try {
      const sweep = await open(signal);
      const tellUnread = (thrown: unknown) => {
        // The time is over: what it does not come to is the next one's.
        if (signal.aborted) return;
        failed += 1;
        problem("shard not read", thrown);
      };
      let seen = 0;
      async function* due() {
        for await (const id of sweep.due(signal, tellUnread)) {
          if (signal.aborted || seen === DUE_MAX || seen - done.newer - done.nothing - notSwept >= DONE_MAX) return;
          seen += 1;
          yield id;
        }
      }
      const settle = async (id: string) => {
        if (signal.aborted) return;
        try {
          done[await sweep.settle(id, signal)] += 1;
        } catch (thrown) {
          notSwept += 1;
          problem("record not swept", thrown);
        }
      };
      await pMap(due(), settle, { concurrency: CONCURRENT });
      // Those whose lease has just ended are unknown from now on.
      log.measure("OpenUnknown", done.unknown + done["lease-ended"], {});
      done.newer += await sweep.newerDue(signal);
      log.measure("NewerRecords", done.newer, {});
    } catch (thrown) {
      failed += 1;
      problem("sweep failed", thrown);
    }
    try {
      log.measure("PausedMinutes", await watchPauses(AbortSignal.timeout(PAUSES_MS)), {});
    } catch (thrown) {
      failed += 1;
      problem("pauses not read", thrown);
    }
    failed += notSwept;
    log.measure("SweepFailures", failed, {});
    const { told, settled, unknown, newer } = done;
    const counts = { told, leasesEnded: done["lease-ended"], settled, unknown, failed };
    log.run("sweep", { lambdaRequestId, ...counts, ...(newer > 0 && { newer }) });
  };
}

function toProblem(thrown: unknown) {
  const { code, message: reason, cause } = toTransferError(thrown, "none");
  return { code, reason, ...(code === "internal" && toErrorFields(cause)) };
}
