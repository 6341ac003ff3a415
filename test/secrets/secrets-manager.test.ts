import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { createSecrets } from "../../lib/secrets/secrets-manager.ts";

let emulator: SecretsManagerEmulator;
beforeEach(async () => {
  emulator = await startSecretsManagerEmulator({ port: 0 });
  vi.stubEnv("AWS_REGION", "eu-central-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", emulator.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await emulator.stop();
});

describe("reading a secret", () => {
  it("gives its current text, as it is", async () => {
    emulator.putSecret("prefix/connections/a", ' {"value": "ü 客 😀"}\n');
    expect(await createSecrets("prefix").read("connections/a")).toBe(' {"value": "ü 客 😀"}\n');
    expect(emulator.requests).toEqual([{ operation: "GetSecretValue", secretId: "prefix/connections/a" }]);
  });

  it("gives when it was written", async () => {
    const before = Date.now() - 1_000;
    emulator.putSecret("prefix/a", "one");
    const { writtenAt } = (await createSecrets("prefix").readVersion("a")) ?? {};
    expect(writtenAt?.getTime()).toBeGreaterThan(before);
  });

  it("gives the newest text each time", async () => {
    const read = createSecrets("prefix").read;
    emulator.putSecret("prefix/a", "one");
    expect(await read("a")).toBe("one");
    emulator.putSecret("prefix/a", "two");
    expect(await read("a")).toBe("two");
  });

  it("gives nothing where there is none of that name", async () => {
    emulator.putSecret("other/a", "one");
    expect(await createSecrets("prefix").read("a")).toBeUndefined();
  });

  it("gives nothing of one that has bytes instead of text", async () => {
    await send(new CreateSecretCommand({ Name: "prefix/a", SecretBinary: new Uint8Array([1, 2, 3]) }));
    expect(await createSecrets("prefix").read("a")).toBeUndefined();
  });
});

describe("a secret that is marked for deletion", () => {
  it("is not there until it is restored", async () => {
    emulator.putSecret("prefix/a", "one");
    await send(new DeleteSecretCommand({ SecretId: "prefix/a" }));
    const read = createSecrets("prefix").read;
    expect(await read("a")).toBeUndefined();
    emulator.putSecret("prefix/a", "two");
    expect(await read("a")).toBe("two");
  });
});

describe("secrets are unavailable", () => {
  it.each(["AccessDeniedException", "DecryptionFailure", "InvalidParameterException", "UnrecognizedClientException"])(
    "on %s, whose name is the reason",
    async (type) => {
      emulator.putSecret("prefix/a", "planted-secret");
      emulator.failNext({ operation: "GetSecretValue", type });
      const read = createSecrets("prefix").read;
      await expect(read("a")).rejects.toMatchObject({ code: "secrets-unavailable", effect: "none", message: type });
      expect(await read("a")).toBe("planted-secret");
    },
  );

  it.each(["InternalServiceError", "ThrottlingException"])("on %s, only where it comes twice", async (type) => {
    emulator.putSecret("prefix/a", "one");
    emulator.failNext({ operation: "GetSecretValue", type });
    const read = createSecrets("prefix").read;
    expect(await read("a")).toBe("one");
    emulator.failNext({ operation: "GetSecretValue", type, times: 2 });
    await expect(read("a")).rejects.toMatchObject({ code: "secrets-unavailable", message: type });
    expect(emulator.requests).toHaveLength(4);
  });

  it("when nobody listens", async () => {
    await emulator.stop();
    await expect(createSecrets("prefix").read("a")).rejects.toMatchObject({ code: "secrets-unavailable", message: "ECONNREFUSED" });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ["does not speak HTTP", (socket) => socket.resume().end("no HTTP\r\n\r\n"), "HPE_INVALID_CONSTANT"],
    ["hangs up", (socket) => socket.destroy(), "ECONNRESET"],
    ["says nothing", (socket) => socket.resume(), "ETIMEDOUT"],
  ])("when what listens %s", async (_what, treat, reason) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on("error", () => undefined));
      treat(socket);
    }).listen(0, "127.0.0.1");
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      await promisify(server.close.bind(server))();
    });
    await once(server, "listening");
    const address = server.address();
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
    await expect(createSecrets("prefix").read("a")).rejects.toMatchObject({ code: "secrets-unavailable", message: reason });
  });
});

async function send(command: CreateSecretCommand | DeleteSecretCommand): Promise<void> {
  const client = new SecretsManagerClient({});
  try {
    // One call with a union of commands fits none of the overloads.
    await (command instanceof CreateSecretCommand ? client.send(command) : client.send(command));
  } finally {
    client.destroy();
  }
}
