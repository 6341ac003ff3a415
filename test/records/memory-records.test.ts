import { createMemoryStore } from "../../lib/records/memory-store.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { describeAliases } from "./aliases-contract.ts";
import { describeGuards } from "./guards-contract.ts";
import { describeOutcomes } from "./outcomes-contract.ts";
import { describePauses } from "./pauses-contract.ts";
import { describeRecords, type RecordsUnderTest } from "./records-contract.ts";

function start(): RecordsUnderTest {
  const clock = createManualClock();
  const { wallMs } = clock;
  const store = createMemoryStore(clock);
  return { records: createTestRecords({ wallMs, store }), others: createTestRecords({ wallMs, store }), advance: clock.pass };
}

describeRecords("those in memory", start);
describeAliases("those in memory", start);
describeGuards("those in memory", start);
describeOutcomes("those in memory", start);
describePauses("those in memory", () => {
  const clock = createManualClock();
  return { store: createMemoryStore(clock), wallMs: clock.wallMs, advance: clock.pass };
});
