/** What `npm run deploy` and `npm run remove` read of what they are given, and what they leave to the framework. */
import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../scripts/deployment/command-line.ts";

describe("a command line", () => {
  it.each([
    [["--stage", "prod"], { stage: "prod" }],
    [["--stage=prod", "--region=eu-west-1"], { stage: "prod", region: "eu-west-1" }],
    [["-s", "prod", "-r", "eu-west-1"], { stage: "prod", region: "eu-west-1" }],
    [["--aws-profile", "work", "--stage", "prod"], { stage: "prod", profile: "work" }],
    [["--profile", "work", "--stage", "prod"], { stage: "prod", profile: "work" }],
  ])("%j names %j", (given, named) => {
    expect(parseCommandLine(given)).toMatchObject({ region: undefined, profile: undefined, rest: [], ...named });
  });

  it("keeps everything else as it is, and in its order", () => {
    const rest = ["--param", "publicBaseUrl=https://hooks.example.com/a=b", "--verbose", "function", "-f", "health", "--yes"];
    const [first, second, ...others] = rest;
    const given = [first, second, "--stage", "prod", ...others].map(String);
    expect(parseCommandLine(given)).toMatchObject({ stage: "prod", rest, flags: new Set() });
  });

  it("keeps the flags that it knows to itself", () => {
    expect(parseCommandLine(["--yes", "--stage", "prod", "--force"], ["--yes", "--force"])).toMatchObject({
      flags: new Set(["--yes", "--force"]),
      rest: [],
    });
  });

  it.each([
    [[], "--stage prod"],
    [["--region", "eu-west-1"], "--stage prod"],
    [["--stage"], "--stage needs a value"],
    [["--stage", "--verbose"], "--stage needs a value"],
    [["--stage="], "--stage needs a value"],
    [["--stage", "prod/eu"], "letters, digits and hyphens"],
    [["--stage", "local"], "npm start"],
  ])("%j is refused with what to give", (given, complaint) => {
    expect(() => parseCommandLine(given)).toThrow(complaint);
  });
});
