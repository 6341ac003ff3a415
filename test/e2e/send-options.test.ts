/** What `npm run send` refuses before anything is sent, and what it says to give instead. */
import { describe, expect, it } from "vitest";
import { SOURCES } from "../../lib/sources/all.ts";
import { runSend, runSendByNpm } from "../support/send-process.ts";

/** Node starts for each, on a machine that may be busy. */
const TIMEOUT_MS = 60_000;

describe("npm run send", { timeout: TIMEOUT_MS }, () => {
  it.each([
    [
      "the address of a webhook",
      ["zendesk", "--url", "https://api.example/v1/transfers/mine"],
      "--url https://api.example --connection mine",
    ],
    [
      "one with a secret",
      ["zendesk", "--url", "https://api.example/stage/v1/transfers/mine?key=a-secret"],
      "--url https://api.example/stage --connection mine",
    ],
    ["one without a name", ["zendesk", "--url", "https://api.example/v1/transfers/"], "--url https://api.example --connection NAME"],
    ["an address with a query", ["zendesk", "--url", "https://api.example/?key=a-secret"], "without a query"],
    ["no address", ["zendesk", "--url", "api.example"], "https://"],
    ["a verification that is none", ["zendesk", "--verification", "hmac"], '{"in":["api-key"]}'],
    ["one with a secret in it", ["zendesk", "--verification", '{"secrets":[{"value":"a-secret"}]}'], "CCGW_SEND_SECRET"],
    ["one of Lex", ["lex-v2", "--verification", "{}"], "takes no --verification"],
    ["a connection of Lex", ["lex-v2", "--connection", "lex-mine"], "takes no --connection"],
  ])("refuses %s, and says what to give", async (_what, given, instead) => {
    const { code, output } = await runSend(given, { CCGW_SEND_SECRET: "x" });
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining(instead) });
    expect(output).not.toMatch(/No answer|a-secret/);
  });

  it.each(["--help", "-h"])("says how it is used when asked with %s, which is no failure", async (asked) => {
    const { code, output } = await runSendByNpm([asked], {});
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^npm run send -- <source>/) });
    for (const option of ["--connection", "--url", "--verification", "--function", "CCGW_SEND_SECRET"]) expect(output).toContain(option);
  });

  it.each([
    ["no source", []],
    ["a source that there is not", ["teletype"]],
    ["an option that there is not", ["api", "--secret", "x"]],
    ["two files", ["api", "a", "b"]],
  ])("says how it is used when given %s", async (_what, given) => {
    const { code, output } = await runSend(given, {});
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining("npm run send -- <source>") });
    for (const { id } of SOURCES) expect(output).toContain(id);
  });
});
