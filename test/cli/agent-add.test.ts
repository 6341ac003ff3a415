/** `ccgw agent add` and `set-password`: each way to hold a session, by the functions' own schemas, and no secret anywhere but in Secrets Manager and a sheet. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type AgentWanted, addAgent } from "../../cli/agent/add.ts";
import { setPassword } from "../../cli/agent/set-password.ts";
import { createScriptedPrompter } from "../support/scripted-prompter.ts";
import { type Ends, type SecretWorld, startSecretWorld, toEnds } from "../support/secret-world.ts";
import { runCcgw } from "../support/send-process.ts";

const PASSWORD = "canary-of-a-password";
const SECRET = "canary-of-a-secret-0123456789";
const GUID = "canary-of-a-guid.AgentGateway1";
const publicBaseUrl = "https://hooks.example.com";

let secrets: SecretWorld["secrets"];
let book: SecretWorld["book"];
let folder: string;
beforeAll(async () => {
  const world = await startSecretWorld();
  ({ secrets, book, folder } = world);
  secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: "https://cc.example.com" });
  secrets.putSecret("ccgw/local/gateways/second", { schemaVersion: 1, url: "https://cc2.example.com", authMode: 2 });
  return world.stop;
});

const add = (wanted: Partial<AgentWanted> & { name: string }, ends?: Ends) => addAgent(book, { publicBaseUrl, ...wanted }, toEnds(ends));
const documentOf = async (name: string) => (await book.require("agents", name)).document;

describe("ccgw agent add", () => {
  it("adds an agent that we sign in, with the password of a pipe, whose last line end is none of it", async () => {
    const managed = { name: "main/110", session: "managed", phonenum: "88880110", passwordStdin: true, inlineSignIn: true } as const;
    const { json, lines } = await add(managed, { piped: `${PASSWORD}\n` });
    expect(await documentOf("main/110")).toEqual({
      schemaVersion: 1,
      session: "managed",
      signIn: { password: PASSWORD, phonenum: "88880110" },
      inlineSignIn: true,
    });
    expect(JSON.stringify({ json, lines })).not.toContain(PASSWORD);
  });

  it("asks at a terminal for what is not given, the password unseen", async () => {
    const prompter = createScriptedPrompter("managed", "88880111", PASSWORD);
    await add({ name: "main/111" }, { prompter });
    expect(await documentOf("main/111")).toMatchObject({ session: "managed", signIn: { password: PASSWORD } });
    expect(prompter.asked).toHaveLength(3);
  });

  it("makes the secret of whoever hands the session over, and writes it into a sheet for its owner alone", async () => {
    const sheet = join(folder, "holder.md");
    const { json, lines } = await add({ name: "main/112", session: "handed-over", sheet });
    const { verification } = await documentOf("main/112");
    const { value } = Object(verification).secrets[0];
    expect(Buffer.from(value, "base64url")).toHaveLength(32);
    const text = await readFile(sheet, "utf8");
    expect(text).toContain(`PUT ${publicBaseUrl}/v1/agent-sessions/main/112\n    Authorization: Bearer ${value}`);
    expect((await stat(sheet)).mode & 0o777).toBe(0o600);
    expect(JSON.stringify({ json, lines })).not.toContain(value);
  });

  it("leaves a file alone that is there, and then adds nothing", async () => {
    const sheet = join(folder, "there.md");
    await writeFile(sheet, "mine");
    await expect(add({ name: "main/113", session: "handed-over", sheet })).rejects.toThrow(
      /there.md is there already. Nothing was written./,
    );
    expect(await readFile(sheet, "utf8")).toBe("mine");
    expect(await book.read("agents", "main/113")).toBeUndefined();
  });

  it("takes the secret that its holder has, and then wants no sheet", async () => {
    await add({ name: "main/114", session: "handed-over" }, { environment: { CCGW_SECRET: SECRET } });
    expect(await documentOf("main/114")).toMatchObject({ verification: { secrets: [{ value: SECRET }] } });
  });

  it("takes a Guid, and says so where the gateway renews it every minute", async () => {
    const { lines } = await add({ name: "second/101", session: "external", guidStdin: true }, { piped: GUID });
    expect(await documentOf("second/101")).toEqual({ schemaVersion: 1, session: "external", guid: GUID });
    expect(lines.join("\n")).toContain("AUTHMODE 2: this Guid is good for two minutes");
    expect(lines.join("\n")).not.toContain(GUID);
  });

  it("shows a dry run without its secrets, and writes nothing, no sheet either", async () => {
    const sheet = join(folder, "dry.md");
    const { json } = await add({ name: "main/115", session: "handed-over", sheet, dryRun: true });
    expect(json).toMatchObject({ written: false, document: { verification: { secrets: [{ id: "first", value: "(secret)" }] } } });
    expect(await book.read("agents", "main/115")).toBeUndefined();
    await expect(stat(sheet)).rejects.toThrow("ENOENT");
  });

  it.each([
    ["no way to hold it", {}, {}, "--session must be given"],
    ["another way", { session: "borrowed" }, {}, "--session must be one of managed, handed-over, external"],
    [
      "no phone",
      { session: "managed" },
      {},
      "--phonenum must be given. The phone that it signs in with? (Asked for at a terminal, where nothing is redirected",
    ],
    ["no password", { session: "managed", phonenum: "1" }, {}, "must be given, with --password-stdin through a pipe or as CCGW_PASSWORD"],
    [
      "a password that is too long",
      { session: "managed", phonenum: "1" },
      { environment: { CCGW_PASSWORD: "x".repeat(33) } },
      "CCGW_PASSWORD must have at most 32",
    ],
    [
      "an empty pipe",
      { session: "managed", phonenum: "1", passwordStdin: true },
      {},
      "What came with --password-stdin must have at least 1",
    ],
    [
      "other events",
      { session: "managed", phonenum: "1", events: "none" },
      { environment: { CCGW_PASSWORD: PASSWORD } },
      "signIn.events must be",
    ],
    ["nowhere for a secret", { session: "handed-over" }, {}, "--sheet must be given"],
    [
      "a secret that can be guessed",
      { session: "handed-over" },
      { environment: { CCGW_SECRET: "short" } },
      "CCGW_SECRET must have at least 8",
    ],
    [
      "a secret that no header carries",
      { session: "handed-over" },
      { environment: { CCGW_SECRET: "s\u00e9crets-of-mine" } },
      "verification.secrets must be visible ASCII",
    ],
    ["no gateway", { name: "third/101", session: "managed" }, {}, "There is no gateway third: ccgw gateway add third makes it."],
    ["one that is there", { name: "main/110" }, {}, "There is an agent main/110 already."],
    ["what is no name", { name: "main/7" }, {}, "The agent's id must be a string of digits"],
    ["what is no agent", { name: "main" }, {}, "An agent is named as GATEWAY/ID"],
  ] as const)("refuses %s by the name of the flag", async (_what, wanted, ends, words) => {
    await expect(add({ name: "main/120", ...wanted }, ends)).rejects.toThrow(words);
    expect(await book.read("agents", "main/120")).toBeUndefined();
  });
});

describe("ccgw agent set-password", () => {
  it("changes the password, and nothing else", async () => {
    secrets.putSecret("ccgw/local/agents/main/130", {
      schemaVersion: 1,
      session: "managed",
      signIn: { password: "old", phonenum: "88880130", events: "push" },
      inlineSignIn: true,
    });
    const { json, lines } = await setPassword(book, { name: "main/130" }, toEnds({ environment: { CCGW_PASSWORD: PASSWORD } }));
    expect(await documentOf("main/130")).toEqual({
      schemaVersion: 1,
      session: "managed",
      signIn: { password: PASSWORD, phonenum: "88880130", events: "push" },
      inlineSignIn: true,
    });
    expect(JSON.stringify({ json, lines })).not.toContain(PASSWORD);
  });

  it("has none of an agent that we do not sign in", async () => {
    const refused = setPassword(book, { name: "second/101" }, toEnds({ environment: { CCGW_PASSWORD: PASSWORD } }));
    await expect(refused).rejects.toThrow("second/101 is external: we do not sign it in");
  });

  it("reads a pipe, and takes no password as a flag's value", async () => {
    const environment = { SECRETS_MANAGER_PORT: new URL(secrets.url).port, CCGW_PASSWORD: PASSWORD };
    const { code, output } = await runCcgw(["agent", "set-password", "main/130", "--password", PASSWORD], environment);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining("unknown option '--password'") });
  });
});
