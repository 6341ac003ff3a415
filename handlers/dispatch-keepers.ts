/** Lambda of each minute: has every managed agent kept signed in by an invocation of keep-session. */
import { composeAccesses } from "../lib/composition/accesses.ts";
import { parseConfig } from "../lib/config.ts";
import { createInvokeFunction } from "../lib/invoke/lambda.ts";
import { createLog } from "../lib/log.ts";
import { createSecrets } from "../lib/secrets/secrets-manager.ts";
import { createDispatcher } from "../lib/sessions/dispatch.ts";
import { createDispatcherHandler, createProblemLog } from "../lib/sessions/dispatcher-handler.ts";

/** Only whether an agent is managed is wanted: a change is seen at the next tick but a few. */
const ACCESS_TTL_MS = 5 * 60_000;

const config = parseConfig(process.env);
const log = createLog();
const secrets = createSecrets(config.secretsPrefix);

export const handler = createDispatcherHandler(
  createDispatcher({
    list: () => secrets.list("agents"),
    accesses: composeAccesses(secrets, ACCESS_TTL_MS),
    invoke: createInvokeFunction(config.keeperFunction),
    onProblem: createProblemLog(log),
  }),
  log,
);
