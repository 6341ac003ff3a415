/** Zendesk publishes the secret of its test button: whoever signs with it learns nothing of a test connection. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signAsZendesk } from "../support/sign/vendor-signatures.ts";
import { type Stack, startStack } from "../support/stack.ts";

const PUBLIC = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
const OWN = "signing-secret-of-the-webhook";
const BODY = JSON.stringify({ ccgw_call_id: "1552524689-16797284", ccgw_target: "billing" });

let stack: Stack;
let connection: string;
beforeAll(async () => {
  stack = await startStack();
  const verification = { scheme: "zendesk", secrets: [{ id: "vendor-test", value: OWN }] };
  const targets = { billing: { type: "skill-queue", address: "31" } };
  ({ connection } = stack.connect({ connection: { source: "zendesk", test: true, verification, targets, allow: {} } }));
});
afterAll(() => stack.stop());

function signedWith(secret: string, body: string) {
  const timestamp = new Date().toISOString();
  const signature = signAsZendesk(secret, timestamp, Buffer.from(body));
  return {
    "content-type": "application/json",
    "x-zendesk-webhook-signature": signature,
    "x-zendesk-webhook-signature-timestamp": timestamp,
  };
}

it("tells whoever signs with the public secret that the dry run was understood, and no more", async () => {
  const answer = await stack.transfer(connection, BODY, { headers: signedWith(PUBLIC, BODY) });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ dryRun: true, understood: true, requestId: expect.any(String) });
});

describe("to whoever signs with the public secret", () => {
  const call = { ccgw_call_id: "1552524689-16797284" };
  it.each([
    ["a target that it has", { ...call, ccgw_target: "billing" }],
    ["a target that it does not have", { ...call, ccgw_target: "sales" }],
    ["an address that it may not use", { ...call, ccgw_target: "agent:205" }],
    ["an agent that it may not use", { ...call, ccgw_target: "billing", ccgw_agent_id: "102" }],
    ["no call", { ccgw_target: "billing", ccgw_reference: "planted" }],
  ])("nothing tells them apart: %s", async (_what, fields) => {
    const body = JSON.stringify(fields);
    const answer = await stack.transfer(connection, body, { headers: signedWith(PUBLIC, body) });
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
    expect(answer.body).toEqual({ dryRun: true, understood: true, requestId: expect.any(String) });
  });

  it("nor whether an agent has a session", async () => {
    const verification = { scheme: "zendesk" };
    const { connection: other } = stack.connect({ connection: { source: "zendesk", test: true, verification }, agent: null });
    const body = JSON.stringify({ ...call, ccgw_target: "agent:205" });
    expect((await stack.transfer(other, body, { headers: signedWith(PUBLIC, body) })).body).toMatchObject({ understood: true });
  });

  it.each([
    ["broken", "{planted"],
    ["no object", '"planted"'],
    ["one with a field that is not known", '{ "ccgw_planted": "1" }'],
  ])("a body that cannot be read is not understood, and no more: %s", async (_what, body) => {
    stack.takeLog();
    const answer = await stack.transfer(connection, body, { headers: signedWith(PUBLIC, body) });
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
    expect(answer.body).toEqual({ dryRun: true, understood: false, requestId: expect.any(String) });
    expect(stack.takeLog().join()).toMatch(/"code":"invalid-(json|request)"/);
  });
});

it("tells who signs with the connection's own secret, whatever its id, the request and the call", async () => {
  const answer = await stack.transfer(connection, BODY, { headers: signedWith(OWN, BODY) });
  expect(answer).toMatchObject({ status: 200, body: { dryRun: true, request: { agentId: "101" }, wire: { method: "POST" } } });
});

it("describes the connection to who holds its own secret alone", async () => {
  expect(await stack.describe(connection, { headers: signedWith(PUBLIC, "") })).toMatchObject({
    status: 401,
    body: { code: "unauthenticated" },
  });
  expect(await stack.describe(connection, { headers: signedWith(OWN, "") })).toMatchObject({ status: 200, body: { agentId: "101" } });
});
