/** The checks of a stack, for whoever runs them: the function that sees it from inside, and the command, which sees it from where it is typed. */
import { createReachReceiver } from "../callbacks/reach-receiver.ts";
import type { Config } from "../config.ts";
import { createDiagnose, type Diagnose } from "../diagnosis/diagnose.ts";
import { createGatewayClient } from "../gateway/client.ts";
import { createAskGuid } from "../gateway/guid-question.ts";
import { shakeHands } from "../gateway/handshake.ts";
import { createSecrets } from "../secrets/secrets-manager.ts";
import { createDynamoDbSessions } from "../sessions/dynamodb-sessions.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** `wallMs` is in ms since 1970. */
export function composeDiagnosis(
  { secretsPrefix, sessionsTable }: Pick<Config, "secretsPrefix" | "sessionsTable">,
  wallMs: () => number = RUNNING_CLOCK.wallMs,
): Diagnose {
  let awsSkewMs: number | undefined;
  const secrets = createSecrets(secretsPrefix, {
    onDate(date) {
      const toldMs = Date.parse(date);
      if (!Number.isNaN(toldMs)) awsSkewMs = toldMs - wallMs();
    },
  });
  return createDiagnose({
    prefix: secretsPrefix,
    secrets,
    records: createDynamoDbSessions(sessionsTable, { wallMs }),
    shakeHands,
    askGuid: createAskGuid(createGatewayClient()),
    reach: createReachReceiver(),
    wallMs,
    awsSkewMs: () => awsSkewMs,
  });
}
