/** Lambda that keeps one managed agent signed in. Invoked by dispatch-keepers alone. */
import { randomUUID } from "node:crypto";
import { composeAgents } from "../lib/composition/agents.ts";
import { composeCallEvents } from "../lib/composition/call-events.ts";
import { RUNNING_CLOCK } from "../lib/composition/running-clock.ts";
import { parseConfig } from "../lib/config.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";
import { createKeeper } from "../lib/sessions/keeper.ts";
import { createKeeperHandler } from "../lib/sessions/keeper-handler.ts";

const config = parseConfig(process.env);
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const { records, open } = composeAgents(config, secrets, log);
const events = composeCallEvents(config, secrets, log);

export const handler = createKeeperHandler(createKeeper({ records, open, events, clock: RUNNING_CLOCK, newOwner: randomUUID }), log);
