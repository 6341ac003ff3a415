/** Lambda that signs all managed agents out at their gateways. Invoked by `npm run remove`. */
import { randomUUID } from "node:crypto";
import { composeAgents } from "../lib/composition/agents.ts";
import { RUNNING_CLOCK } from "../lib/composition/running-clock.ts";
import { parseConfig } from "../lib/config.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";
import { createSignOut } from "../lib/sessions/sign-out.ts";
import { createSignOutHandler } from "../lib/sessions/sign-out-handler.ts";

const config = parseConfig(process.env);
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);
const { records, open } = composeAgents(config, secrets, log);

export const handler = createSignOutHandler({
  list: () => secrets.list("agents"),
  signOut: createSignOut({ records, open, clock: RUNNING_CLOCK, newOwner: randomUUID }),
  log,
});
