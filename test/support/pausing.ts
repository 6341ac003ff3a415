/** An operator of the functions in this process: pauses and resumes in the table that they read. */
import { randomUUID } from "node:crypto";
import { createDynamoDbStore } from "../../lib/records/dynamodb-store.ts";
import { createPauseBook, type PauseBook } from "../../lib/records/pause-book.ts";
import type { PauseScope } from "../../lib/transfer/pause.ts";
import { RETENTION_SECONDS } from "./memory-records.ts";

const OPERATOR = { by: "operator", reason: "maintenance" } as const;

export async function pause(scope: PauseScope, over: { readonly by?: string; readonly reason?: string; readonly minutes?: number } = {}) {
  await openBook().pause({ ...OPERATOR, scope, ...over }, new AbortController().signal);
}

export async function resume(scope: PauseScope) {
  await openBook().resume({ ...OPERATOR, scope }, new AbortController().signal);
}

/** The table is where the environment says. */
function openBook(): PauseBook {
  const { wallMs, table } = { wallMs: Date.now, table: process.env.CCGW_RECORDS_TABLE ?? "" };
  return createPauseBook({ store: createDynamoDbStore(table, { wallMs }), wallMs, newId: randomUUID, retentionSeconds: RETENTION_SECONDS });
}
