import { expect, it } from "vitest";
import { composeTellUnknown } from "../../lib/composition/tell-unknown.ts";
import { PENDING } from "../support/claims.ts";
import { createKeptLog } from "../support/kept-log.ts";

it("a transfer without a result in its record is counted as unknown, and found in the log", () => {
  const log = createKeptLog();
  composeTellUnknown(log)(PENDING, "t-1");
  expect(log.counts).toEqual([{ metric: "UnknownTransfers", dimensions: { gateway: PENDING.gateway } }]);
  const { connection, gateway, agentId, callId, reference } = PENDING;
  const fields = { connection, gateway, agentId, callId, reference, transferId: "t-1", state: "unknown", code: "gateway-timeout" };
  expect(log.problems).toEqual([{ what: "lease ended", fields }]);
});
