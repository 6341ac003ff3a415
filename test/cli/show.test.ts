/** What `ccgw … list` and `ccgw … show` tell of gateways, agents and connections: all that an operator asks for, and no secret. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { listAgents } from "../../cli/agent/list.ts";
import { showAgent } from "../../cli/agent/show.ts";
import { listConnections } from "../../cli/connection/list.ts";
import { showConnection } from "../../cli/connection/show.ts";
import { listGateways } from "../../cli/gateway/list.ts";
import { showGateway } from "../../cli/gateway/show.ts";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import { createCertificateAuthority } from "../../dev/certificate-authority.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import type { AgentRecord } from "../../lib/sessions/agent-record.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { runCcgw } from "../support/send-process.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
/** In every place of a document that has a secret. */
const CANARY = "canary-of-a-secret-0123456789";
const WHSEC = `whsec_${Buffer.from(CANARY).toString("base64")}`;

let secrets: SecretsManagerEmulator;
let book: SecretBook;
beforeAll(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  book = openSecretBook(await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port }));
  const ca = await createCertificateAuthority({ name: "The site's own CA" });
  secrets.putSecret("ccgw/local/gateways/main", {
    schemaVersion: 1,
    url: "https://10.0.0.5:8043",
    ca: ca.caPem,
    tlsServerName: "cc.example.com",
  });
  secrets.putSecret("ccgw/local/gateways/open", { schemaVersion: 1, url: "https://cc.example.com" });
  secrets.putSecret("ccgw/local/agents/main/101", { schemaVersion: 1, session: "external", guid: CANARY, cookies: `a=${CANARY}` });
  const signIn = { password: CANARY, phonenum: "88880102" };
  secrets.putSecret("ccgw/local/agents/main/102", { schemaVersion: 1, session: "managed", signIn });
  const proof = { secrets: [{ id: "2026-11", value: CANARY, notAfter: "2027-01-01T00:00:00Z" }] };
  const crm = { schemaVersion: 1, source: "api", gateway: "main", verification: proof };
  const callback = { url: `https://receiver.example.com/in?key=${CANARY}`, secrets: [WHSEC] };
  secrets.putSecret("ccgw/local/connections/crm", { ...crm, callback });
  secrets.putSecret("ccgw/local/connections/broken", { ...crm, pasword: CANARY });
});
afterAll(async () => {
  book.close();
  await secrets.stop();
  vi.unstubAllEnvs();
});

describe("ccgw … list", () => {
  const put = (path: string, document: object) => {
    secrets.putSecret(`ccgw/local/${path}`, { schemaVersion: 1, ...document });
    onTestFinished(() => secrets.deleteSecret(`ccgw/local/${path}`));
  };

  it("says of a gateway whom it trusts, of an agent how its session is held, of a connection what it may do", async () => {
    const of = { source: "api", gateway: "main" };
    put("connections/idle", { ...of, agentId: "101", enabled: false });
    put("connections/trial", { ...of, test: true });
    const [gateways, agents, connections] = await Promise.all([listGateways(book), listAgents(book), listConnections(book)]);
    expect(gateways.lines.slice(1)).toEqual([
      expect.stringMatching(/^main +https:\/\/10\.0\.0\.5:8043 +its own authority$/),
      expect.stringMatching(/^open +https:\/\/cc\.example\.com +public authorities$/),
    ]);
    expect(agents.lines.slice(1)).toEqual([expect.stringMatching(/^main\/101 +external$/), expect.stringMatching(/^main\/102 +managed$/)]);
    expect(connections.lines.slice(3)).toEqual([
      expect.stringMatching(/^idle +api +main\/101 +disabled$/),
      expect.stringMatching(/^trial +api +main\/any +test$/),
    ]);
    expect([gateways, agents, connections].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  });

  it("says that there are none", async () => {
    const none = { ...book, list: async () => [] };
    const lists = await Promise.all([listGateways(none), listAgents(none), listConnections(none)]);
    expect(lists.map(({ lines }) => lines)).toEqual([
      ["There is no gateway yet."],
      ["There is no agent yet."],
      ["There is no connection yet: ccgw connection add makes one."],
    ]);
  });

  it.each([
    ["gateway", "gateways", "torn"],
    ["agent", "agents", "main/109"],
    ["connection", "connections", "torn"],
  ])(
    "of each %s shows one that is no JSON object as broken, without what is in it, beside all others, and ends with 1",
    async (kind, listed, name) => {
      const path = `ccgw/local/${listed}/${name}`;
      secrets.putSecret(path, [CANARY]);
      onTestFinished(() => secrets.deleteSecret(path));
      const local = { SECRETS_MANAGER_PORT: new URL(secrets.url).port };
      const asPeople = await runCcgw([kind, "list"], local);
      expect(asPeople).toEqual({
        code: 1,
        output: expect.stringMatching(new RegExp(`^${name} +broken: ${path}: is not a JSON object\\.$`, "m")),
      });
      expect(asPeople.output).toMatch(/^(main|main\/101|crm) /m);
      const { code, output } = await runCcgw([kind, "list", "--json"], local);
      expect(code).toBe(1);
      const rows: unknown = JSON.parse(output)[listed];
      expect(rows).toContainEqual({ name, broken: `${path}: is not a JSON object.`, changedAt: expect.any(String) });
      expect(asPeople.output + output).not.toContain(CANARY);
    },
  );
});

const NOTHING_KNOWN = { read: async () => undefined, nowMs: NOW_MS };

describe("ccgw connection show", () => {
  it("tells where to post, and by which secrets it is proven, by their ids", async () => {
    const { json, lines } = await showConnection(book, "crm", "https://hooks.example.com");
    expect(json).toMatchObject({
      url: "https://hooks.example.com/v1/transfers/crm",
      document: {
        verification: { secrets: [{ id: "2026-11", value: "(secret)", notAfter: "2027-01-01T00:00:00Z" }] },
        callback: { url: "https://receiver.example.com/in?(secret)", secrets: ["(secret)"] },
      },
    });
    expect(lines[0]).toBe("POST https://hooks.example.com/v1/transfers/crm");
  });

  it("names what is wrong with one that no function takes, and shows nothing of it: what is in an unknown field is not known", async () => {
    const shown = showConnection(book, "broken", "https://hooks.example.com");
    await expect(shown).rejects.toThrow("ccgw/local/connections/broken: document has unknown fields: pasword");
  });
});

describe("ccgw gateway show", () => {
  it("tells whom it trusts there, by fingerprint and for how long", async () => {
    const { json, lines } = await showGateway(book, "main", Date.now());
    expect(json).toMatchObject({
      url: "https://10.0.0.5:8043",
      tlsServerName: "cc.example.com",
      authorities: [{ subject: "CN=The site's own CA", fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) }],
    });
    expect(lines.join("\n")).toMatch(
      /trusts, and nothing else:\n {2}CN=The site's own CA\n {4}signed by itself\n {4}SHA-256 .*\n {4}until .*Z, \d+ days from now$/,
    );
  });

  it("says when that is over", async () => {
    const { json, lines } = await showGateway(book, "main", Date.now() + 50_000 * DAY_MS);
    expect(json).toMatchObject({ authorities: [{ daysLeft: expect.toSatisfy((days: number) => days < 0) }] });
    expect(lines.at(-1)).toContain("which is over");
  });

  it("says that one without authorities of its own trusts the public ones", async () => {
    const { lines } = await showGateway(book, "open", NOW_MS);
    expect(lines.at(-1)).toBe("trusts: public authorities");
  });
});

describe("ccgw agent show", () => {
  const managed = async (record: AgentRecord) => showAgent(book, "main/102", { read: async () => record, nowMs: NOW_MS });

  it("tells since when one is signed in, who keeps it, and what its password was said to have left, without its Guid", async () => {
    const { json, lines } = await managed({
      fence: 3,
      session: { guid: CANARY, cookies: CANARY, renewedAt: NOW_MS, events: "poll" },
      lease: { owner: "a-run", until: NOW_MS + 30_000, beat: 7 },
      attempt: { secretVersion: "v1", at: NOW_MS - DAY_MS, result: "signed-in", failures: 0, proven: true },
      password: { daysLeft: 12, at: NOW_MS - DAY_MS },
    });
    expect(json).toMatchObject({ session: { renewedAt: "2026-11-25T12:00:00.000Z", events: "poll", password: { daysLeft: 12 } } });
    expect(lines.join("\n")).toContain("Signed in, the Guid of 2026-11-25T12:00:00.000Z, events by poll.");
    expect(lines.join("\n")).toContain("The password was said to end in 12 days");
    expect(JSON.stringify({ json, lines })).not.toContain(CANARY);
  });

  it.each([
    ["an older version", () => "v1", true],
    ["this version", (versionId: string) => versionId, false],
  ])(
    "says how to have it signed in anew where its session is of %s of the secret: the password may be another one",
    async (_what, of, told) => {
      const { versionId } = await book.require("agents", "main/102");
      const attempt = { secretVersion: of(versionId), at: NOW_MS - DAY_MS, result: "signed-in", failures: 0, proven: true } as const;
      const session = { guid: CANARY, renewedAt: NOW_MS, events: "poll" } as const;
      const { json, lines } = await managed({
        fence: 3,
        session,
        attempt,
        password: { daysLeft: 3, mustChange: true, at: NOW_MS - DAY_MS },
      });
      expect(json).toMatchObject({ session: { isOfOlderSecret: told } });
      expect(lines).toContain("The password was said to have to be changed, at 2026-11-24T12:00:00.000Z.");
      expect(lines.at(-1)?.includes('docs/sessions.md#signing-out, with {"only":["main/102"]}')).toBe(told);
    },
  );

  it("says that a sign-in is parked, and why", async () => {
    const { versionId } = await book.require("agents", "main/102");
    const refused = { secretVersion: versionId, at: NOW_MS, result: "refused", retcode: "100-004", failures: 1, proven: false } as const;
    const { json, lines } = await managed({ fence: 1, attempt: refused });
    expect(json).toMatchObject({ session: { parked: "100-004", lastSignIn: { result: "refused", retcode: "100-004" } } });
    expect(lines).toContain("Not signed in.");
    expect(lines.at(-1)).toBe("This secret is parked (100-004): it is not tried again before it is written anew.");
  });

  it("knows nothing of a session that somebody else writes into the secret", async () => {
    const { json, lines } = await showAgent(book, "main/101", NOTHING_KNOWN);
    expect(json).toMatchObject({ document: { guid: "(secret)", cookies: "(secret)" }, session: undefined });
    expect(lines.at(-1)).toContain("Somebody else holds its session");
  });
});

it.each(["crm", "main", "main/101", "main/102"])("shows no secret of %s, to people or programs", async (name) => {
  const show = {
    crm: () => showConnection(book, name, "https://hooks.example.com"),
    main: () => showGateway(book, name, NOW_MS),
  }[name];
  const { json, lines } = await (show ?? (() => showAgent(book, name, NOTHING_KNOWN)))();
  for (const secret of [CANARY, WHSEC]) expect(JSON.stringify({ json, lines })).not.toContain(secret);
});

it("of an agent takes its whole name alone", async () => {
  for (const name of ["main", "101"]) await expect(showAgent(book, name, NOTHING_KNOWN)).rejects.toThrow("GATEWAY/ID: main/101");
});

describe("as they are typed", () => {
  const typed = (...given: string[]) => runCcgw(given, { SECRETS_MANAGER_PORT: new URL(secrets.url).port });

  it("lists agents and gateways", async () => {
    expect(await typed("agent", "list")).toEqual({ code: 0, output: "agent     session\nmain/101  external\nmain/102  managed\n" });
    expect(await typed("gateway", "list")).toEqual({
      code: 0,
      output:
        "name  url                     trusts\nmain  https://10.0.0.5:8043   its own authority\nopen  https://cc.example.com  public authorities\n",
    });
  });

  it("ends with 1 where there is nothing of that name", async () => {
    expect(await typed("gateway", "show", "other")).toEqual({
      code: 1,
      output: "There is no secret ccgw/local/gateways/other. There are main, open.\n",
    });
  });
});
