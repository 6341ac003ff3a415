/** `npm run deploy`: what is given to the framework, and what is said before and after it. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { StartError } from "../../dev/ports.ts";
import { deployStack } from "../../scripts/deployment/deploy-stack.ts";
import { createServerless } from "../../scripts/deployment/serverless.ts";
import { REGION, STACK, STACK_NAME, secretArn, startTestAccount, type TestAccount, withResources } from "../support/aws-account.ts";
import { runScript } from "../support/send-process.ts";

let aws: TestAccount;
beforeEach(async () => {
  aws = await startTestAccount();
});
afterEach(() => aws.stop());

async function deploy(given: readonly string[], { deploys = () => 0 as number } = {}) {
  const printed: string[] = [];
  const asked: string[][] = [];
  const opened: object[] = [];
  const code = await deployStack(given, {
    open: async (where) => {
      opened.push(where);
      return aws.account;
    },
    serverless: async (parameters) => {
      asked.push([...parameters]);
      return deploys();
    },
    print: (text) => void printed.push(text),
  });
  return { code, asked, opened, printed: printed.join("\n") };
}

function commandsIn(printed: string): readonly string[] {
  return printed.match(/(?<=npx ccgw ).*/g) ?? [];
}

function made(): number {
  aws.stack = STACK;
  return 0;
}

describe("npm run deploy", () => {
  it("gives everything to the framework, and the region always", async () => {
    const given = ["--stage", "prod", "--param", "retentionDays=60", "--aws-profile", "work", "--verbose"];
    const { code, asked, opened } = await deploy(given, { deploys: made });
    expect(code).toBe(0);
    const where = ["--stage", "prod", "--region", REGION, "--aws-profile", "work"];
    expect(asked).toEqual([["deploy", "--param", "retentionDays=60", "--verbose", ...where]]);
    expect(opened).toEqual([{ region: undefined, profile: "work" }]);
  });

  it("says where the API of a new stack is, and how to make the secrets that it wants", async () => {
    const { printed } = await deploy(["--stage", "prod"], { deploys: made });
    expect(printed).toMatch(/^Making the stage prod in eu-central-1\.\n/);
    expect(printed).toContain(`API: ${STACK.outputs?.HttpApiUrl}\n`);
    const told = ["gateway add main", "agent add main/101", "connection add crm", "connection test crm"];
    expect(commandsIn(printed).map((command) => command.split(" ").slice(0, 3).join(" "))).toEqual(told);
    for (const command of commandsIn(printed)) expect(command).toMatch(/ --stage prod --region eu-central-1$/);
    expect(printed).toContain("README.md, Deploy");
  });

  it("names commands that there are, with what they take", async () => {
    const { printed } = await deploy(["--stage", "prod", "--profile", "work"], { deploys: made });
    for (const command of commandsIn(printed)) {
      const [group, verb, ...given] = command.split(" ");
      const found = createProgram()
        .commands.find((each) => each.name() === group)
        ?.commands.find((each) => each.name() === verb);
      expect(found?.parseOptions(given)).toEqual({ operands: [expect.any(String)], unknown: [] });
      expect(found?.opts()).toMatchObject({ stage: "prod", region: REGION, profile: "work" });
    }
  });

  it("says what a stack has already, and in which account it is", async () => {
    aws.stack = STACK;
    for (const name of ["gateways/main", "agents/main/101", "agents/branch/101", "connections/zendesk"])
      aws.secrets.putSecret(`ccgw/prod/${name}`, "planted");
    aws.secrets.putSecret("ccgw/prod-of-another/connections/crm", "planted");
    const { printed } = await deploy(["--stage", "prod"]);
    expect(printed).toMatch(/^Updating the stage prod in eu-central-1 of the account 123456789012\.\n/);
    expect(printed).toContain("\ngateways: main\nagents: branch/101, main/101\nconnections: zendesk\n");
    expect(printed).not.toContain("missing");
    expect(printed).toContain("There are agents of the gateway branch, and no secret ccgw/prod/gateways/branch.");
    expect(printed).toContain("npx ccgw connection test zendesk --stage prod --region eu-central-1");
    expect(printed).not.toContain("planted");
  });

  it("knows the prefix and the address that the stack was given", async () => {
    const { resources, outputs } = withResources({ RecordsKey: { physicalId: secretArn("team/hooks/keys/records") } });
    const domain = { type: "AWS::ApiGatewayV2::DomainName", physicalId: "hooks.example.com" };
    aws.stack = { outputs: { ...outputs }, resources: { ...resources, ApiDomain: domain } };
    aws.secrets.putSecret("team/hooks/gateways/main", "planted");
    const { printed } = await deploy(["--stage", "prod"]);
    expect(printed).toContain("API: https://hooks.example.com\n");
    expect(printed).toContain("gateways: main\n");
  });

  it("ends with the framework's code, and says nothing of next steps, where that fails", async () => {
    const { code, printed } = await deploy(["--stage", "prod"], { deploys: () => 3 });
    expect(code).toBe(3);
    expect(printed).not.toContain("API:");
  });

  it.each(["DescribeStacks", "GetTemplate", "ListStackResources"])("packages nothing where %s is refused", async (action) => {
    aws.stack = STACK;
    aws.denied = action;
    const deploying = deploy(["--stage", "prod"], { deploys: () => expect.fail("was begun") });
    await expect(deploying).rejects.toThrow(StartError);
    await expect(deploying).rejects.toThrow("AccessDenied");
  });

  it("is done all the same where the secrets may not be listed", async () => {
    aws.secrets.failNext({ operation: "ListSecrets", type: "AccessDeniedException" });
    const { code, printed } = await deploy(["--stage", "prod"], { deploys: made });
    expect(code).toBe(0);
    expect(printed).toContain("could not be looked up");
  });
});

describe("keepers that a removal has stopped, and that was broken off", () => {
  const changes = () => aws.lambdaCalls.filter((call) => !call.startsWith("GET"));
  beforeEach(() => {
    aws.stack = STACK;
  });

  it("run again once it is deployed, which is said", async () => {
    aws.reserved.set("dispatch-keepers", 0).set("keep-session", 0);
    const { code, printed } = await deploy(["--stage", "prod"]);
    expect(code).toBe(0);
    expect([...aws.reserved]).toEqual([]);
    expect(printed).toContain("A removal that was broken off had stopped dispatch-keepers and keep-session: they run again");
  });

  it("are left as they are where they run, whatever is reserved for them", async () => {
    aws.reserved.set("keep-session", 20);
    const { printed } = await deploy(["--stage", "prod"]);
    expect([...aws.reserved]).toEqual([["keep-session", 20]]);
    expect(changes()).toEqual([]);
    expect(printed).not.toContain("removal");
  });

  it("run again also where the deployment fails: what was deployed before is at work", async () => {
    aws.reserved.set("keep-session", 0);
    const { code, printed } = await deploy(["--stage", "prod"], { deploys: () => 3 });
    expect(code).toBe(3);
    expect([...aws.reserved]).toEqual([]);
    expect(printed).toContain("A removal that was broken off had stopped keep-session: they run again");
  });

  it("are not looked for where nothing was deployed before", async () => {
    aws.stack = undefined;
    await deploy(["--stage", "prod"], { deploys: () => 3 });
    expect(aws.lambdaCalls).toEqual([]);
  });

  it.each(["GET keep-session", "DELETE keep-session"])(
    "are told with how to let them go on, and it is deployed all the same, where %s is refused",
    async (denied) => {
      aws.reserved.set("keep-session", 0);
      aws.denied = denied;
      const { code, printed } = await deploy(["--stage", "prod"]);
      expect([code, printed]).toEqual([0, expect.stringContaining("AccessDenied")]);
      expect(printed).toContain(`aws lambda delete-function-concurrency --region ${REGION} --function-name ${STACK_NAME}-keep-session`);
      expect(printed).toContain("API: ");
    },
  );
});

describe("the command", () => {
  const KEYS = { AWS_REGION: REGION, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

  it.each([
    [[], KEYS, "Which stage?"],
    [["--stage", "prod"], { ...KEYS, AWS_REGION: "" }, "Which region?"],
    [["--stage", "prod"], { AWS_REGION: REGION }, "No AWS credentials"],
    [["--stage", "prod"], { ...KEYS, AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, "unset AWS_ENDPOINT_URL"],
  ])("with %j says what is wrong, and ends with 2", async (given, environment, complaint) => {
    const { code, output } = await runScript("deploy", given, environment);
    expect([code, output]).toEqual([2, expect.stringContaining(complaint)]);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it("says how it is used", async () => {
    const { code, output } = await runScript("deploy", ["--help"], {});
    expect(code).toBe(0);
    for (const option of ["--stage", "--region", "--profile", "--param"]) expect(output).toContain(option);
  });
});

describe("the framework", () => {
  it("is a process with what it is given, and its code", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ccgw-serverless-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "serverless.mjs");
    await writeFile(
      file,
      `import { writeFileSync } from "node:fs";
       writeFileSync(${JSON.stringify(join(folder, "given.json"))}, JSON.stringify(process.argv.slice(2)));
       process.exit(7);`,
    );
    expect(await createServerless(file)(["deploy", "--param", "text=a b; c"])).toBe(7);
    expect(JSON.parse(await readFile(join(folder, "given.json"), "utf8"))).toEqual(["deploy", "--param", "text=a b; c"]);
  });

  it("leaves nothing of what it keeps for a time", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ccgw-serverless-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "serverless.mjs");
    await writeFile(
      file,
      `import { mkdtempSync, writeFileSync } from "node:fs";
       import { tmpdir } from "node:os";
       writeFileSync(${JSON.stringify(join(folder, "left.txt"))}, mkdtempSync(tmpdir() + "/keep-session-"));`,
    );
    expect(await createServerless(file)(["package"])).toBe(0);
    const left = await readFile(join(folder, "left.txt"), "utf8");
    expect(left).toContain("/keep-session-");
    expect(existsSync(left)).toBe(false);
  });

  it("is there", async () => {
    expect(await createServerless()(["--version"])).toBe(0);
  });
});
