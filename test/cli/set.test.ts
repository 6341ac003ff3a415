/** `ccgw connection set`, `agent set`, `agent rotate-secret` and the three `remove`: what is given changes and no more, no secret is said, and nothing goes unasked. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { removeAgent } from "../../cli/agent/remove.ts";
import { rotateHolderSecret } from "../../cli/agent/rotate-secret.ts";
import { type AgentChange, setAgent } from "../../cli/agent/set.ts";
import { removeConnection } from "../../cli/connection/remove.ts";
import { rotateSecret } from "../../cli/connection/rotate-secret.ts";
import { type ConnectionChange, setConnection } from "../../cli/connection/set.ts";
import { removeGateway } from "../../cli/gateway/remove.ts";
import { type GatewayChange, setGateway } from "../../cli/gateway/set.ts";
import type { Place } from "../../cli/place.ts";
import type { Prompter } from "../../cli/prompter.ts";
import { finishRotation } from "../../cli/rotation.ts";
import { type Document, openSecretBook, type SecretBook } from "../../cli/secret-book.ts";
import type { SecretEnds } from "../../cli/secret-input.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { createScriptedPrompter } from "../support/scripted-prompter.ts";
import { runCcgw } from "../support/send-process.ts";

const SECRET = "canary-of-a-secret-0123456789";
const SIGNING = `whsec_${Buffer.from(SECRET).toString("base64")}`;
const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
const DAY_MS = 86_400_000;
const publicBaseUrl = "https://hooks.example.com";
const CRM = {
  ...{ schemaVersion: 1, source: "api", gateway: "main", agentId: "101" },
  targets: { billing: { type: "skill-queue", address: "31" }, support: { type: "skill-queue", address: "32" } },
  verification: { scheme: "shared-secret", secrets: [{ id: "first", value: SECRET }] },
};
const SITE = { schemaVersion: 1, url: "https://cc.example.com" };
const MANAGED = { schemaVersion: 1, session: "managed", signIn: { password: SECRET, phonenum: "88880102", status: 4 } };
const BOT = {
  ...{ ...CRM, source: "bot-framework" },
  verification: {
    ...{ scheme: "bot-framework-token", channels: ["directline"] },
    accepted: [{ id: "bot", value: "00000000-0000-4000-8000-00000000b0f1" }],
  },
};
const CONNECTOR = { appId: "00000000-0000-4000-8000-00000000b0f1", serviceUrls: ["https://europe.directline.botframework.com"] };
const EXTERNAL = { schemaVersion: 1, session: "external", guid: "g" };

let secrets: SecretsManagerEmulator;
let place: Place;
let book: SecretBook;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "set-"));
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
  book = openSecretBook(place);
  secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: "https://cc.example.com", authMode: 2 });
});
afterAll(async () => {
  book.close();
  await secrets.stop();
  await rm(folder, { recursive: true });
  vi.unstubAllEnvs();
});

interface Ends {
  readonly prompter?: Prompter;
  readonly environment?: SecretEnds["environment"];
  readonly piped?: string;
}

let made = 200;
function put(kind: "connections" | "agents" | "gateways", document: Document): string {
  const name = kind === "agents" ? `main/${made++}` : `made-${made++}`;
  secrets.putSecret(`ccgw/local/${kind}/${name}`, document);
  return name;
}
const endsOf = ({ prompter, environment = {}, piped = "" }: Ends = {}): SecretEnds => ({
  prompter,
  environment,
  stdin: Readable.from([piped]),
});
const setC = (wanted: ConnectionChange, ends?: Ends) => setConnection(book, wanted, endsOf(ends));
const setA = (wanted: Omit<AgentChange, "publicBaseUrl">, ends?: Ends) => setAgent(book, place, { publicBaseUrl, ...wanted }, endsOf(ends));
const setG = (wanted: Omit<GatewayChange, "contact" | "nowMs">) =>
  setGateway(book, { contact: false, nowMs: NOW_MS, ...wanted }, undefined);
const documentOf = async (kind: "connections" | "agents" | "gateways", name: string) => (await book.require(kind, name)).document;

describe("ccgw connection set", () => {
  it("keeps the other targets also where one is called address", async () => {
    const name = put("connections", { ...CRM, targets: { address: { type: "skill-queue", address: "31" } } });
    await setC({ name, target: ["ana=agent:205:3"], mapping: undefined });
    const { targets } = await documentOf("connections", name);
    expect(Object.keys(Object(targets)).toSorted()).toEqual(["address", "ana"]);
  });

  it("changes what is given, and no more, and shows that field by field without a secret", async () => {
    const name = put("connections", CRM);
    const report = await setC({
      ...{ name, agent: "102", target: ["ana=agent:205:3"], defaultTarget: "ana", mapping: undefined },
      ...{ settings: { rateLimit: { requests: 60, perSeconds: 60 } }, verification: { in: ["basic"] }, test: true },
    });
    expect(await documentOf("connections", name)).toEqual({
      ...CRM,
      ...{ agentId: "102", test: true, rateLimit: { requests: 60, perSeconds: 60 }, defaults: { target: "ana" } },
      targets: { ...CRM.targets, ana: { type: "agent", address: "205", skillId: 3 } },
      verification: { ...CRM.verification, in: ["basic"] },
    });
    expect(report.lines).toEqual(
      expect.arrayContaining([`Written: connection ${name}.`, "    agentId: 101 → 102", "    targets.ana.address: 205 (new)"]),
    );
    expect(report.json).toMatchObject({
      written: true,
      fields: expect.arrayContaining([expect.objectContaining({ path: "test", is: "true" })]),
    });
    expect(JSON.stringify(report)).not.toContain(SECRET);
  });

  it("mends what no function takes, of which nothing is shown", async () => {
    const name = put("connections", { ...CRM, [SECRET]: SECRET });
    const wanted = { name, settings: { [SECRET]: null } };
    const unshown = "    (no function takes what is there: nothing of it is shown, and one field of it goes)";
    await expect(setC(wanted)).rejects.toThrow(`--yes must be given to take away of connection ${name}:\n${unshown}`);
    const report = await setC({ ...wanted, yes: true });
    expect(await documentOf("connections", name)).toEqual(CRM);
    expect(report.lines[1]).toBe(unshown);
    expect(JSON.stringify(report)).not.toContain(SECRET);
  });

  it("replaces a target of the same name whole, and merges what is among the settings", async () => {
    const name = put("connections", CRM);
    const targetsOf = async () => Object((await documentOf("connections", name)).targets);
    await setC({ name, target: ["ana=agent:205:3"] });
    await setC({ name, settings: { targets: { ana: { address: "206" } } } });
    expect((await targetsOf()).ana).toEqual({ type: "agent", address: "206", skillId: 3 });
    await setC({ name, target: ["ana=agent:300"], yes: true });
    expect(await targetsOf()).toEqual({ ...CRM.targets, ana: { type: "agent", address: "300" } });
    await setC({ name, target: ["ana=skill-queue:31"] });
    expect((await targetsOf()).ana).toEqual({ type: "skill-queue", address: "31" });
  });

  it("takes a mapping, and null for what is to go", async () => {
    const name = put("connections", { ...CRM, source: "generic", deadlineMs: 9000 });
    await setC({ name, mapping: '{ "callId": body.id }', settings: { deadlineMs: null }, yes: true });
    expect(await documentOf("connections", name)).toEqual({ ...CRM, source: "generic", mapping: '{ "callId": body.id }' });
  });

  it("takes nothing away unless somebody agrees, a script by --yes", async () => {
    const name = put("connections", CRM);
    const wanted = { name, removeTarget: ["support"] };
    await expect(setC(wanted)).rejects.toThrow(
      /--yes must be given to take away of connection .*\n.*targets.support.type: skill-queue \(goes\)/,
    );
    const no = createScriptedPrompter(false);
    await expect(setC(wanted, { prompter: no })).rejects.toThrow("Nothing was written.");
    expect(no.shown).toContain("    targets.support.address: 32 (goes)");
    expect(await documentOf("connections", name)).toEqual(CRM);
    await setC({ ...wanted, yes: true });
    expect((await documentOf("connections", name)).targets).toEqual({ billing: CRM.targets.billing });
  });

  it("writes nothing where nothing differs, and in a dry run", async () => {
    const name = put("connections", CRM);
    expect(await setC({ name, agent: "101" })).toMatchObject({ json: { written: false, fields: [] } });
    expect((await setC({ name, agent: "102", dryRun: true })).lines).toEqual([
      `connection ${name}`,
      "    agentId: 101 → 102",
      "Nothing was written.",
    ]);
    expect(await documentOf("connections", name)).toEqual(CRM);
  });

  it("makes what signs a callback, in a sheet, and later puts a new one before it until the newest alone is kept", async () => {
    const name = put("connections", CRM);
    const sheet = join(folder, `${name}.md`);
    const added = await setC({
      name,
      callback: "https://crm.example.com/outcomes",
      sheet,
      settings: { callback: { allowAddresses: ["10.1.2.3"] } },
    });
    const { callback } = await documentOf("connections", name);
    const [first] = Object(callback).secrets;
    expect(callback).toEqual({
      url: "https://crm.example.com/outcomes",
      secrets: [expect.stringMatching(/^whsec_/)],
      allowAddresses: ["10.1.2.3"],
    });
    expect(await readFile(sheet, "utf8")).toContain(`    ${first}\n`);
    const rotated = await setC({ name, callbackSecretStdin: true }, { piped: `${SIGNING}\n` });
    expect(Object((await documentOf("connections", name)).callback).secrets).toEqual([SIGNING, first]);
    await setC({ name, callbackNewest: true, yes: true });
    expect(Object((await documentOf("connections", name)).callback).secrets).toEqual([SIGNING]);
    for (const secret of [first, SIGNING]) expect(JSON.stringify([added, rotated])).not.toContain(secret);
  });

  it("has a bot's password from a pipe or the environment, and an address with a query from the environment", async () => {
    const name = put("connections", BOT);
    const connector = CONNECTOR;
    await expect(setC({ name, settings: { connector } })).rejects.toThrow("--app-password-stdin through a pipe or as CCGW_APP_PASSWORD");
    await setC({ name, settings: { connector }, appPasswordStdin: true }, { piped: SECRET });
    const environment = { CCGW_CALLBACK_URL: `https://crm.example.com/?key=${SECRET}`, CCGW_CALLBACK_SECRET: SIGNING };
    const accept = "00000000-0000-4000-8000-00000000b0f2";
    const report = await setC({ name, callback: true, accept, yes: true }, { environment });
    expect(await documentOf("connections", name)).toMatchObject({
      connector: { ...connector, appPassword: SECRET },
      callback: { url: environment.CCGW_CALLBACK_URL, secrets: [SIGNING] },
      verification: { ...BOT.verification, accepted: [{ id: "first", value: "00000000-0000-4000-8000-00000000b0f2" }] },
    });
    expect(JSON.stringify(report)).not.toContain(SECRET);
  });

  it("reads no secret of the environment that nobody has asked for: it may be another connection's", async () => {
    const environment = { CCGW_CALLBACK_URL: "https://other.example.com/", CCGW_CALLBACK_SECRET: SIGNING, CCGW_APP_PASSWORD: "other" };
    const callback = { url: "https://crm.example.com/outcomes", secrets: [`whsec_${Buffer.from(`${SECRET}-before`).toString("base64")}`] };
    const connector = { ...CONNECTOR, appPassword: SECRET };
    const name = put("connections", { ...BOT, callback, connector });
    await setC({ name, test: true }, { environment });
    await setC({ name, callbackNewest: true }, { environment });
    expect(await documentOf("connections", name)).toEqual({ ...BOT, callback, connector, test: true });
    await setC({ name, callback: callback.url, settings: { connector: CONNECTOR } }, { environment });
    expect(await documentOf("connections", name)).toMatchObject({
      callback: { ...callback, secrets: [SIGNING, ...callback.secrets] },
      connector: { ...CONNECTOR, appPassword: "other" },
    });
  });

  it.each([
    ["a callback that is told to nobody", { callback: true }, "--callback has no address"],
    ["one that is not there", { name: "none" }, "There is no secret ccgw/local/connections/none."],
    ["a gateway that is not there", { gateway: "other" }, "There is no gateway other"],
    ["a target that it has not", { removeTarget: ["none"] }, "--remove-target none: there is none of this name."],
    ["what the functions refuse", { settings: { deadlineMs: 5 } }, "deadlineMs must be at least 1000"],
    ["a default target that goes", { removeTarget: ["billing"], defaultTarget: "billing" }, "defaults.target must be one of"],
    [
      "a secret among the settings",
      { settings: { callback: { secrets: [SECRET] } } },
      "--settings is not for a secret (callback.secrets.0)",
    ],
    ["a secret of the proof", { verification: { secrets: [{ id: "a", value: SECRET }] } }, "--verification is not for a secret"],
    ["whose tokens count, where there is a secret", { accept: "a" }, "--accept is for a proof that has no secret"],
    ["an address with a query", { callback: "https://a.example.com/?key=1" }, "--callback is not for an address with a query"],
    ["a secret of no callback", { sheet: "x.md" }, "What signs a callback goes with --callback"],
    ["two secrets of one pipe", { callbackSecretStdin: true, appPasswordStdin: true }, "One pipe has one secret"],
  ] as const)("refuses %s", async (_what, wanted, words) => {
    const name = put("connections", CRM);
    await expect(setC({ name, ...wanted })).rejects.toThrow(words);
    expect(await documentOf("connections", name)).toEqual(CRM);
  });
});

describe("ccgw agent set", () => {
  it("changes how an agent is signed in, the rest as it was", async () => {
    const name = put("agents", MANAGED);
    const report = await setA({
      name,
      phonenum: "88880999",
      events: "push",
      inlineSignIn: true,
      signIn: { status: null, agenttype: 11 },
      yes: true,
    });
    const signIn = { password: SECRET, phonenum: "88880999", events: "push", agenttype: 11 };
    expect(await documentOf("agents", name)).toEqual({ schemaVersion: 1, session: "managed", signIn, inlineSignIn: true });
    expect(JSON.stringify(report)).not.toContain(SECRET);
  });

  it("writes it anew as it is, for a sign-in that was parked", async () => {
    const name = put("agents", MANAGED);
    const { versionId } = await book.require("agents", name);
    expect(await setA({ name })).toMatchObject({ json: { written: false } });
    expect(await setA({ name, anew: true })).toMatchObject({ json: { written: true, fields: [] } });
    const now = await book.require("agents", name);
    expect(now.document).toEqual(MANAGED);
    expect(now.versionId).not.toBe(versionId);
  });

  it("takes a new Guid from a pipe, without the cookies of the one before", async () => {
    const name = put("agents", { schemaVersion: 1, session: "external", guid: "old", cookies: "route=1" });
    const report = await setA({ name, guidStdin: true, yes: true }, { piped: `${SECRET}\n` });
    expect(await documentOf("agents", name)).toEqual({ schemaVersion: 1, session: "external", guid: SECRET });
    expect(report.lines).toEqual(expect.arrayContaining(["    guid: (secret) differs", "    cookies: (secret) (goes)"]));
    expect(JSON.stringify(report)).not.toContain(SECRET);
  });

  it("holds its session in another way, says first who stays signed in, and wants somebody to agree", async () => {
    const name = put("agents", MANAGED);
    const wanted = { name, session: "handed-over" } as const;
    const environment = { CCGW_SECRET: `${SECRET}-of-its-holder` };
    await expect(setA(wanted, { environment })).rejects.toThrow(
      /--yes must be given.*signIn.password.*Stays signed in at its gateway.*sign-out-agents/s,
    );
    const { lines } = await setA({ ...wanted, yes: true }, { environment });
    expect(lines).toContain(`Where ${name} is signed in, its session lives on for up to five minutes.`);
    expect(lines.join("\n")).not.toContain("signed out first");
    const verification = { scheme: "shared-secret", secrets: [{ id: "first", value: environment.CCGW_SECRET }] };
    expect(await documentOf("agents", name)).toEqual({ schemaVersion: 1, session: "handed-over", verification });
  });

  it("takes no password from the environment, which may be another agent's, and says what does", async () => {
    const name = put("agents", MANAGED);
    const environment = { CCGW_PASSWORD: "of-another" };
    await expect(setA({ name }, { environment })).rejects.toThrow(
      `CCGW_PASSWORD is not read here: ccgw agent set-password ${name} writes it.`,
    );
    await setA({ name, events: "poll" }, { environment });
    await setA({ name, phonenum: "88880998", passwordStdin: true }, { environment, piped: "its-own" });
    const signIn = { ...MANAGED.signIn, events: "poll", phonenum: "88880998", password: "its-own" };
    expect(await documentOf("agents", name)).toEqual({ ...MANAGED, signIn });
  });

  it.each([
    [
      "what makes a secret of one that has none",
      MANAGED,
      { secretStdin: true, sheet: "x.md" },
      /^--secret-stdin, --sheet are not for main.*, which is managed/,
    ],
    ["the same of one whose Guid is given", EXTERNAL, { sheet: "x.md" }, "--sheet is not for main/"],
    ["a phone of one that we would not sign in", MANAGED, { session: "external", phonenum: "1" }, "which would be external."],
    ["the rest of a sign-in before there is one", EXTERNAL, { session: "managed", signIn: { status: 5 } }, "give it after --session"],
    ["a Guid of one that we sign in", MANAGED, { guidStdin: true }, "--guid-stdin is not for main/"],
    ["a phone of one that we do not", EXTERNAL, { phonenum: "1" }, "--phonenum is not for main/"],
    ["a password on the command line", MANAGED, { signIn: { password: SECRET } }, "--sign-in is not for a secret (password)"],
    ["what has a flag", MANAGED, { signIn: { events: "push" } }, "--sign-in is not for events."],
    ["other events", MANAGED, { events: "none" }, "signIn.events must be"],
  ] as const)("refuses %s", async (_what, document, wanted, words) => {
    const name = put("agents", document);
    await expect(setA({ name, ...wanted })).rejects.toThrow(words);
    expect(await documentOf("agents", name)).toEqual(document);
  });
});

describe("ccgw agent rotate-secret", () => {
  it("adds a secret of its holder beside the old, which ends later and is then dropped", async () => {
    const verification = { scheme: "shared-secret", secrets: [{ id: "first", value: SECRET }] };
    const name = put("agents", { schemaVersion: 1, session: "handed-over", verification });
    const sheet = join(folder, "holder.md");
    const report = await rotateHolderSecret(book, { name, publicBaseUrl, sheet, keepDays: "3", nowMs: NOW_MS }, endsOf());
    const { secrets: now } = Object((await documentOf("agents", name)).verification);
    expect(now).toEqual([
      { id: "first", value: SECRET, notAfter: "2026-11-28T12:00:00.000Z" },
      { id: "2026-11-25", value: expect.any(String) },
    ]);
    expect(await readFile(sheet, "utf8")).toContain(`Bearer ${now[1].value}`);
    for (const { value } of now) expect(JSON.stringify(report)).not.toContain(value);
    expect(await finishRotation(book, { folder: "agents", name, nowMs: NOW_MS + 4 * DAY_MS })).toMatchObject({
      json: { dropped: ["first"] },
    });
    await expect(rotateHolderSecret(book, { name: put("agents", MANAGED), publicBaseUrl, nowMs: NOW_MS }, endsOf())).rejects.toThrow(
      "is managed: nobody hands its session over",
    );
  });
});

describe("rotate-secret, of what is refused for its secrets", () => {
  const GOOD = { id: "first", value: SECRET };
  const WRONG = { id: "second", value: "short" };
  const brought = { environment: { CCGW_SECRET: `${SECRET}-new` } };
  const secretsIn = async (kind: "connections" | "agents", name: string) => Object((await documentOf(kind, name)).verification).secrets;

  it.each([
    ["one of two", [GOOD, WRONG], ["first", "2026-11-25"]],
    ["two of one id", [GOOD, { ...GOOD, value: `${SECRET}-other` }], ["first", "2026-11-25"]],
    ["the only one", [WRONG], ["2026-11-25"]],
    ["that there is none", [], ["2026-11-25"]],
  ])("puts a new one in the place of what is wrong: %s", async (_what, kept, ids) => {
    const verification = { scheme: "shared-secret", secrets: kept };
    const connection = put("connections", { ...CRM, verification });
    await rotateSecret(book, place, { name: connection, nowMs: NOW_MS }, endsOf(brought));
    const agent = put("agents", { schemaVersion: 1, session: "handed-over", verification });
    const { lines } = await rotateHolderSecret(book, { name: agent, publicBaseUrl, nowMs: NOW_MS }, endsOf(brought));
    for (const secrets of [await secretsIn("connections", connection), await secretsIn("agents", agent)])
      expect(secrets.map(({ id }: { readonly id: string }) => id)).toEqual(ids);
    expect(lines.includes("Of those that were there, no function took 1: gone.")).toBe(kept.length > 0);
    expect(lines[0]).toMatch(ids.length === 1 ? /Move its holder over now\.$/ : /over until 2026-12-02T12:00:00\.000Z\.$/);
  });

  it.each([
    ["what else is wrong", { gateway: "" }, "gateway"],
    ["a scheme that is none", { verification: { scheme: "none" } }, "verification"],
    ["a source that is none", { source: "none" }, "source"],
  ])("is refused for %s, which it does not mend", async (_what, wrong, field) => {
    const document = { ...CRM, ...wrong };
    const name = put("connections", document);
    await expect(rotateSecret(book, place, { name, nowMs: NOW_MS }, endsOf(brought))).rejects.toThrow(`${name}: ${field}`);
    expect(await documentOf("connections", name)).toEqual(document);
  });
});

describe("ccgw gateway set, without contact", () => {
  it("changes what is given, and no more", async () => {
    const site = { schemaVersion: 1, url: "https://cc.example.com", authMode: 2, refusals: { "106-005": "other" } };
    const name = put("gateways", site);
    const settings = { connectTimeoutMs: 5000, refusals: { "106-006": "other" } };
    const { lines } = await setG({ name, url: "https://cc2.example.com:8043", authMode: "1", settings });
    const refusals = { "106-005": "other", "106-006": "other" };
    expect(await documentOf("gateways", name)).toEqual({
      ...site,
      ...settings,
      refusals,
      url: "https://cc2.example.com:8043",
      authMode: 1,
    });
    expect(lines).toContain("    authMode: 2 → 1");
    await setG({ name, authMode: "unknown", yes: true });
    expect(await documentOf("gateways", name)).not.toHaveProperty("authMode");
  });

  it.each([
    ["settings that have a flag", { settings: { url: "https://a" } }, "--settings is not for url."],
    ["another AUTHMODE", { authMode: "3" }, "--auth-mode must be one of 2, 1, unknown"],
    ["a fingerprint, unseen", { pin: "00" }, "--pin is of what the gateway shows"],
    ["what is no certificate", { ca: "none" }, "ca must be one PEM certificate"],
    ["nothing beside what is trusted", { beside: true }, "--beside goes with --pin or --ca."],
    [
      "one authority beside all public ones",
      { beside: true, ca: "none" },
      "main trusts public authorities, and would trust what is given instead",
    ],
  ] as const)("refuses %s", async (_what, wanted, words) => {
    await expect(setG({ name: "main", ...wanted })).rejects.toThrow(words);
  });
});

describe("ccgw connection remove, agent remove and gateway remove", () => {
  it("names what is of a gateway or an agent, and leaves that there", async () => {
    const gateway = put("gateways", SITE);
    secrets.putSecret(`ccgw/local/agents/${gateway}/101`, MANAGED);
    const crm = put("connections", { ...CRM, gateway });
    const sure = { isSure: true, prompter: undefined };
    const users = `is in use, and stays: by agent ${gateway}/101, connection ${crm}.`;
    await expect(removeGateway(book, place, { ...sure, name: gateway })).rejects.toThrow(users);
    await expect(removeAgent(book, place, { ...sure, name: `${gateway}/101` })).rejects.toThrow(`stays: by connection ${crm}.`);
    await book.remove("connections", crm);
    const unsure = { name: `${gateway}/101`, isSure: false, prompter: undefined };
    await expect(removeAgent(book, place, unsure)).rejects.toThrow(`again, ccgw agent remove ${gateway}/101 --yes:\n  curl`);
    const { lines } = await removeAgent(book, place, { ...sure, name: `${gateway}/101` });
    expect(lines).toContain(`Where ${gateway}/101 is signed in, its session lives on for up to five minutes.`);
    expect(await book.read("agents", `${gateway}/101`)).toBeUndefined();
    await removeGateway(book, place, { ...sure, name: gateway });
    expect(await book.read("gateways", gateway)).toBeUndefined();
  });

  it("removes nothing unless somebody agrees", async () => {
    const name = put("agents", MANAGED);
    await expect(removeAgent(book, place, { name, isSure: false, prompter: undefined })).rejects.toThrow("--yes must be given to remove:");
    const no = createScriptedPrompter(false);
    await expect(removeAgent(book, place, { name, isSure: false, prompter: no })).rejects.toThrow("Nothing was removed.");
    expect(await book.read("agents", name)).toBeDefined();
  });

  /** Somebody else is at work while the question stands. */
  const whileAsked = (work: () => void): Prompter => ({
    ...createScriptedPrompter(),
    confirm: async () => {
      work();
      return true;
    },
  });

  it.each([
    ["connections", removeConnection, CRM],
    ["agents", removeAgent, MANAGED],
    ["gateways", removeGateway, SITE],
  ] as const)("remove nothing of %s that somebody has changed meanwhile", async (kind, remove, document) => {
    const name = put(kind, document);
    const prompter = whileAsked(() => void secrets.putSecret(`ccgw/local/${kind}/${name}`, { ...document, schemaVersion: 1 }));
    await expect(remove(book, place, { name, isSure: false, prompter })).rejects.toThrow("was changed by somebody else meanwhile");
    expect(await book.read(kind, name)).toBeDefined();
  });

  it.each([
    ["agents", removeAgent, MANAGED, (name: string) => ({ ...CRM, gateway: "main", agentId: name.split("/")[1] })],
    ["gateways", removeGateway, SITE, (gateway: string) => ({ ...CRM, gateway })],
  ] as const)("remove nothing of %s that has come into use meanwhile", async (kind, remove, document, toUser) => {
    const name = put(kind, document);
    const prompter = whileAsked(() => void put("connections", toUser(name)));
    await expect(remove(book, place, { name, isSure: false, prompter })).rejects.toThrow(/is in use, and stays: by connection made-/);
    expect(await book.read(kind, name)).toBeDefined();
  });
});

it("is typed with a file and no secret, and a script that takes something away without --yes ends with 2, as JSON", async () => {
  const name = put("connections", { ...CRM, source: "generic", mapping: "{}" });
  const local = { SECRETS_MANAGER_PORT: new URL(secrets.url).port };
  const given = ["connection", "set", name, "--settings", '{"mapping":null}', "--json"];
  const { code, output } = await runCcgw(given, local);
  expect({ code, json: JSON.parse(output) }).toEqual({ code: 2, json: { error: expect.stringContaining("--yes must be given") } });
  const mapped = await runCcgw(["connection", "set", name, "--mapping", "examples/zendesk.jsonata", "--no-test"], local);
  expect(mapped).toMatchObject({ code: 0, output: expect.stringContaining(`Written: connection ${name}.\n    mapping: {} → (text of`) });
});
