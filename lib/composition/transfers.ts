/** The use case with all that it needs, for the functions that transfer. */
import { randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import { createTransferGateway } from "../gateway/transfer-gateway.ts";
import type { Log } from "../log.ts";
import { createMemoryRecords } from "../records/memory-records.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { createSessionSource } from "../sessions/session-source.ts";
import { createSignInLog } from "../sessions/sign-in-log.ts";
import { createTransferService, type TransferService } from "../transfer/service.ts";
import { composeAccesses } from "./accesses.ts";
import { composeAgents } from "./agents.ts";
import { RUNNING_CLOCK } from "./running-clock.ts";

/** A Guid may be replaced every minute: short, and a refused one is read anew at once. */
const ACCESS_TTL_MS = 10_000;

export function composeTransfers(config: Config, secrets: Secrets, log: Log): TransferService {
  const { sites, send, open, records } = composeAgents(config, secrets);
  const { monotonicMs: now } = RUNNING_CLOCK;
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
    gateway: createTransferGateway({ sites, sessions, post: send, now }),
    records: createMemoryRecords({ now }),
  });
}
