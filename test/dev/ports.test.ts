/** A port that somebody took after it was found free: each server of the local stack, over real sockets. */
import { describe, expect, it } from "vitest";
import { startLocalDynamoDb } from "../../dev/dynamodb/local-dynamodb.ts";
import { startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { startLogsEmulator } from "../../dev/logs/emulator.ts";
import { parsePorts, StartError, toTakenPort } from "../../dev/ports.ts";
import { startLocalSqs } from "../../dev/queue/local-sqs.ts";
import { startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { startTokenIssuer } from "../../dev/token-issuer.ts";
import { listen } from "../support/local-stack-process.ts";

const REGION = "eu-central-1";
const STARTED: Readonly<Record<string, (port: number) => Promise<unknown>>> = {
  GATEWAY_PORT: (port) => startGatewaySimulator({ port }),
  GATEWAY_CONTROL_PORT: (controlPort) => startGatewaySimulator({ port: 0, controlPort }),
  TOKEN_ISSUER_PORT: (port) => startTokenIssuer({ port }),
  SECRETS_MANAGER_PORT: (port) => startSecretsManagerEmulator({ port }),
  DYNAMODB_PORT: (port) => startLocalDynamoDb({ port, tables: {} }),
  LOGS_PORT: (port) => startLogsEmulator({ port }),
  SQS_PORT: (port) => startLocalSqs({ port, names: { queue: "q", deadLetters: "d" }, region: REGION }),
};

describe("a port that is taken after all", () => {
  it.each(Object.entries(STARTED))("is told with what to set: %s", async (variable, start) => {
    const { port, release } = await listen(0);
    try {
      const error = await start(port).then(
        () => expect.fail("it listens"),
        (thrown: Error) => thrown,
      );
      const told = toTakenPort(error, parsePorts({ [variable]: String(port) }));
      expect(told).toBeInstanceOf(StartError);
      expect(told?.message).toMatch(new RegExp(`^Port ${port} for .* is taken. Stop what uses it, or set ${variable} to a free one.$`));
    } finally {
      await release();
    }
  });

  it("is not made of another failure, nor of a port that is none of the stack's", () => {
    const ports = parsePorts({});
    expect(toTakenPort(new Error("connect ECONNREFUSED 127.0.0.1:3000"), ports)).toBeUndefined();
    expect(toTakenPort(new Error("listen EADDRINUSE: address already in use 127.0.0.1:9"), ports)).toBeUndefined();
  });
});
