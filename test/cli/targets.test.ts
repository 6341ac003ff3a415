/** `ccgw targets list`: asks the simulated gateway with whichever Guid there is, and signs nobody in. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseTarget } from "../../cli/connection/targets.ts";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import { listTargets } from "../../cli/targets/list.ts";
import { type GatewaySimulator, startGatewaySimulator } from "../../dev/gateway-simulator/simulator.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { createMemorySessions } from "../../lib/sessions/memory-sessions.ts";
import { openLocalPlace } from "../support/local-place.ts";

let gateway: GatewaySimulator;
let secrets: SecretsManagerEmulator;
let book: SecretBook;
beforeAll(async () => {
  gateway = await startGatewaySimulator({ port: 0 });
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  book = openSecretBook(await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port }));
  secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: gateway.url, ca: gateway.caPem });
  secrets.putSecret("ccgw/local/agents/main/101", { schemaVersion: 1, session: "external", guid: gateway.guidOf("101") });
  const signIn = { password: "local-demo-password-102", phonenum: "88880102" };
  secrets.putSecret("ccgw/local/agents/main/102", { schemaVersion: 1, session: "managed", signIn, inlineSignIn: true });
  const verification = { secrets: [{ id: "first", value: "local-hand-over-key" }] };
  secrets.putSecret("ccgw/local/agents/main/104", { schemaVersion: 1, session: "handed-over", verification });
});
beforeEach(() => gateway.reset());
afterAll(async () => {
  book.close();
  await secrets.stop();
  await gateway.stop();
  vi.unstubAllEnvs();
});

const sessions = createMemorySessions({ wallMs: Date.now });
const list = (agent: string) => listTargets(book, sessions, agent);

describe("the targets that are listed", () => {
  it("are those of an external agent's gateway, as a connection takes them", async () => {
    const { json, lines, exitCode } = await list("main/101");
    expect(lines).toEqual([
      "skill queues    name     media type",
      "skill-queue:31  billing  1",
      "skill-queue:32  support  1",
      "",
      "access codes       name             media type",
      "access-code:88880  local-demo-flow  1",
      expect.stringContaining("as public clients read them"),
    ]);
    expect(json).toMatchObject({
      agent: "main/101",
      skillQueues: { targets: [{ target: "skill-queue:31" }, { target: "skill-queue:32" }] },
    });
    expect(parseTarget("billing=skill-queue:31")).toEqual(["billing", { type: "skill-queue", address: "31" }]);
    expect(exitCode).toBe(0);
    expect(JSON.stringify({ json, lines })).not.toContain(gateway.guidOf("101"));
  });

  it("are asked for with the Guid that was handed over", async () => {
    await sessions.handOver("main/104", { guid: gateway.guidOf("104"), renewedAt: Date.now() });
    expect((await list("main/104")).exitCode).toBe(0);
  });

  it("sign nobody in, whatever the secret allows", async () => {
    await expect(list("main/102")).rejects.toThrow("nobody keeps the agent signed in");
    expect(gateway.requests()).toEqual([]);
  });

  it("say what no transfer takes, what is not known, and that there are none", async () => {
    const answer = (endpoint: "skill-queues" | "access-codes", result: readonly unknown[]) =>
      gateway.addFault({ kind: "body", body: JSON.stringify({ message: "", retcode: "0", result }), endpoint });
    answer("skill-queues", []);
    answer("access-codes", [{ inno: "8".repeat(25), description: "long", mediatype: 1 }, { other: "member" }]);
    const { lines, exitCode } = await list("main/101");
    expect(lines[0]).toBe("The gateway tells of no skill queues.");
    expect(lines).toContainEqual(expect.stringMatching(/^\(8{25}\) +long /));
    expect(lines).toContain("1 more access codes have other members than are known.");
    expect(exitCode).toBe(0);
  });

  it("say which list was not told, and end with 1", async () => {
    gateway.addFault({ kind: "retcode", retcode: "000-002", endpoint: "access-codes" });
    const { lines, exitCode } = await list("main/101");
    expect(lines).toContain("The gateway did not tell its access codes: 000-002.");
    expect(exitCode).toBe(1);
  });

  it.each([
    ["101", "An agent is named as GATEWAY/ID"],
    ["other/101", "There is no gateway other"],
    ["main/150", "There is no secret ccgw/local/agents/main/150"],
  ])("are refused of %s", async (agent, words) => {
    await expect(list(agent)).rejects.toThrow(words);
  });
});
