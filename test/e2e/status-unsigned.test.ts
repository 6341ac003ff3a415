/** A key of the addresses that cannot be used: no transfer waits for it, and whoever has the connection's key reads what became of one all the same. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { CANARIES, findCanaries } from "../support/canaries.ts";
import { exampleRequest, PUBLIC_BASE_URL, type Stack, startStack } from "../support/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  stack.secrets.putSecret("ccgw/test/keys/status", { schemaVersion: 1, id: CANARIES.brokenSecret, value: "short" });
});
afterAll(() => stack.stop());

it("leaves the address unsigned, and says so in the log, without the secret", async () => {
  const { connection } = stack.connect();
  const { status, body } = await stack.transfer(connection, exampleRequest("1552524689-16797284"));
  const { transferId } = body;
  expect({ status, body }).toMatchObject({ status: 200, body: { state: "accepted" } });
  expect(body.statusUrl).toBe(`${PUBLIC_BASE_URL}/v1/transfers/${connection}/${transferId}`);
  expect(await stack.status(connection, String(transferId))).toMatchObject({
    status: 200,
    body: { transferId, statusUrl: body.statusUrl },
  });
  expect((await stack.status(connection, String(transferId), { headers: {} })).status).toBe(401);
  const log = stack.takeLog().join("\n");
  expect(log).toMatch(/"status address not signed".*"code":"misconfigured","reason":"keys\/status: value /);
  expect(findCanaries(log)).toEqual([]);
});
