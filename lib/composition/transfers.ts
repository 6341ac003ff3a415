/** The use case with all that it needs, for the functions that transfer. */
import { randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import { createTransferGateway } from "../gateway/transfer-gateway.ts";
import type { Log } from "../log.ts";
import type { DynamoDbStore } from "../records/dynamodb-store.ts";
import { createPauses } from "../records/pauses.ts";
import { createRateLimits } from "../records/rate-limits.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { createSessionSource } from "../sessions/session-source.ts";
import { createSignInLog } from "../sessions/sign-in-log.ts";
import { toReason } from "../transfer/pause.ts";
import { createTransferService, type TransferService } from "../transfer/service.ts";
import { composeAccesses } from "./accesses.ts";
import { composeAgents } from "./agents.ts";
import type { OpenRecords } from "./records.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A Guid may be replaced every minute: short, and a refused one is read anew at once. */
export const ACCESS_TTL_MS = 10_000;

interface TransfersOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly store: DynamoDbStore;
  readonly openRecords: OpenRecords;
  readonly log: Log;
}

export function composeTransfers({ config, secrets, store, openRecords, log }: TransfersOptions): TransferService {
  const { sites, send, open, records } = composeAgents(config, secrets, log);
  const accesses = composeAccesses(secrets, ACCESS_TTL_MS);
  const sessions = createSessionSource({
    accesses,
    records,
    open,
    clock: RUNNING_CLOCK,
    newOwner: randomUUID,
    observe: createSignInLog(log),
  });
  return createTransferService({
    gateway: createTransferGateway({ sites, sessions, post: send, clock: RUNNING_CLOCK }),
    records: { read: async (delivery, deadline) => (await openRecords(deadline.signal)).read(delivery, deadline) },
    pauses: createPauses({ store, wallMs: RUNNING_CLOCK.wallMs, tell: (pause) => log.problem("pause", { reason: toReason(pause) }) }),
    rateLimits: createRateLimits({ store, wallMs: RUNNING_CLOCK.wallMs }),
  });
}
