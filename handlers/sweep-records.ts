/** Lambda of each minute: ends leases, settles what is unknown, and has outcomes told. */
import { composeAgents } from "../lib/composition/agents.ts";
import { composeInquireCall } from "../lib/composition/inquire-call.ts";
import { composeOutcomeQueue } from "../lib/composition/outcome-queue.ts";
import { composeRecords, composeStore } from "../lib/composition/records.ts";
import { RUNNING_CLOCK } from "../lib/composition/running-clock.ts";
import { composeTellOutcome } from "../lib/composition/tell-outcome.ts";
import { composeTellUnknown } from "../lib/composition/tell-unknown.ts";
import { parseConfig } from "../lib/config.ts";
import { createLog } from "../lib/log.ts";
import { createPauseWatch } from "../lib/records/pause-watch.ts";
import { createSweepHandler } from "../lib/records/sweep-handler.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";

const config = parseConfig(process.env);
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const store = composeStore(config);
const openRecords = composeRecords(config, secrets, store);
const tell = composeTellOutcome(composeOutcomeQueue(config), log);
const inquire = composeInquireCall(composeAgents(config, secrets, log), log);
const tellUnknown = composeTellUnknown(log);

export const handler = createSweepHandler({
  open: async (signal) => (await openRecords(signal)).sweep({ tell, inquire, tellUnknown }),
  watchPauses: createPauseWatch({ store, wallMs: RUNNING_CLOCK.wallMs }),
  log,
});
