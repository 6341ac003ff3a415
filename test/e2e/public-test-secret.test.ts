/** Zendesk publishes the secret of its test button: whoever signs with it learns nothing of a test connection. */
import { afterAll, beforeAll, expect, it } from "vitest";
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
  ({ connection } = stack.connect({ connection: { source: "zendesk", test: true, verification, targets } }));
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
