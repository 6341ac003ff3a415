import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleRequest, type Stack, startStack } from "../support/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

let calls = 0;
/** A call that nobody has transferred yet. */
function newCall(): string {
  calls += 1;
  const callid = `1552524689-${calls}`;
  stack.gateway.addCall({ callid, agentId: "101" });
  return callid;
}

describe("a transfer request", () => {
  it("becomes one transfer at the gateway", async () => {
    const { connection } = stack.connect();
    const answer = await stack.transfer(connection, exampleRequest(newCall()));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ state: "accepted", gateway: { retcode: "0", message: "success" } });
    expect(stack.gateway.transfers()).toHaveLength(1);
    expect(stack.takeLog().join("")).toContain('"state":"accepted"');
  });
});
