/** Which secrets there are in a folder, and in which version one is read. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DeleteSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
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

function put(...names: readonly string[]): void {
  for (const name of names) emulator.putSecret(name, "planted-secret");
}

describe("the secrets of a folder", () => {
  it("are listed by their names within it, without being read", async () => {
    put("ccgw/agents/main/101", "ccgw/agents/branch/102");
    expect([...(await createSecrets("ccgw").list("agents"))].sort()).toEqual(["branch/102", "main/101"]);
    expect(emulator.requests.map(({ operation }) => operation)).toEqual(["ListSecrets"]);
  });

  it("are none where there are none", async () => {
    expect(await createSecrets("ccgw").list("agents")).toEqual([]);
  });

  it("are neither those of another folder nor of another prefix", async () => {
    put("ccgw/agents/main/101", "ccgw/agents-old/main/102", "ccgw/agents", "ccgw/connections/agents/1", "ccgw/gateways/main");
    put("ccgw2/agents/main/103", "other/ccgw/agents/main/104", "CCGW/agents/main/105", "agents/main/106");
    expect(await createSecrets("ccgw").list("agents")).toEqual(["main/101"]);
  });

  it("are asked for alone, however many others there are", async () => {
    put("ccgw/agents/main/101", ...Array.from({ length: 150 }, (_, index) => `ccgw/connections/${index}`));
    expect(await createSecrets("ccgw").list("agents")).toEqual(["main/101"]);
    expect(emulator.requests).toHaveLength(1);
  });

  it("are all of them, over several pages", async () => {
    const agents = Array.from({ length: 250 }, (_, index) => `main/${101 + index}`);
    put(...agents.map((agent) => `ccgw/agents/${agent}`));
    expect([...(await createSecrets("ccgw").list("agents"))].sort()).toEqual(agents);
    expect(emulator.requests.map(({ operation }) => operation)).toEqual(["ListSecrets", "ListSecrets", "ListSecrets"]);
  });

  it("are not those that are marked for deletion", async () => {
    put("ccgw/agents/main/101", "ccgw/agents/main/102");
    const client = new SecretsManagerClient({});
    await client.send(new DeleteSecretCommand({ SecretId: "ccgw/agents/main/101" }));
    client.destroy();
    expect(await createSecrets("ccgw").list("agents")).toEqual(["main/102"]);
  });

  it("are those that begin so, whatever else the filter lets through, an empty page in between", async () => {
    const pages = [
      {
        SecretList: [{ Name: "ccgw/agents/main/101" }, { Name: "ccgw/agentstore" }, { Name: "old/ccgw/agents/main/9" }, {}],
        NextToken: "2",
      },
      { SecretList: [], NextToken: "3" },
      { SecretList: [{ Name: "ccgw/agents/main/102" }] },
    ];
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(pages.shift()));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await createSecrets("ccgw").list("agents")).toEqual(["main/101", "main/102"]);
  });

  it("are unavailable where a page is, and its error's name is the reason", async () => {
    put("ccgw/agents/main/101");
    emulator.failNext({ operation: "ListSecrets", type: "AccessDeniedException" });
    const { list } = createSecrets("ccgw");
    await expect(list("agents")).rejects.toMatchObject({ code: "secrets-unavailable", message: "AccessDeniedException" });
    expect(await list("agents")).toEqual(["main/101"]);
  });
});

describe("a secret's version", () => {
  it("comes with its text, the same as long as nobody writes it", async () => {
    put("ccgw/agents/main/101");
    const { readVersion } = createSecrets("ccgw");
    const first = await readVersion("agents/main/101");
    expect(first).toEqual({ text: "planted-secret", versionId: expect.stringMatching(/^[\da-f-]{36}$/), writtenAt: expect.any(Date) });
    expect(await readVersion("agents/main/101")).toEqual(first);
  });

  it("is another one with each put, also of the same text", async () => {
    const { readVersion } = createSecrets("ccgw");
    const versions: unknown[] = [];
    for (const text of ["one", "two", "two"]) {
      emulator.putSecret("ccgw/a", text);
      const version = await readVersion("a");
      expect(version?.text).toBe(text);
      versions.push(version?.versionId);
    }
    expect(new Set(versions).size).toBe(3);
  });

  it("is none where there is no such secret", async () => {
    expect(await createSecrets("ccgw").readVersion("agents/main/101")).toBeUndefined();
  });

  it("is unavailable where it cannot be read", async () => {
    put("ccgw/a");
    emulator.failNext({ operation: "GetSecretValue", type: "AccessDeniedException" });
    await expect(createSecrets("ccgw").readVersion("a")).rejects.toMatchObject({ code: "secrets-unavailable" });
  });
});
