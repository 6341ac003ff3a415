/** What CloudWatch learns of one request, as the functions print it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { send } from "../support/failure-cases.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(() => {
  stack.gateway.reset();
  stack.takeLog();
});

/** Everything that was measured, line by line. */
function measured(): Record<string, unknown>[] {
  const lines = stack.takeLog().filter((line) => line.startsWith('{"_aws"'));
  return lines.map((line) => {
    const { _aws, service, ...told } = JSON.parse(line);
    return told;
  });
}

describe("a transfer", () => {
  it("is measured in one line for each of its dimensions", async () => {
    const { connection, gateway } = stack.connect({});
    await send(stack, connection, {});
    expect(measured()).toEqual([
      { connection, secretId: "current", Authenticated: 1, SecretAgeDays: 0 },
      ...["own", "authority"].map((certificate) => ({ gateway, certificate, CertificateDaysLeft: 29 })),
      { gateway, GatewayMs: expect.any(Number) },
      { source: "api", code: "accepted", Transfers: 1 },
      { result: "taken", Claims: 1 },
      { source: "api", DeadlineUsed: expect.any(Number) },
    ]);
  });
});
