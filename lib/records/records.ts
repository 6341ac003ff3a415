/** All that is done with the records of one store, wired. */
import type { FindTransfer, Records } from "../transfer/records.ts";
import { type CallEvents, createCallEvents } from "./call-events.ts";
import { createCallGuard } from "./call-guard.ts";
import { createDeliveryRecords } from "./delivery-records.ts";
import { createFindTransfer } from "./find-transfer.ts";
import type { HashesOf } from "./places.ts";
import { createPlaces } from "./places.ts";
import { createSureStore, type DueRecords, type RecordStore } from "./record-store.ts";
import {
  createOutcomeOutbox,
  createSweep,
  type InquireCall,
  type OutcomeOutbox,
  type Sweep,
  type TellOutcome,
  type TellUnknown,
} from "./sweep.ts";

interface RecordsOptions {
  readonly store: RecordStore & DueRecords;
  readonly hashesOf: HashesOf;
  readonly clock: { readonly wallMs: () => number; readonly sleep: (ms: number, signal: AbortSignal) => Promise<void> };
  readonly newId: () => string;
  readonly retentionSeconds: number;
}

export interface TransferRecords extends Records {
  readonly find: FindTransfer;
  readonly events: CallEvents;
  outbox(tell: TellOutcome): OutcomeOutbox;
  sweep(options: { readonly tell: TellOutcome; readonly inquire: InquireCall; readonly tellUnknown: TellUnknown }): Sweep;
}

export function createRecords({ store, hashesOf, clock, newId, retentionSeconds }: RecordsOptions): TransferRecords {
  const { wallMs } = clock;
  const places = createPlaces({ store: createSureStore(store), hashesOf, wallMs, newRevision: newId, retentionSeconds });
  const guard = createCallGuard({ places, wallMs });
  const events = createCallEvents({ places, guard, wallMs });
  return {
    ...createDeliveryRecords({ places, guard, hashesOf, clock, newNonce: newId }),
    find: createFindTransfer({ places, wallMs }),
    events,
    outbox: (tell) => createOutcomeOutbox({ places, tell, wallMs }),
    sweep: (options) => createSweep({ places, store, events, wallMs, newRevision: newId, ...options }),
  };
}
