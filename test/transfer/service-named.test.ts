import { expect, it } from "vitest";
import { createManualClock } from "../support/manual-clock.ts";
import { createTestRecords } from "../support/memory-records.ts";
import { FIELDS, toConnection } from "../support/transfer-request.ts";
import { startService } from "../support/transfer-service.ts";

it("a delivery that was named once is answered as named, also where its signature comes without the name", async () => {
  const records = createTestRecords(createManualClock());
  const service = startService({ records, observed: true });
  await service.transfer({}, { draft: { fields: FIELDS, deliveryId: "c-1", signature: "signed" } });
  const event = {
    kind: "transfer-result",
    gateway: toConnection().gateway,
    agentId: "101",
    callId: FIELDS.callId,
    succeeded: false,
  } as const;
  await records.events.take(event, new AbortController().signal);
  const again = await service.transfer({}, { draft: { fields: FIELDS, signature: "signed" } });
  expect(again).toMatchObject({ result: { outcome: "failed", replayed: true } });
  expect(service.calls.filter((call) => call === "send")).toHaveLength(1);
});
