import { expect, it } from "vitest";
import type { composeAgents } from "../../lib/composition/agents.ts";
import { composeInquireCall } from "../../lib/composition/inquire-call.ts";
import { TransferError } from "../../lib/errors.ts";
import { NewerVersion } from "../../lib/transfer/schema-version.ts";
import { PENDING } from "../support/claims.ts";
import { createKeptLog } from "../support/kept-log.ts";

/** Of a call whose agent's session is as `read` says. No gateway is to be asked. */
async function inquire(read: () => Promise<undefined>) {
  const asksNobody = () => Promise.reject(new Error("a gateway was asked"));
  const agents = { records: { read }, sites: { site: asksNobody }, send: asksNobody } as unknown as ReturnType<typeof composeAgents>;
  return composeInquireCall(agents, createKeptLog())(PENDING, new AbortController().signal);
}

it.each([
  ["there is none", async () => undefined],
  ["only a newer version understands it", () => Promise.reject(new NewerVersion("session", { effect: "none" }))],
])("a call is not asked about by a session where %s", async (_why, read) => {
  expect(await inquire(read)).toBeUndefined();
});

it("a session that cannot be read is a failure", async () => {
  const unavailable = new TransferError("store-unavailable", { reason: "planted" });
  await expect(inquire(() => Promise.reject(unavailable))).rejects.toBe(unavailable);
});
