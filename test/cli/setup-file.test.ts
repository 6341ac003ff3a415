/** `ccgw diff`, `apply` and `export`: a file without secrets, and a stack that is as it says. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Place } from "../../cli/place.ts";
import { openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import { applySetup } from "../../cli/setup-file/apply.ts";
import { diffSetup } from "../../cli/setup-file/diff.ts";
import { exportSetup } from "../../cli/setup-file/export.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { createScriptedPrompter } from "../support/scripted-prompter.ts";
import { runCcgw } from "../support/send-process.ts";

/** In every place that has a secret. */
const CANARY = "canary-of-a-secret-0123456789";
const EXAMPLE = "examples/ccgw.yaml";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "setup-file-"));
});
afterAll(() => rm(folder, { recursive: true }));

let secrets: SecretsManagerEmulator;
let place: Place;
let book: SecretBook;
beforeEach(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
  book = openSecretBook(place);
  vi.stubEnv("AGENT_102_PASSWORD", CANARY);
  vi.stubEnv("ZENDESK_SIGNING_SECRET", CANARY);
});
afterEach(async () => {
  book.close();
  await secrets.stop();
  vi.unstubAllEnvs();
});

let files = 0;
async function write(text: string): Promise<string> {
  const file = join(folder, `${files++}.yaml`);
  await writeFile(file, text);
  return file;
}

const SITE = { schemaVersion: 1, url: "https://cc.example.com" };
/** The least: a gateway, and a connection with a proof. */
const crmWith = (value: string, more = "") => `
schemaVersion: 1
gateways:
  main: { url: "https://cc.example.com" }
connections:
  crm:
    source: api
    gateway: main
    verification:
      secrets: [{ id: first, value: ${value} }]
${more}`;
const putCrm = (value = CANARY) => {
  secrets.putSecret("ccgw/local/gateways/main", SITE);
  const verification = { secrets: [{ id: "first", value }] };
  secrets.putSecret("ccgw/local/connections/crm", { schemaVersion: 1, source: "api", gateway: "main", verification });
};
const diff = async (text: string) => diffSetup(book, place, await write(text));
const apply = async (text: string, more: { prune?: true; sheets?: string } = {}) =>
  applySetup(book, place, { file: await write(text), yes: true, ...more }, undefined);
const documentOf = async (name: string) => (await book.require("connections", name)).document;
const secretOf = async (name: string) => Object((await documentOf(name)).verification).secrets[0].value;
const versionsOf = () => Promise.all(["crm", "zendesk"].map(async (name) => (await book.require("connections", name)).versionId));

describe("a setup file that is applied", () => {
  it("writes all of the example, those that others refer to first, and a second time nothing", async () => {
    const applied = () => applySetup(book, place, { file: EXAMPLE, yes: true }, undefined);
    expect(await applied()).toMatchObject({ json: { written: 5 } });
    expect((await book.require("gateways", "site-a")).document).toMatchObject({ url: "https://cc-staging.example.com:8043" });
    expect((await documentOf("zendesk")).mapping).toBe(await readFile("examples/zendesk.jsonata", "utf8"));
    const versions = await versionsOf();
    const again = await applied();
    expect(again).toMatchObject({ json: { written: 0 } });
    expect(again.lines).toEqual(["No difference: 5 as the file says.", "Nothing was written."]);
    expect(await versionsOf()).toEqual(versions);
    expect(await diffSetup(book, place, EXAMPLE)).toMatchObject({ json: { same: true }, exitCode: 0 });
  });

  it("makes a secret once, and keeps it from then on", async () => {
    await apply(crmWith("{ generate: true }"));
    const made = await secretOf("crm");
    expect(made).toMatch(/^[\w-]{43}$/);
    await apply(
      crmWith(
        "{ generate: true }",
        "    agentId: '101'\nagents: { main/101: { session: external, guid: { fromEnv: AGENT_102_PASSWORD } } }",
      ),
    );
    expect(await secretOf("crm")).toBe(made);
    expect((await documentOf("crm")).agentId).toBe("101");
  });

  it("writes nothing where there is no folder for sheets, and names the option", async () => {
    const sheets = join(folder, "none");
    await expect(apply(crmWith("{ generate: true }"), { sheets })).rejects.toThrow(
      `--sheets: there is no folder ${sheets}. Nothing was written`,
    );
    expect(await book.list("gateways")).toEqual([]);
  });

  it("hands a secret that it makes over in a sheet for its owner alone, and prints it nowhere", async () => {
    const report = await apply(crmWith("{ generate: true }"), { sheets: folder });
    const sheet = join(folder, "crm-hand-over.md");
    const made = await secretOf("crm");
    expect(await readFile(sheet, "utf8")).toContain(made);
    expect((await stat(sheet)).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(report)).not.toContain(made);
    expect(report.lines.at(-1)).toContain(sheet);
  });

  it.each([
    ["where the first ends", "", ', notAfter: "2027-01-01T00:00:00Z"', "new"],
    ["where the first ends sooner", ', notAfter: "2027-01-02T00:00:00Z"', ', notAfter: "2027-01-01T00:00:00Z"', "new"],
    ["where the last ends", ', notAfter: "2027-01-01T00:00:00Z"', "", "old"],
    ["the last, where none ends", "", "", "new"],
  ])("hands over the one of two secrets that stays, and says where the other is: %s", async (_which, ofNew, ofOld, kept) => {
    const both = `secrets: [{ id: old, value: { generate: true }${ofOld} }, { id: new, value: { generate: true }${ofNew} }]`;
    const sheets = await mkdtemp(join(folder, "sheets-"));
    const { lines } = await apply(crmWith("").replace(/secrets: .*/, both), { sheets });
    const sheet = join(sheets, "crm-hand-over.md");
    const text = await readFile(sheet, "utf8");
    const made: readonly { readonly id: string; readonly value: string }[] = Object((await documentOf("crm")).verification).secrets;
    expect(made.filter(({ value }) => text.includes(value)).map(({ id }) => id)).toEqual([kept]);
    expect(lines.filter((line) => line.startsWith("Made: ")).map((line) => line.includes(sheet))).toEqual(
      made.map(({ id }) => id === kept),
    );
  });

  it.each([
    ["the environment", "{ fromEnv: ZENDESK_SIGNING_SECRET }"],
    ["a file beside it", "{ fromFile: ./secret.txt }"],
    ["another secret", "{ fromSecret: of/somebody/else }"],
    ["a key of another secret", "{ fromSecret: 'of/somebody/json#password' }"],
  ])("takes a secret from %s", async (_where, reference) => {
    await writeFile(join(folder, "secret.txt"), `${CANARY}\n`);
    secrets.putSecret("of/somebody/else", CANARY);
    secrets.putSecret("of/somebody/json", { password: CANARY });
    await apply(crmWith(reference));
    expect(await secretOf("crm")).toBe(CANARY);
  });

  it("keeps all secrets of a list, so that what was rotated by hand stays", async () => {
    putCrm();
    const { document } = await book.require("connections", "crm");
    const rotated = [
      { id: "first", value: CANARY, notAfter: "2027-01-01T00:00:00Z" },
      { id: "second", value: `${CANARY}-2` },
    ];
    secrets.putSecret("ccgw/local/connections/crm", { ...document, verification: { secrets: rotated } });
    const text = crmWith("").replace(/secrets: .*/, "secrets: { keep: true }");
    expect(await apply(`${text}    maxAgeSeconds: 60`)).toMatchObject({ json: { written: 1 } });
    expect(await documentOf("crm")).toMatchObject({ maxAgeSeconds: 60, verification: { secrets: rotated } });
  });

  it("keeps a secret by its id, wherever it stands in its list", async () => {
    putCrm();
    const { document } = await book.require("connections", "crm");
    const [one, two] = ["one", "two"].map((id) => ({ id, value: `${CANARY}-${id}` }));
    secrets.putSecret("ccgw/local/connections/crm", { ...document, verification: { secrets: [one, two] } });
    const both = "secrets: [{ id: two, value: { keep: true } }, { id: one, value: { generate: true } }]";
    expect(await diff(crmWith("").replace(/secrets: .*/, both))).toMatchObject({ json: { same: true } });
    const second = "secrets: [{ id: two, value: { keep: true } }]";
    await apply(crmWith("").replace(/secrets: .*/, second));
    expect(await documentOf("crm")).toMatchObject({ verification: { secrets: [two] } });
  });

  it("leaves alone that a connection is being captured", async () => {
    putCrm();
    const captureUntil = "2026-11-25T12:15:00Z";
    secrets.putSecret("ccgw/local/connections/crm", { ...(await documentOf("crm")), captureUntil });
    await apply(crmWith("{ keep: true }", "    maxAgeSeconds: 60"));
    expect(await documentOf("crm")).toMatchObject({ maxAgeSeconds: 60, captureUntil });
    expect((await exportSetup(book, place)).lines.join("\n")).not.toContain("captureUntil");
  });

  it("leaves alone what it does not name, unless that is to be pruned", async () => {
    putCrm();
    secrets.putSecret("ccgw/local/gateways/old", SITE);
    expect(await diff(crmWith("{ keep: true }"))).toMatchObject({
      json: { changes: [{ kind: "same" }, { kind: "surplus", what: "gateway", name: "old" }, { kind: "same" }] },
      exitCode: 1,
    });
    await apply(crmWith("{ keep: true }"));
    expect(await book.read("gateways", "old")).toBeDefined();
    await apply(crmWith("{ keep: true }"), { prune: true });
    expect(await book.read("gateways", "old")).toBeUndefined();
  });

  it("prunes nothing by a file for other stages", async () => {
    putCrm();
    secrets.putSecret("ccgw/local/gateways/old", SITE);
    const stages = (name: string) => crmWith("{ keep: true }", `stages: { ${name}: {} }`);
    await expect(apply(stages("prod"), { prune: true })).rejects.toThrow(/:11: stages has nothing for local: --prune takes no file/);
    expect(await book.read("gateways", "old")).toBeDefined();
    expect(await apply(stages("prod"))).toMatchObject({ json: { written: 0 } });
    await apply(stages("local"), { prune: true });
    expect(await book.read("gateways", "old")).toBeUndefined();
  });

  it("says of a managed agent that is to go how it is signed out", async () => {
    putCrm();
    const signIn = { password: CANARY, phonenum: "1002" };
    secrets.putSecret("ccgw/local/agents/main/102", { schemaVersion: 1, session: "managed", signIn });
    secrets.putSecret("ccgw/local/agents/main/101", { schemaVersion: 1, session: "external", guid: CANARY });
    const prompter = createScriptedPrompter(false);
    const applied = applySetup(book, place, { file: await write(crmWith("{ keep: true }")), prune: true }, prompter);
    await expect(applied).rejects.toThrow("Nothing was written.");
    expect(prompter.shown.join("\n")).toContain("Stays signed in at its gateway, unless it is signed out first: main/102.");
    expect(prompter.shown.join("\n")).toContain(`-d '{"keepOut":true,"only":["main/102"]}' http://127.0.0.1:`);
  });

  it("removes nothing that was changed since it was shown", async () => {
    putCrm();
    secrets.putSecret("ccgw/local/gateways/old", SITE);
    const prompter = createScriptedPrompter(true);
    const changing: typeof prompter = {
      ...prompter,
      async confirm(...asked) {
        secrets.putSecret("ccgw/local/gateways/old", { ...SITE, authMode: 1 });
        return prompter.confirm(...asked);
      },
    };
    const applied = applySetup(book, place, { file: await write(crmWith("{ keep: true }")), prune: true }, changing);
    await expect(applied).rejects.toThrow("gateway old: ccgw/local/gateways/old was changed by somebody else meanwhile");
    expect(await book.read("gateways", "old")).toBeDefined();
  });

  it("asks before it writes, and wants --yes where nobody can be asked", async () => {
    const file = await write(crmWith("{ generate: true }"));
    const no = createScriptedPrompter(false);
    await expect(applySetup(book, place, { file }, no)).rejects.toThrow("Nothing was written.");
    expect(no.shown).toContain("+ connection crm");
    await expect(applySetup(book, place, { file }, undefined)).rejects.toThrow("--yes must be given to write:\n+ gateway main");
    expect(await book.list("connections")).toEqual([]);
    await applySetup(book, place, { file }, createScriptedPrompter(true));
    expect(await book.read("connections", "crm")).toBeDefined();
  });

  it("says what was written and what not when it is interrupted, and goes on from there", async () => {
    const breaking: SecretBook = {
      ...book,
      create: (of, name, document) => (of === "connections" ? Promise.reject(new Error("gone")) : book.create(of, name, document)),
    };
    const file = await write(crmWith("{ generate: true }"));
    await expect(applySetup(breaking, place, { file, yes: true }, undefined)).rejects.toThrow(
      "connection crm: Error: gone\nWritten: gateway main. Not written: connection crm.",
    );
    expect(await applySetup(book, place, { file, yes: true }, undefined)).toMatchObject({ json: { written: 1 } });
  });

  it("merges what its stage says, in which null takes away", async () => {
    const stages = `    maxAgeSeconds: 60
stages:
  local: { gateways: { main: { url: "https://local.example.com" } }, connections: { crm: { maxAgeSeconds: null, test: true } } }
  prod: { connections: { crm: null } }`;
    await apply(crmWith("{ generate: true }", stages));
    expect((await book.require("gateways", "main")).document.url).toBe("https://local.example.com");
    expect(await documentOf("crm")).not.toHaveProperty("maxAgeSeconds");
    expect(await documentOf("crm")).toMatchObject({ test: true });
    const prod = { ...place, stage: "prod" };
    expect(await diffSetup(book, prod, await write(crmWith("{ keep: true }", stages)))).toMatchObject({
      json: { changes: [{ kind: "changed" }, { kind: "surplus", name: "crm" }] },
    });
  });
});

it("takes the reference of a stage for that of all, not both", async () => {
  const agent = "agents: { main/101: { session: external, guid: { keep: true } } }";
  const stages = "stages: { local: { agents: { main/101: { guid: { fromEnv: AGENT_102_PASSWORD } } } } }";
  await apply(crmWith("{ generate: true }", `${agent}\n${stages}`));
  expect((await book.require("agents", "main/101")).document).toMatchObject({ guid: CANARY });
});

describe("what differs", () => {
  it("is told field by field, of secrets only whether they do", async () => {
    putCrm();
    vi.stubEnv("OTHER", `${CANARY}-other`);
    const { lines, json, exitCode } = await diff(
      crmWith("{ fromEnv: OTHER }", "    maxAgeSeconds: 60").replace("cc.example", "cc2.example"),
    );
    expect(lines).toEqual([
      "~ gateway main",
      "    url: https://cc.example.com → https://cc2.example.com",
      "~ connection crm",
      "    verification.secrets.first.value: (secret) differs",
      "    maxAgeSeconds: 60 (new)",
      "0 as the file says.",
    ]);
    expect(exitCode).toBe(1);
    expect(JSON.stringify({ json, lines })).not.toContain(CANARY);
  });

  it("shows each field of what would be added, but of what came by a reference only that it did", async () => {
    vi.stubEnv("APP_ID", "00000000-0000-0000-0000-000000000001");
    const proof =
      "verification: { accepted: [{ id: first, value: { fromEnv: APP_ID } }, { id: other, value: of-another }], channels: [directline] }";
    const { lines } = await diff(
      `${crmWith("{ keep: true }").split("connections:")[0]}connections: { bot: { source: bot-framework, gateway: main, ${proof} } }`,
    );
    expect(lines).toEqual([
      "+ gateway main",
      "    schemaVersion: 1",
      "    url: https://cc.example.com",
      "+ connection bot",
      "    schemaVersion: 1",
      "    source: bot-framework",
      "    gateway: main",
      "    verification.accepted.first.id: first",
      "    verification.accepted.first.value: (secret)",
      "    verification.accepted.other.id: other",
      "    verification.accepted.other.value: of-another",
      "    verification.channels.0: directline",
      "0 as the file says.",
    ]);
  });

  it("has no secret of any place, of what came by a reference or of what is there", async () => {
    const callback = { url: `https://receiver.example.com/in?key=${CANARY}`, secrets: [`whsec_${Buffer.from(CANARY).toString("base64")}`] };
    const bot = { appId: "00000000-0000-0000-0000-000000000001", appPassword: CANARY, serviceUrls: ["https://smba.example.com/"] };
    const proof = { accepted: [{ id: "first", value: "00000000-0000-0000-0000-000000000001" }], channels: ["directline"] };
    secrets.putSecret("ccgw/local/gateways/main", SITE);
    const connection = { schemaVersion: 1, source: "bot-framework", gateway: "main", verification: proof, connector: bot, callback };
    secrets.putSecret("ccgw/local/connections/bot", connection);
    secrets.putSecret("ccgw/local/agents/main/101", { schemaVersion: 1, session: "external", guid: CANARY, cookies: `a=${CANARY}` });
    vi.stubEnv("OTHER", `https://other.example.com/in?key=${CANARY}`);
    const text = (await exportSetup(book, place)).lines.join("\n");
    const { lines, json } = await diff(text.replace(/url:\n? +keep: true/, "url: { fromEnv: OTHER }"));
    expect(lines).toContain("    callback.url: (secret) differs");
    expect(lines).toContain("    connector.appPassword: (secret) same");
    for (const secret of [CANARY, callback.secrets[0]]) expect(JSON.stringify({ json, lines, text })).not.toContain(secret);
  });

  it("shows nothing of what no function takes: what is in an unknown field is not known", async () => {
    putCrm();
    secrets.putSecret("ccgw/local/connections/crm", { ...(await documentOf("crm")), pasword: CANARY });
    const { lines, json } = await diff(crmWith("{ keep: true }"));
    expect(lines).toContain("~ connection crm: no function takes what is there, of which nothing is shown");
    expect(JSON.stringify({ json, lines })).not.toContain(CANARY);
    await apply(crmWith("{ keep: true }"));
    expect(await documentOf("crm")).not.toHaveProperty("pasword");
  });
});

describe("a file that is refused, by its line, and without what stands there, has", () => {
  const SECRETS_LINE = "secrets: [{ id: first, value: { keep: true } }]";
  it.each([
    ["a secret itself", crmWith(CANARY), ":10: connections.crm.verification.secrets.0.value must be one of { fromEnv: NAME }"],
    [
      "one in a stage",
      crmWith("{ keep: true }", `stages:\n  local: { connections: { crm: { connector: { appPassword: ${CANARY} } } } }`),
      ":12: connections.crm.connector.appPassword must be one of",
    ],
    [
      "one in an address",
      crmWith("{ keep: true }", `    callback: { url: "https://a.example.com/?key=${CANARY}", secrets: [{ generate: true }] }`),
      ":11: connections.crm.callback.url must be one of",
    ],
    [
      "one as a list",
      crmWith("{ keep: true }").replace(SECRETS_LINE, `secrets: ${CANARY}`),
      ":10: connections.crm.verification.secrets must be one of",
    ],
    ["an unknown field", crmWith("{ keep: true }", `    pasword: ${CANARY}`), ":11: connections.crm.pasword is not a known field"],
    ["an unknown field of its own", `schemaVersion: 1\nsecrets: ${CANARY}`, ":2: secrets is not a known field"],
    [
      "a value that no function takes",
      crmWith("{ keep: true }", "    agentId: 101"),
      ":11: connections.crm.agentId must be a string of digits",
    ],
    [
      "a name that no secret may have",
      "schemaVersion: 1\nagents:\n  main: {}",
      ":3: agents.main has a name that must be GATEWAY/ID, as main/101",
    ],
    ["no version", "gateways: {}", ":1: schemaVersion is required"],
    ["what is no YAML", `schemaVersion: 1\nschemaVersion: "${CANARY}"`, ":2: is not YAML as it should be (DUPLICATE_KEY)"],
    [
      "nothing to keep",
      crmWith("{ keep: true }"),
      ":10: connections.crm.verification.secrets.0.value is to be kept, but nothing is there yet. Instead, { generate: true } makes one, and { fromEnv: NAME }, { fromFile: path } or",
    ],
    [
      "nothing to keep of what only the other side can make",
      crmWith("{ keep: true }").replace("source: api", "source: zendesk"),
      ":10: connections.crm.verification.secrets.0.value is to be kept, but nothing is there yet. Instead, { fromEnv: NAME }",
    ],
    [
      "no list to keep",
      crmWith("").replace(/secrets: .*/, "secrets: { keep: true }"),
      ":10: connections.crm.verification.secrets is to be kept, but nothing is there yet. Instead, it must be a list, as [{ id: first, value: { generate: true } }]",
    ],
    [
      "no secrets of a callback to keep",
      crmWith("{ generate: true }", '    callback: { url: "https://a.example.com/", secrets: { keep: true } }'),
      ":11: connections.crm.callback.secrets is to be kept, but nothing is there yet. Instead, it must be a list, as [{ generate: true }]",
    ],
    [
      "a variable that is not set",
      crmWith("{ fromEnv: NOT_SET }"),
      ":10: connections.crm.verification.secrets.0.value NOT_SET is not set in the environment",
    ],
    [
      "a file that is not there",
      crmWith("{ generate: true }", "    mapping: { file: ./nowhere }"),
      ":11: connections.crm.mapping names a file that cannot be read: ./nowhere",
    ],
    ["a secret that is not there", crmWith("{ fromSecret: 'nowhere#a' }"), "names a secret that is not there: nowhere"],
    [
      "a secret of the other side",
      crmWith("{ generate: true }").replace("source: api", "source: zendesk"),
      ":10: connections.crm.verification.secrets.0.value cannot be generated, only the other side can make it: { fromEnv: NAME }",
    ],
    [
      "a gateway that is not there",
      crmWith("{ generate: true }").replace("gateway: main", "gateway: other"),
      ":8: connections.crm.gateway is one that is not there: other",
    ],
    [
      "an agent that is not there",
      crmWith("{ generate: true }", "    agentId: '101'"),
      ":11: connections.crm.agentId is of an agent that is not there: main/101",
    ],
  ])("%s", async (_what, text, words) => {
    if (text.includes("keep") && !words.includes("kept")) putCrm();
    const refused = diff(text);
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.not.toThrow(CANARY);
  });

  it("more than one mistake: all are told, and nothing is written", async () => {
    const text = crmWith(
      CANARY,
      "  shop: { source: api, gateway: main, verification: { secrets: [{ id: first, value: { fromEnv: NOT_SET } }] } }",
    );
    await expect(apply(text)).rejects.toThrow(/connections\.crm\.verification[^\n]*\n[^\n]*connections\.shop\.verification/);
    expect(await book.list("gateways")).toEqual([]);
  });
});

describe("what is exported", () => {
  it("is a file that says what is there, without a secret", async () => {
    putCrm();
    const { lines } = await exportSetup(book, place);
    expect(lines.join("\n")).toBe(`# What local has. Each { keep: true } is a secret that is there.
schemaVersion: 1
gateways:
  main:
    url: https://cc.example.com
connections:
  crm:
    source: api
    gateway: main
    verification:
      secrets:
        - id: first
          value:
            keep: true`);
    expect(await diff(lines.join("\n"))).toMatchObject({ json: { same: true }, exitCode: 0 });
  });

  it("leaves out, and names, what no function takes", async () => {
    secrets.putSecret("ccgw/local/gateways/main", { ...SITE, pasword: CANARY });
    const { lines, exitCode } = await exportSetup(book, place);
    expect({ lines, exitCode }).toEqual({
      lines: [
        expect.any(String),
        expect.stringContaining("ccgw/local/gateways/main: document has unknown fields: pasword"),
        "schemaVersion: 1",
      ],
      exitCode: 1,
    });
  });
});

describe("a secret that is no JSON object", () => {
  const path = "ccgw/local/connections/crm";
  const fromEnv = crmWith("{ fromEnv: AGENT_102_PASSWORD }");
  beforeEach(() => {
    putCrm();
    secrets.putSecret(path, CANARY);
  });

  it("is left out of what is exported, by its name, and the others are there", async () => {
    const { json, lines, exitCode } = await exportSetup(book, place);
    expect({ json, exitCode }).toEqual({
      json: { setup: { schemaVersion: 1, gateways: { main: { url: SITE.url } } }, leftOut: [`${path}: is not a JSON object.`] },
      exitCode: 1,
    });
    expect(lines).toContain(`# Left out, no function takes it: ${path}: is not a JSON object.`);
  });

  it("differs as a whole, and is written anew by what is applied", async () => {
    const { lines, exitCode } = await diff(fromEnv);
    expect({ head: lines[0], exitCode }).toEqual({
      head: "~ connection crm: no function takes what is there, of which nothing is shown",
      exitCode: 1,
    });
    expect(lines.join("\n")).not.toContain(CANARY);
    expect(await apply(fromEnv)).toMatchObject({ json: { written: 1 } });
    expect(await secretOf("crm")).toBe(CANARY);
  });

  it("has nothing that could be kept", async () => {
    await expect(apply(crmWith("{ keep: true }"))).rejects.toThrow(
      /:10: connections\.crm\.verification\.secrets\.0\.value is to be kept, but the secret that is there is not a JSON object/,
    );
  });

  it("hinders nobody where the file does not have it, and goes where it prunes", async () => {
    const gateway = "schemaVersion: 1\ngateways: { main: { url: https://cc.example.com } }";
    expect((await diff(gateway)).lines).toEqual(["- connection crm: is there, but not in the file", "1 as the file says."]);
    await apply(gateway, { prune: true });
    expect(await book.list("connections")).toEqual([]);
  });
});

describe("as it is typed", () => {
  const typed = (...given: string[]) => runCcgw(given, { SECRETS_MANAGER_PORT: new URL(secrets.url).port });

  it("ends with 1 where a stack differs, and is applied by a script", async () => {
    const file = await write(crmWith("{ generate: true }"));
    expect(await typed("diff", "-f", file)).toMatchObject({ code: 1, output: expect.stringContaining("+ connection crm") });
    const { code, output } = await typed("apply", "-f", file, "--yes", "--json");
    expect({ code, json: JSON.parse(output) }).toMatchObject({ code: 0, json: { stage: "local", written: 2 } });
    expect(output).not.toContain(await secretOf("crm"));
  });
});
