/** How transfers end, from the gateway's push to the queue of those who are told: the functions as they are wired, with secrets, records and queue over the wire. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LocalSqs } from "../../dev/queue/local-sqs.ts";
import { UNCONFIRMED_AFTER_MS } from "../../lib/transfer/outcome.ts";
import { AGENT_ID, CALL, OBSERVED, putObservedAgent } from "../support/observed-agent.ts";
import { receiveAll, startSqs } from "../support/sqs.ts";
import { EVENTS_KEY, exampleRequest, type Stack, startStack } from "../support/stack.ts";

const LEASE_MS = 35_000;

let sqs: LocalSqs;
let stack: Stack;
beforeAll(async () => {
  sqs = await startSqs();
  stack = await startStack({ queue: sqs });
});
afterAll(async () => {
  await stack.stop();
  await sqs.stop();
});
beforeEach(async () => {
  stack.gateway.reset();
  putObservedAgent(stack.gateway);
  await receiveAll(sqs, sqs.queueUrl);
});

function push(gateway: string, ...events: readonly object[]) {
  const token = createHmac("sha256", EVENTS_KEY)
    .update(JSON.stringify([gateway, AGENT_ID]))
    .digest("hex");
  const eventList = events.map((event) => ({ workNo: AGENT_ID, ...event }));
  const headers = { "content-type": "application/json", service_token: token.slice(0, 48) };
  const body = JSON.stringify({ workNo: AGENT_ID, eventList });
  return stack.callFor({ route: "POST /v1/gateway-events", gateway, agentId: AGENT_ID }, { headers, body });
}

const RESULT = (result: number) => ({ eventType: "AgentEvent_SuccTransResult", content: { result, callId: CALL } });
const notices = async () => (await receiveAll(sqs, sqs.queueUrl)).map(({ Body }): unknown => JSON.parse(Body ?? ""));

describe("a transfer whose agent's events are heard", () => {
  it.each([
    [0, "completed", "transferred"],
    [1, "failed", "not-transferred"],
  ])("is, after a push that says %i, %s, and whoever wants to know is told at once and once", async (result, outcome, outcomeReason) => {
    const { connection, gateway } = stack.connect(OBSERVED);
    const { body } = await stack.transfer(connection, { ...exampleRequest(CALL), reference: "ticket-4711" });
    expect(body).toMatchObject({ state: "accepted", outcome: "pending" });
    expect((await push(gateway, RESULT(result))).status).toBe(200);
    expect((await push(gateway, RESULT(result))).status).toBe(200);
    await stack.sweep();

    const { transferId } = body;
    expect((await stack.status(connection, String(transferId))).body).toMatchObject({ state: "accepted", outcome, outcomeReason });
    const told = await notices();
    expect(told).toMatchObject([{ to: "callback", notice: { connection, transferId, state: "accepted", outcome, outcomeReason } }]);
    // Neither whose number it is nor what was said.
    expect(JSON.stringify(told)).not.toMatch(/88880021|help/);
  });

  it("is unconfirmed once nothing was heard for a quarter of an hour, and the sweep tells so", async () => {
    const { connection } = stack.connect(OBSERVED);
    const { body } = await stack.transfer(connection, exampleRequest(CALL));
    await stack.later(UNCONFIRMED_AFTER_MS, async () => {
      await stack.sweep();
      expect((await stack.status(connection, String(body.transferId))).body).toMatchObject({ outcome: "unconfirmed" });
    });
    expect(await notices()).toMatchObject([{ notice: { transferId: body.transferId, outcome: "unconfirmed", outcomeReason: "no-event" } }]);
  });

  it("is settled by its events where its answer was lost, which a repeat is told", async () => {
    const { connection, gateway } = stack.connect(OBSERVED);
    stack.gateway.addFault({ kind: "drop", when: "after-request", acts: true });
    const first = await stack.transfer(connection, exampleRequest(CALL));
    expect(first).toMatchObject({ status: 202, body: { state: "unknown", outcome: "pending" } });
    await push(gateway, RESULT(0));
    const again = await stack.transfer(connection, exampleRequest(CALL));
    expect(again).toMatchObject({ status: 200, body: { state: "accepted", outcome: "completed", replayed: true } });
    expect(stack.gateway.transfers()).toHaveLength(1);
  });

  it("is settled by asking the gateway where no event of it came", async () => {
    const { connection } = stack.connect(OBSERVED);
    stack.gateway.addFault({ kind: "drop", when: "after-request", acts: true });
    const { body } = await stack.transfer(connection, exampleRequest(CALL));
    await stack.later(LEASE_MS + 60_000, () => stack.sweep());
    const settled = await stack.status(connection, String(body.transferId));
    expect(settled).toMatchObject({ status: 200, body: { state: "accepted", outcome: "completed", outcomeReason: "answered" } });
  });

  it("has failed where the customer hung up, whose number is not kept", async () => {
    const { connection, gateway } = stack.connect(OBSERVED);
    const { body } = await stack.transfer(connection, exampleRequest(CALL));
    await push(gateway, { eventType: "AgentEvent_Customer_Release", content: { callid: CALL, number: "88880021" } });
    expect(await notices()).toMatchObject([{ notice: { transferId: body.transferId, outcome: "failed", outcomeReason: "customer-left" } }]);
  });
});

it("an event of a call that nobody has transferred is taken, and changes nothing", async () => {
  const { gateway } = stack.connect(OBSERVED);
  const answers = await push(
    gateway,
    RESULT(0),
    { eventType: "AgentEvent_Call_Release", content: "nobodys-call" },
    { eventType: "Unheard" },
  );
  expect(answers.status).toBe(200);
  expect(await notices()).toEqual([]);
});
