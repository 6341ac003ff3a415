/** `ccgw connection add`, `rotate-secret`, `disable`, `enable` and `remove`: what is written, what the caller's administrator is handed, and no secret but there. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { withSheet } from "../../cli/chosen-secret.ts";
import { addConnection, type ConnectionWanted } from "../../cli/connection/add.ts";
import { readCaller } from "../../cli/connection/caller.ts";
import { setEnabled } from "../../cli/connection/enable.ts";
import { proofKindOf } from "../../cli/connection/proof.ts";
import { removeConnection } from "../../cli/connection/remove.ts";
import { type RotationWanted, rotateSecret } from "../../cli/connection/rotate-secret.ts";
import { finishRotation } from "../../cli/rotation.ts";
import { NotSecretsManager } from "../../cli/stranger.ts";
import { SOURCES } from "../../lib/sources/all.ts";
import { createScriptedPrompter } from "../support/scripted-prompter.ts";
import { type Ends, type SecretWorld, startSecretWorld, toEnds } from "../support/secret-world.ts";
import { runCcgw } from "../support/send-process.ts";

const SECRET = "canary-of-a-secret-0123456789";
const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
const DAY_MS = 86_400_000;

let secrets: SecretWorld["secrets"];
let place: SecretWorld["place"];
let book: SecretWorld["book"];
let folder: string;
beforeAll(async () => {
  const world = await startSecretWorld();
  ({ secrets, place, book, folder } = world);
  secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: "https://cc.example.com" });
  return world.stop;
});

let made = 0;
const newName = () => `crm-${made++}`;
/** Lex finds its connection by the bot alone. */
const newNameOf = (source: string) => (source === "lex-v2" ? `lex-bot${made++}-tstaliasid` : newName());
const endsOf = ({ secret, ...ends }: Ends & { readonly secret?: string } = {}) => toEnds({ environment: { CCGW_SECRET: secret }, ...ends });
const add = (wanted: Partial<ConnectionWanted> & { name: string }, ends?: Parameters<typeof endsOf>[0]) =>
  addConnection(book, place, { gateway: "main", ...wanted }, endsOf(ends));
const documentOf = async (name: string) => (await book.require("connections", name)).document;
const secretsIn = async (name: string) => Object((await documentOf(name)).verification).secrets;

describe("ccgw connection add", () => {
  it("writes what it is given, makes the secret, and hands both over in a sheet for its owner alone", async () => {
    const name = newName();
    const sheet = join(folder, `${name}.md`);
    const given = { source: "api", agent: "101", target: ["billing=skill-queue:31", "ana=agent:205:3"], defaultTarget: "billing", sheet };
    const { json, lines } = await add({ name, ...given });
    const [{ id, value }] = await secretsIn(name);
    expect({ id, bytes: Buffer.from(value, "base64url").length }).toEqual({ id: "first", bytes: 32 });
    expect(await documentOf(name)).toMatchObject({
      source: "api",
      gateway: "main",
      agentId: "101",
      targets: { billing: { type: "skill-queue", address: "31" }, ana: { type: "agent", address: "205", skillId: 3 } },
      defaults: { target: "billing" },
    });
    const text = await readFile(sheet, "utf8");
    expect(text).toContain(`    POST http://127.0.0.1:3000/v1/transfers/${name}\n`);
    expect(text).toContain(`authorization: Bearer ${value}`);
    expect((await stat(sheet)).mode & 0o777).toBe(0o600);
    expect(lines.join("\n")).toContain("authorization: Bearer THE-SECRET");
    expect(lines.at(-1)).toBe("There is no agent main/101 yet: ccgw agent add main/101");
    expect(JSON.stringify({ json, lines })).not.toContain(value);
  });

  it("warns on standard error, too, of an agent that is not there: before a sheet that is longer than a screen", async () => {
    const given = ["connection", "add", newName(), "--source", "api", "--gateway", "main", "--agent", "999", "--target", "a=agent:205"];
    const ports = { SECRETS_MANAGER_PORT: new URL(secrets.url).port, CCGW_SECRET: SECRET };
    const { code, output } = await runCcgw(given, ports);
    const words = "There is no agent main/999 yet: ccgw agent add main/999";
    expect({ code, end: output.split("\n").slice(-3) }).toEqual({ code: 0, end: [words, `Warning: ${words}`, ""] });
  });

  it.each(SOURCES.filter(({ id }) => !["dialogflow-cx", "lex-v2"].includes(id)).map(({ id }) => id))(
    "hands over a sample of %s that the connection may ask for: of its agent, to a target of its own",
    async (source) => {
      const document = { source, agentId: "102", targets: { billing: { type: "skill-queue", address: "32" } } };
      const { sample } = await readCaller(source, document);
      expect(sample).toContain("billing");
      expect(sample).not.toMatch(/\b(?:skill-queue|agent|access-code):\d|"address"|skill_?id|"101"/i);
      expect((await readCaller(source, { ...document, allow: { targets: "any" } })).sample).not.toContain("billing");
    },
  );

  it("warns of a connection without a target, and says in its sheet that one has to be allowed first", async () => {
    const name = newName();
    const bare = await add({ name, source: "api" }, { secret: SECRET });
    expect(bare.warnings).toEqual([expect.stringContaining(`until it has a target: ccgw connection set ${name} --target billing`)]);
    expect(Object(bare.json).handOver).toContain("**This connection has no target yet**");
    expect(Object(bare.json).handOver).not.toContain("billing");
    for (const settings of [{ allow: { targets: "any" } }, { defaults: { target: { type: "agent", address: "205" } } }]) {
      const report = await add({ name: newName(), source: "api", settings }, { secret: SECRET });
      expect(report.warnings).toEqual([]);
      expect(Object(report.json).handOver).not.toContain("no target yet");
    }
  });

  it("speaks in the sheet of targets of its own, and of what is forbidden", async () => {
    const { json } = await add({ name: newName(), source: "zendesk", target: ["support=skill-queue:32"] }, { secret: SECRET });
    expect(Object(json).handOver).toContain('"ccgw_target": "support"');
    expect(Object(json).handOver).not.toContain("billing");
    expect(Object(json).handOver).toContain(
      "| `code`: `forbidden` (403) | This connection may not use that agent, target or mode. Its targets: `support`. |",
    );
  });

  it("says in the sheet how a repeat is told from another event, what may have happened, and all that who signs has to know", async () => {
    const api = (await add({ name: newName(), source: "api", agent: "101" }, { secret: SECRET })).lines.join("\n");
    expect(api).toContain("the same whenever it is repeated: `deliveryId`, or the header `Idempotency-Key`");
    expect(api).toContain("`effect`: `unknown` | any of these, now and then | It may have happened: **look at the call**");
    const verification = { scheme: "hmac", header: "x-sig" };
    const signed = (await add({ name: newName(), source: "generic", agent: "101", verification }, { secret: SECRET })).lines.join("\n");
    for (const setting of ["algorithm: sha256", "encoding: hex", "signed: {body}", "header: x-sig"]) expect(signed).toContain(setting);
    expect(signed).not.toContain("undefined");
  });

  it("shows a header before the address, and says where else the secret may come", async () => {
    const verification = { in: ["query", "header", "basic"], header: "x-key", parameter: "code", username: "flow" };
    const { json } = await add({ name: newName(), source: "dynamics", verification, dryRun: true }, { secret: SECRET });
    expect(Object(json).handOver).toContain("x-key: THE-SECRET");
    expect(Object(json).handOver).toContain(
      "Instead, the secret may come as password of Basic authentication, of the user name `flow`, or in the address, as `?code=`",
    );
    const usual = await add({ name: newName(), source: "api", dryRun: true }, { secret: SECRET });
    expect(Object(usual.json).handOver).toContain("Instead, the secret may come in the header `x-api-key`.");
  });

  it("makes a secret of Standard Webhooks in its form", async () => {
    const name = newName();
    await add({ name, source: "standard-webhooks", sheet: join(folder, `${name}.md`) });
    expect((await secretsIn(name))[0].value).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  it("asks at a terminal for what is not given, and takes what the caller's side has made", async () => {
    const name = newName();
    const prompter = createScriptedPrompter("zendesk", "101", "billing=skill-queue:31", "", "billing", "zendesk", SECRET);
    await add({ name }, { prompter });
    expect(await documentOf(name)).toMatchObject({
      ...{ source: "zendesk", agentId: "101", defaults: { target: "billing" } },
      verification: { scheme: "zendesk", secrets: [{ id: "first", value: SECRET }] },
    });
  });

  it.each([
    ["the least", ["X-Signature", "sha256", "hex", "", "{body}"], { header: "X-Signature" }],
    [
      "all of it",
      ["x-sig", "sha1", "base64", "v1=", "{timestamp}.{body}", "x-time", "ms"],
      {
        ...{ header: "x-sig", algorithm: "sha1", encoding: "base64", prefix: "v1=", signed: "{timestamp}.{body}" },
        timestamp: { header: "x-time", unit: "ms" },
      },
    ],
  ] as const)("asks how hmac is signed, and writes what is not so anyway: %s", async (_what, answers, settings) => {
    const name = newName();
    const prompter = createScriptedPrompter("101", "", "hmac", ...answers, "typed", SECRET);
    await add({ name, source: "generic" }, { prompter });
    const { verification } = await documentOf(name);
    expect(verification).toEqual({ ...settings, scheme: "hmac", secrets: [{ id: "first", value: SECRET }] });
  });

  it.each([
    [["no header"], "must match ^[A-Za-z0-9-]{1,64}$"],
    [["x-sig", "sha256", "hex", "", "{timestamp}"], "must contain {body}"],
    [["x-sig", "sha256", "hex", "", "{body}{secret}"], "may contain {method}, {url}"],
    [["x-sig", "sha256", "hex", "", "{timestamp}{body}", "x time"], "must match"],
  ])("tells at once what the functions would not take of how hmac is signed: %s", async (answers, words) => {
    const prompter = createScriptedPrompter("101", "", "hmac", ...answers);
    await expect(add({ name: newName(), source: "generic" }, { prompter })).rejects.toThrow(words);
  });

  it("asks what other schemes cannot do without", async () => {
    const organization = "00D5g00000ABCDeEAH";
    const [salesforce, bot] = [newName(), newName()];
    const ofOrganization = createScriptedPrompter("101", "", organization, "typed", SECRET);
    await add({ name: salesforce, source: "salesforce-outbound-message" }, { prompter: ofOrganization });
    expect((await documentOf(salesforce)).verification).toMatchObject({ organizations: [organization] });
    const ofBot = createScriptedPrompter("101", "", "directline, msteams", "00000000-0000-4000-8000-00000000b0f1");
    await add({ name: bot, source: "bot-framework" }, { prompter: ofBot });
    expect((await documentOf(bot)).verification).toMatchObject({ channels: ["directline", "msteams"] });
  });

  it.each(SOURCES.map((source) => [source.id, source] as const))(
    "has a sheet for %s, by each of its schemes, without the secret",
    async (id, { schemes }) => {
      const settings = { ...(["chatwoot", "intercom", "rasa"].includes(id) && { event: ["asked"] }) };
      const own: Readonly<Record<string, object>> = {
        hmac: { header: "x-signature" },
        "bot-framework-token": { channels: ["directline"] },
        "shared-secret": id === "salesforce-outbound-message" ? { organizations: ["00D5g00000ABCDeEAH"] } : {},
      };
      const secret = { "standard-webhooks": `whsec_${Buffer.from(SECRET).toString("base64")}` };
      const accepted: Readonly<Record<string, string>> = {
        "bot-framework-token": "00000000-0000-4000-8000-00000000b0f1",
        "google-id-token": "service@example.iam.gserviceaccount.com",
      };
      for (const { id: scheme } of schemes) {
        expect(proofKindOf(scheme).message).not.toBe("");
        const verification = { scheme, ...own[scheme] };
        const ends = { secret: scheme in secret ? secret["standard-webhooks"] : SECRET };
        const accept = accepted[scheme];
        const wanted = { name: newNameOf(id), source: id, ...settings, verification, accept, dryRun: true } as const;
        const { json } = await add(wanted, ends);
        expect(json).toMatchObject({ written: false, handOver: expect.stringContaining("## Where this caller gets the call id") });
        // Its reader has no repository: no file of one, nothing in brackets that leads nowhere.
        expect(Object(json).handOver).not.toMatch(/(?<!\.com\/)docs\/|\.md\b|\]\((?!https:)|<api>|<connection>|undefined|"ccgw_attempt"/);
        expect(JSON.stringify(json)).not.toContain(SECRET);
        expect(await book.read("connections", wanted.name)).toBeUndefined();
      }
    },
  );

  it.each([
    ["stays where the secret may have been written", "InternalServiceError", "The secret may have been written: its sheet stays"],
    ["is gone where it was refused", "AccessDeniedException", "The emulator was told to fail"],
  ])("has a sheet that %s", async (what, type, words) => {
    const name = newName();
    const sheet = join(folder, `${name}.md`);
    secrets.failNext({ operation: "CreateSecret", type, times: type === "InternalServiceError" ? 3 : 1 });
    const adding = add({ name, source: "api", sheet });
    await expect(adding).rejects.toThrow(words);
    if (what.startsWith("stays")) expect(await readFile(sheet, "utf8")).toContain("Connection");
    else await expect(stat(sheet)).rejects.toThrow("ENOENT");
  });

  it("has a sheet that stays where something else has answered, which may have handed on what was written", async () => {
    const sheet = join(folder, `${newName()}.md`);
    const written = withSheet(sheet, "its secret", () => Promise.reject(new NotSecretsManager("What answers is another one.")));
    await expect(written).rejects.toThrow("The secret may have been written: its sheet stays");
    expect(await readFile(sheet, "utf8")).toBe("its secret");
  });

  it("tells of Lex which function to choose, and of no address", async () => {
    const { json } = await add({ name: newNameOf("lex-v2"), source: "lex-v2", dryRun: true });
    const { handOver } = Object(json);
    expect(handOver).toContain("invoke the function ccgateway-transfer-webhooks-local-receive-lex");
    expect(handOver).not.toContain("POST ");
  });

  it.each([
    ["no source", {}, {}, "--source must be given"],
    ["another source", { source: "fax" }, {}, "--source must be one of api, bot-framework"],
    ["no gateway", { source: "api", gateway: "other" }, {}, "There is no gateway other: ccgw gateway add other makes it."],
    ["what is no target", { source: "api", target: ["billing"] }, {}, "--target is NAME=TYPE:ADDRESS"],
    ["a target of another type", { source: "api", target: ["billing=fax:31"] }, {}, "--target billing=fax:31: must be one of skill-queue"],
    ["no events", { source: "rasa" }, {}, "--event must be given"],
    ["nowhere for a secret", { source: "api" }, {}, "--sheet must be given"],
    ["a secret that only the caller's side makes", { source: "zendesk" }, {}, "with --secret-stdin through a pipe or as CCGW_SECRET"],
    ["a secret on the command line", { source: "api", verification: { secrets: [] } }, {}, "--verification is not for secrets"],
    [
      "a sheet for a secret that is known",
      { source: "api", sheet: "x.md" },
      { secret: SECRET },
      "--sheet is for a secret that is made here",
    ],
    ["a secret that can be guessed", { source: "api" }, { secret: "short" }, "CCGW_SECRET must have at least 8"],
    ["a secret of another form", { source: "standard-webhooks" }, { secret: SECRET }, "CCGW_SECRET must begin with whsec_"],
    ["another scheme", { source: "api", verification: { scheme: "hmac" } }, {}, "the scheme of api must be one of shared-secret"],
    [
      "an hmac of which nothing is said",
      { source: "generic", verification: { scheme: "hmac" } },
      { secret: SECRET },
      `--verification must say how hmac is proven (header is missing), as in --verification '{"scheme":"hmac","header":"x-signature"`,
    ],
    [
      "a bot of no channel",
      { source: "bot-framework", accept: "00000000-0000-4000-8000-00000000b0f1" },
      {},
      `(channels is missing), as in --verification '{"channels":["directline"]}'`,
    ],
    ["a name that Lex never looks for", { source: "lex-v2" }, {}, "The name must be lex-{botId}-{botAliasId} in lower case"],
    ["settings that are none", { source: "api", settings: { colour: "red" } }, { secret: SECRET }, "has unknown fields: colour"],
    ["settings that have a flag", { source: "api", settings: { verification: {} } }, {}, "--settings is not for verification"],
    [
      "a callback's secrets among the settings",
      { source: "api", settings: { callback: { url: `https://example.com/?key=${SECRET}`, secrets: [SECRET] } } },
      { secret: SECRET },
      "--settings is not for a secret (callback.url, callback.secrets.0): ccgw connection set reads one from a pipe or the environment.",
    ],
    [
      "a bot's password among the settings",
      { source: "bot-framework", settings: { connector: { appId: "a", appPassword: SECRET } } },
      { secret: SECRET },
      "--settings is not for a secret (connector.appPassword)",
    ],
  ] as const)("refuses %s by the name of the flag", async (_what, wanted, ends, words) => {
    const name = newName();
    await expect(add({ name, ...wanted }, ends)).rejects.toThrow(words);
    expect(await book.read("connections", name)).toBeUndefined();
  });
});

describe("ccgw connection rotate-secret", () => {
  const rotate = (wanted: Partial<RotationWanted> & { name: string }, ends?: Parameters<typeof endsOf>[0]) =>
    rotateSecret(book, place, { nowMs: NOW_MS, ...wanted }, endsOf(ends));

  it("adds a secret beside the old, which ends later, and drops that once its end has come", async () => {
    const name = newName();
    await add({ name, source: "api" }, { secret: SECRET });
    const { json, lines } = await rotate({ name, sheet: join(folder, `${name}.md`), keepDays: "3" });
    const [old, fresh] = await secretsIn(name);
    expect(old).toEqual({ id: "first", value: SECRET, notAfter: "2026-11-28T12:00:00.000Z" });
    expect(fresh).toEqual({ id: "2026-11-25", value: expect.any(String) });
    for (const value of [SECRET, fresh.value]) expect(JSON.stringify({ json, lines })).not.toContain(value);
    expect(await finishRotation(book, { folder: "connections", name, nowMs: NOW_MS + 2 * DAY_MS })).toMatchObject({
      exitCode: 1,
      json: { written: false },
    });
    expect(await finishRotation(book, { folder: "connections", name, nowMs: NOW_MS + 4 * DAY_MS })).toMatchObject({
      json: { dropped: ["first"] },
    });
    expect(await secretsIn(name)).toEqual([fresh]);
  });

  it("leaves an end that comes sooner, and names two of one day apart", async () => {
    const name = newName();
    await add({ name, source: "zendesk" }, { secret: SECRET });
    await rotate({ name, keepDays: "1" }, { secret: `${SECRET}-2` });
    await rotate({ name, keepDays: "9" }, { secret: `${SECRET}-3` });
    expect(await secretsIn(name)).toMatchObject([
      { id: "first", notAfter: "2026-11-26T12:00:00.000Z" },
      { id: "2026-11-25", notAfter: "2026-12-04T12:00:00.000Z" },
      { id: "2026-11-25.2" },
    ]);
  });

  it("refuses a secret that is one already, days that are none, and what has no secret", async () => {
    const name = newName();
    await add({ name, source: "api" }, { secret: SECRET });
    await expect(rotate({ name }, { secret: SECRET })).rejects.toThrow("is one of the connection's already");
    await expect(rotate({ name, keepDays: "soon" }, { secret: `${SECRET}-2` })).rejects.toThrow("--keep-days must be a number of days");
    const lex = newNameOf("lex-v2");
    await add({ name: lex, source: "lex-v2" });
    await expect(rotate({ name: lex })).rejects.toThrow("is proven by invoked-by-lambda, which has no secret of ours");
  });

  it("drops no secret where none would be left", async () => {
    const name = newName();
    const verification = { secrets: [{ id: "a", value: SECRET, notAfter: "2026-01-01T00:00:00Z" }] };
    secrets.putSecret(`ccgw/local/connections/${name}`, { schemaVersion: 1, source: "api", gateway: "main", verification });
    await expect(finishRotation(book, { folder: "connections", name, nowMs: NOW_MS })).rejects.toThrow("The end of all secrets");
    expect(await secretsIn(name)).toHaveLength(1);
  });
});

describe("ccgw connection disable, enable and remove", () => {
  it("refuses its caller, and lets it in again, the document as it was", async () => {
    const name = newName();
    await add({ name, source: "api" }, { secret: SECRET });
    const before = await documentOf(name);
    await setEnabled(book, name, false);
    expect(await documentOf(name)).toEqual({ ...before, enabled: false });
    expect((await setEnabled(book, name, false)).lines).toEqual([`${name} is disabled already.`]);
    await setEnabled(book, name, true);
    expect(await documentOf(name)).toEqual(before);
  });

  it("removes nothing before it was said what goes, and somebody agreed", async () => {
    const name = newName();
    await add({ name, source: "api" }, { secret: SECRET });
    await expect(removeConnection(book, place, { name, isSure: false, prompter: undefined })).rejects.toThrow(
      "--yes must be given to remove:",
    );
    const no = createScriptedPrompter(false);
    await expect(removeConnection(book, place, { name, isSure: false, prompter: no })).rejects.toThrow("Nothing was removed.");
    expect(no.shown[0]).toBe(`ccgw/local/connections/${name}, with its secrets.`);
    expect(await book.read("connections", name)).toBeDefined();
    const { lines } = await removeConnection(book, place, { name, isSure: true, prompter: undefined });
    expect(lines.at(-1)).toContain(`restore-secret --secret-id ccgw/local/connections/${name}`);
    expect(await book.read("connections", name)).toBeUndefined();
  });
});

it("is typed without a secret, and what is no JSON is not repeated", async () => {
  const given = ["connection", "add", "crm", "--source", "api", "--gateway", "main", "--verification", SECRET];
  const { code, output } = await runCcgw(given, { SECRETS_MANAGER_PORT: new URL(secrets.url).port });
  expect({ code, output }).toEqual({ code: 2, output: "--verification must be a JSON object.\n" });
});
