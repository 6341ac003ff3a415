/** Whoever types less than a command needs is asked for the rest, and chooses from what there is; a script is told what is missing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { askMissing } from "../../cli/missing.ts";
import { createProgram } from "../../cli/program.ts";
import { runTyped } from "../../cli/typed.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { openLocalPlace } from "../support/local-place.ts";
import { createScriptedPrompter } from "../support/scripted-prompter.ts";

const ANN = ["--by=ann", "--reason=it is looked at"];

let secrets: SecretsManagerEmulator;
beforeAll(async () => {
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
  secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: "https://gateway.example.com:8043" });
  secrets.putSecret("ccgw/local/agents/main/101", { schemaVersion: 1, session: "external", guid: "a-guid" });
});
beforeEach(() => {
  const verification = { secrets: [{ id: "first", value: "a-secret-that-nobody-may-see" }] };
  for (const name of ["crm", "shop"])
    secrets.putSecret(`ccgw/local/connections/${name}`, { schemaVersion: 1, source: "api", gateway: "main", agentId: "101", verification });
});
afterAll(async () => {
  await secrets.stop();
  vi.unstubAllEnvs();
});

/** What is run in the end, and what was asked for before, once for each thing that is missing. */
async function complete(typed: string, ...answers: readonly string[]) {
  const prompter = createScriptedPrompter(...answers);
  let args: readonly string[] = typed.split(" ");
  for (;;) {
    const program = createProgram({ say: () => {} });
    const missing: unknown = await program.parseAsync([...args], { from: "user" }).then(undefined, (error: unknown) => error);
    const more = await askMissing(missing, { program, args }, prompter);
    if (more === undefined) return { args, asked: prompter.asked };
    args = more;
    if (prompter.asked.length === answers.length) return { args, asked: prompter.asked };
  }
}

describe("what is missing", () => {
  it.each([
    ["connection show --stage local", ["crm"], ["connection", "show", "--stage", "local", "crm"], ["Which connection?"]],
    ["gateway show", ["main"], ["gateway", "show", "main"], ["Which gateway?"]],
    ["agent set-password", ["main/101"], ["agent", "set-password", "main/101"], ["Which agent?"]],
    ["targets list", ["main/101"], ["targets", "list", "--agent=main/101"], ["Which agent?"]],
    [
      "gateway add",
      ["second"],
      ["gateway", "add", "second"],
      ["What is the new gateway called (as agents and connections are to call it)?"],
    ],
    ["agent add", ["main/102"], ["agent", "add", "main/102"], ["What is the new agent called (as in main/101)?"]],
    ["explain", ["an-id"], ["explain", "an-id"], [expect.stringContaining("x-request-id")]],
    [
      "resume",
      ["ann", "it is looked at", "connection", "shop"],
      ["resume", ANN[1], ANN[0], "connection", "shop"],
      ["Who are you?", "Why, in one line: nothing of a customer", "Of which is it?", "Which connection?"],
    ],
    ["pause --by=ann --reason=why", ["all"], ["pause", "--by=ann", "--reason=why", "all"], ["Of which is it?"]],
  ])("is asked for: ccgw %s", async (typed, answers, args, asked) => {
    expect(await complete(typed, ...answers)).toEqual({ args, asked });
  });

  it.each([
    ["connection add", "CRM", "must match"],
    ["agent add", "101", "GATEWAY/ID"],
    ["explain", "", "at least"],
  ])("is held against its rule where it is typed: ccgw %s %s", async (typed, answer, mistake) => {
    await expect(complete(typed, answer)).rejects.toThrow(mistake);
  });

  it("is not asked for where there is nothing to choose from", async () => {
    for (const name of ["crm", "shop"]) secrets.deleteSecret(`ccgw/local/connections/${name}`);
    await expect(complete("connection show")).rejects.toThrow("There is no connection yet: ccgw connection add");
  });
});

describe("a command", () => {
  it("goes on with what was chosen", async () => {
    const printed = vi.spyOn(console, "log").mockReturnValue();
    const { exitCode } = process;
    try {
      expect(await runTyped(["connection", "disable"], { isJson: false, prompter: createScriptedPrompter("shop") })).toBeUndefined();
      expect(printed.mock.calls).toEqual([[expect.stringMatching(/^shop is disabled\./)]]);
    } finally {
      printed.mockRestore();
      process.exitCode = exitCode;
    }
  });

  it("tells a script what is missing, as before", async () => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const code = await runTyped(["connection", "show"], { isJson: false, prompter: undefined });
    const words = said.mock.calls.map(([text]) => text).join("");
    said.mockRestore();
    expect([code, words]).toEqual([2, "error: missing required argument 'name'\n"]);
  });
});
