import { expect, it } from "vitest";
import type { Sweep } from "../../lib/records/sweep.ts";
import { createSweepHandler } from "../../lib/records/sweep-handler.ts";
import { toContext } from "../support/http-event.ts";
import { createKeptLog } from "../support/kept-log.ts";

it("settles twenty at a time, so that a gateway which hangs holds up no more", async () => {
  let running = 0;
  let most = 0;
  const sweep: Sweep = {
    due: async () => Array.from({ length: 50 }, (_, at) => `id-${at}`),
    async settle() {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return "told";
    },
  };
  const log = createKeptLog();
  await createSweepHandler({ open: async () => sweep, log })({}, { ...toContext(), getRemainingTimeInMillis: () => 50_000 });
  expect(most).toBe(20);
  expect(log.runs).toMatchObject([{ told: 50, failed: 0 }]);
});
