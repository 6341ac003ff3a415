/** `npm run remove`: what is said before, who is asked, what is stopped and let go on, and in which order. */
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StartError } from "../../dev/ports.ts";
import { watchForInterruption } from "../../scripts/deployment/interruption.ts";
import { stopKeepers } from "../../scripts/deployment/keepers.ts";
import { removeStack } from "../../scripts/deployment/remove-stack.ts";
import { STACK, STACK_NAME, startTestAccount, type TestAccount, withResources } from "../support/aws-account.ts";
import { runScript } from "../support/send-process.ts";

const SIGNED_OUT = { gateway: "main", agentId: "102", ended: "signed-out" };
const LEFT = { gateway: "branch", agentId: "103", ended: "failed", reason: "not-sent ECONNREFUSED" };
const STOPPED = ["PUT dispatch-keepers", "PUT keep-session"].map((call) => `${call} {"ReservedConcurrentExecutions":0}`);
const LET_GO_ON = ["DELETE dispatch-keepers", "DELETE keep-session"];

let aws: TestAccount;
beforeEach(async () => {
  aws = await startTestAccount(STACK);
  for (const name of ["keys/records", "keys/events", "gateways/main", "connections/crm"])
    aws.secrets.putSecret(`ccgw/prod/${name}`, "planted");
  aws.signedOut = { body: { agents: [SIGNED_OUT] } };
});
afterEach(() => aws.stop());

/** As readline has it, which then ends with `AbortError: Aborted with Ctrl+D`. */
const CTRL_D = "\x04";

interface Removing {
  readonly answers?: readonly string[];
  readonly isInteractive?: boolean;
  readonly removes?: () => number;
  /** What reading the configuration ends with. */
  readonly reads?: number;
  /** Ctrl-C, while Lambda is asked for it or this question waits. */
  readonly interruptedAt?: string;
  /** Once more, two seconds later. */
  readonly interruptedAgainAt?: string;
  /** Nothing is printed from these words on. */
  readonly silentFrom?: string;
}

async function remove(
  given: readonly string[],
  {
    answers = [],
    isInteractive = answers.length > 0,
    removes = () => 0,
    reads = 0,
    interruptedAt,
    interruptedAgainAt,
    silentFrom,
  }: Removing = {},
) {
  const terminal = new EventEmitter();
  let nowMs = 0;
  const interruptAt = (what: string) => {
    const isAgain = interruptedAgainAt !== undefined && what.startsWith(interruptedAgainAt);
    if (isAgain) nowMs += 2_000;
    // As npm has it: from the terminal, and handed on.
    if (isAgain || (interruptedAt !== undefined && what.startsWith(interruptedAt)))
      for (let times = 2; times > 0; times--) terminal.emit("SIGINT");
  };
  aws.heard = interruptAt;
  const printed: string[] = [];
  let isSilent = false;
  const questions: string[] = [];
  const left = [...answers];
  const asked: (readonly string[])[] = [];
  const read: (readonly string[])[] = [];
  const code = await removeStack(["--stage", "prod", ...given], {
    open: async () => aws.account,
    serverless: async (parameters) => {
      if (parameters[0] === "print") {
        read.push(parameters);
        return reads;
      }
      asked.push(parameters);
      aws.lambdaCalls.push("serverless");
      return removes();
    },
    print(text) {
      isSilent ||= silentFrom !== undefined && text.startsWith(silentFrom);
      if (isSilent) throw new Error("write EIO");
      printed.push(text);
    },
    ask: isInteractive
      ? async (question, signal) => {
          questions.push(question);
          interruptAt(question);
          signal?.throwIfAborted();
          const answer = left.shift() ?? expect.fail("asked once more");
          if (answer === CTRL_D) throw new DOMException("Aborted with Ctrl+D", "AbortError");
          return answer;
        }
      : undefined,
    watchForInterruption: () => watchForInterruption(terminal, () => nowMs),
  }).catch((error: unknown) => {
    if (!(error instanceof StartError)) throw error;
    printed.push(error.message);
    return 2;
  });
  // Nobody is heard any more who could not act.
  expect(terminal.eventNames()).toEqual([]);
  return { code, asked, read, questions, printed: printed.join("\n") };
}

/** What changed something, without its questions. */
function calls(): string[] {
  return aws.lambdaCalls.filter((call) => !call.startsWith("GET"));
}

describe("npm run remove", () => {
  it("begins no more runs, then signs the agents out, then removes the stack", async () => {
    const { code, asked, printed } = await remove(["--yes", "--verbose"]);
    expect(code).toBe(0);
    expect(calls()).toEqual([...STOPPED, 'POST sign-out-agents {"keepOut":true}', "serverless"]);
    expect(asked).toEqual([["remove", "--verbose", "--stage", "prod", "--region", "eu-central-1"]]);
    expect(printed).toContain("  main/102 is signed out");
    expect(printed).not.toContain("planted");
  });

  it("says first what goes, what stays, and how to undo what it stops", async () => {
    const { printed } = await remove(["--yes"]);
    expect(printed).toMatch(
      /^The stack ccgateway-transfer-webhooks-prod in eu-central-1 of the account 123456789012 is removed\. This goes:\n/,
    );
    expect(printed).toContain("what you have made: ccgw/prod/connections/crm, ccgw/prod/gateways/main");
    expect(printed).toContain("look that there is none");
    // The framework retains versions, which go with their function.
    expect(printed).not.toContain("retained");
    for (const name of ["dispatch-keepers", "keep-session"])
      expect(printed).toContain(`aws lambda delete-function-concurrency --region eu-central-1 --function-name ${STACK_NAME}-${name}`);
  });

  it.each([
    ["prod", 0],
    ["prod2", 1],
    ["yes", 1],
    ["", 1],
  ])("asks, and takes %j for an answer that ends with %i", async (answer, code) => {
    const removed = await remove([], { answers: [answer] });
    expect(removed.code).toBe(code);
    expect(removed.questions).toEqual(["Type the name of the stage to remove it: "]);
    expect(calls().includes("serverless")).toBe(code === 0);
    if (code === 1) expect(calls()).toEqual([]);
  });

  it("takes Ctrl-D for no", async () => {
    const { code, printed } = await remove([], { answers: [CTRL_D] });
    expect([code, printed]).toEqual([1, expect.stringMatching(/Nothing was removed\.$/)]);
    expect(calls()).toEqual([]);
  });

  it("does nothing where nobody can be asked, but says what would go and what would stay", async () => {
    const { code, printed } = await remove([]);
    expect(code).toBe(2);
    expect(printed).toMatch(/This goes:\n.*This stays.*\nNobody can be asked here\. Give --yes if you are sure\.$/s);
    expect(aws.lambdaCalls).toEqual([]);
  });

  it("says where nobody can be asked that it is protected, before it wants --yes", async () => {
    aws.stack = { ...STACK, isProtected: true };
    const { code, printed } = await remove([]);
    expect([code, printed]).toEqual([2, expect.stringContaining("--no-enable-termination-protection")]);
    expect(printed).not.toContain("--yes");
  });

  it("says which alarms ring meanwhile", async () => {
    const { printed } = await remove(["--yes"]);
    expect(printed).toContain(`${STACK_NAME}-keeper-silent and ${STACK_NAME}-dispatch-keepers-throttles may ring`);
    expect(readFileSync("docs/runbook.md", "utf8")).toContain("While `npm run remove` is at work");
  });

  it("stops nobody where the framework would refuse the parameters that it is given", async () => {
    const params = ["--param", "gatewayCidrs=10.0.0.0/8", "--param=retentionDays=60"];
    const { code, read, printed } = await remove(["--yes", "--verbose", ...params], { reads: 1 });
    expect(code).toBe(2);
    expect(read).toEqual([["print", "--path", "service", "--format", "text", ...params, "--stage", "prod", "--region", "eu-central-1"]]);
    expect(printed).toMatch(/Give those that it was deployed with\.$/);
    expect(calls()).toEqual([]);
  });

  it("does nothing where there is no such stack", async () => {
    aws.stack = undefined;
    expect(await remove(["--yes"])).toMatchObject({ code: 2, printed: `There is no stack ${STACK_NAME} in eu-central-1.` });
  });

  it.each([
    ["the stack", { ...STACK, isProtected: true }, "--no-enable-termination-protection --stack-name ccgateway-transfer-webhooks-prod"],
    [
      "a table that goes",
      withResources({ RecordsTable: { properties: { DeletionProtectionEnabled: true } } }),
      "--no-deletion-protection-enabled --table-name prod-RecordsTable-1",
    ],
  ])("stops nothing where %s is protected, and says how to undo that", async (_what, stack, how) => {
    aws.stack = stack;
    const { code, printed } = await remove(["--yes", "--force"]);
    expect([code, printed]).toEqual([2, expect.stringContaining(how)]);
    expect(calls()).toEqual([]);
  });

  it.each(["DescribeStacks", "GetTemplate", "ListStackResources"])("stops nothing where %s is refused", async (action) => {
    aws.denied = action;
    expect(await remove(["--yes"])).toMatchObject({ code: 2, printed: expect.stringContaining("AccessDenied") });
    expect(calls()).toEqual([]);
  });

  it("lets the one go on that was stopped where the other may not be", async () => {
    aws.denied = "PUT keep-session";
    expect(await remove(["--yes"])).toMatchObject({ code: 2, printed: expect.stringContaining("AccessDenied") });
    expect([...aws.reserved]).toEqual([]);
    expect(calls()).not.toContain("serverless");
  });
});

describe("agents who could not be signed out", () => {
  beforeEach(() => {
    aws.signedOut = { body: { agents: [SIGNED_OUT, LEFT] } };
  });

  it("keep the stack from being removed, and are signed in again", async () => {
    const { code, printed } = await remove(["--yes"]);
    expect(code).toBe(1);
    expect(printed).toContain("  branch/103 could NOT be signed out: not-sent ECONNREFUSED");
    expect(printed).toContain("Nothing was removed.");
    expect(calls().slice(3)).toEqual(LET_GO_ON);
    expect([...aws.reserved]).toEqual([]);
  });

  it("are no reason with --force", async () => {
    expect(await remove(["--yes", "--force"])).toMatchObject({ code: 0 });
    expect(calls().at(-1)).toBe("serverless");
  });

  it.each([
    ["prod", 0],
    ["no", 1],
    [CTRL_D, 1],
  ])("are asked about: %j ends with %i", async (answer, code) => {
    const removed = await remove([], { answers: ["prod", answer] });
    expect(removed.questions.at(-1)).toBe("Type the name of the stage to remove it all the same: ");
    expect(removed.code).toBe(code);
    if (code === 1) expect(calls().slice(-2)).toEqual(LET_GO_ON);
  });

  it.each([
    ["the function fails", { body: { errorType: "TransferError", errorMessage: "planted" }, error: "Unhandled" }, "TransferError"],
    ["it does not know what it is asked", { body: { error: "unknown: keepOut" } }, "sign-out-agents did nothing: unknown: keepOut"],
    ["its answer is none", { body: { agents: "planted" } }, "ZodError"],
  ])("are assumed where %s", async (_what, signedOut, told) => {
    aws.signedOut = signedOut;
    const { code, printed } = await remove(["--yes"]);
    expect([code, printed]).toEqual([1, expect.stringContaining(told)]);
    expect(printed).not.toContain("planted");
    expect(calls().slice(3)).toEqual(LET_GO_ON);
  });

  it.each([
    ["are asked for again, as long as they become fewer, until nobody is left", [["main/102", "branch/103"], ["branch/103"], []], 0],
    ["are told where they do not become fewer", [["main/102", "branch/103"], ["branch/103"], ["branch/103"]], 1],
  ])("and whom the time did not suffice for %s", async (_what, rounds, code) => {
    const [last = [], ...before] = rounds.toReversed();
    aws.signedOutBefore.push(...before.toReversed().map((left) => ({ agents: [SIGNED_OUT], left })));
    aws.signedOut = { body: { agents: last.length > 0 ? [] : [SIGNED_OUT], left: last } };
    const removed = await remove(["--yes"]);
    expect(removed.code).toBe(code);
    const asked = calls().filter((call) => call.startsWith("POST"));
    expect(asked).toEqual(
      ['{"keepOut":true}', '{"keepOut":true,"only":["main/102","branch/103"]}', '{"keepOut":true,"only":["branch/103"]}'].map(
        (body) => `POST sign-out-agents ${body}`,
      ),
    );
    expect(removed.printed).toContain("  2 are left, whom the time did not suffice for.\n");
    expect(removed.printed.includes("  They could NOT be signed out: branch/103\n")).toBe(code === 1);
    if (code === 1) expect(calls().slice(-2)).toEqual(LET_GO_ON);
  });

  it("are assumed where the stack is of a version that cannot sign them out", async () => {
    aws.stack = withResources({ SignDashoutDashagentsLambdaFunction: { status: "DELETE_COMPLETE", physicalId: "gone" } });
    expect(await remove(["--yes"])).toMatchObject({ code: 1, printed: expect.stringContaining("ResourceNotFoundException") });
  });
});

describe("what was stopped", () => {
  beforeEach(() => {
    aws.signedOut = { body: { agents: [LEFT] } };
  });

  it("has the concurrency again that was reserved for it", async () => {
    aws.reserved.set("keep-session", 20);
    const { printed } = await remove(["--yes"]);
    expect([...aws.reserved]).toEqual([["keep-session", 20]]);
    expect(printed).toContain(
      `aws lambda put-function-concurrency --region eu-central-1 --function-name ${STACK_NAME}-keep-session --reserved-concurrent-executions 20`,
    );
  });

  it("goes on, too, where an earlier attempt had stopped it", async () => {
    aws.reserved.set("keep-session", 0).set("dispatch-keepers", 0);
    await remove(["--yes"]);
    expect([...aws.reserved]).toEqual([]);
  });

  it("is said to be stopped where it may not be let go on", async () => {
    aws.denied = "DELETE keep-session";
    const { code, printed } = await remove(["--yes"]);
    expect(code).toBe(1);
    expect(printed).toMatch(/no run begins .*until you let them:\n {2}aws lambda delete-function-concurrency/s);
  });

  it("goes on, too, where nothing can be printed any more, which is thrown", async () => {
    await expect(remove(["--yes"], { silentFrom: "Signing the agents out" })).rejects.toThrow("write EIO");
    expect([...aws.reserved]).toEqual([]);
  });

  it("stays so where the framework fails, and that is said with how to undo it", async () => {
    const { code, printed } = await remove(["--yes", "--force"], { removes: () => 4 });
    expect(code).toBe(4);
    expect([...aws.reserved]).toEqual([
      ["dispatch-keepers", 0],
      ["keep-session", 0],
    ]);
    expect(printed.slice(printed.indexOf("It is not removed."))).toContain("aws lambda delete-function-concurrency");
  });
});

describe("a removal that is interrupted", () => {
  it.each([
    ["while the keepers are stopped", "PUT keep-session"],
    ["while agents are signed out", "POST sign-out-agents"],
  ])("%s lets the keepers go on, removes nothing, and ends with 130", async (_when, interruptedAt) => {
    aws.reserved.set("keep-session", 20);
    const { code, asked, printed } = await remove(["--yes", "--force"], { interruptedAt });
    expect(code).toBe(130);
    expect(asked).toEqual([]);
    expect([...aws.reserved]).toEqual([["keep-session", 20]]);
    expect(printed).toMatch(/Nothing was removed\. The agents are signed in again .*\.$/);
    expect(printed).not.toContain("is not known");
  });

  it("while it asks whether to go on lets the keepers go on, too", async () => {
    aws.signedOut = { body: { agents: [LEFT] } };
    const { code } = await remove([], { answers: ["prod", "prod"], interruptedAt: "Type the name of the stage to remove it all the same" });
    expect([code, calls().slice(-2)]).toEqual([130, LET_GO_ON]);
  });

  it("says the commands that let them go on where it may not itself", async () => {
    aws.denied = "DELETE dispatch-keepers";
    const { code, printed } = await remove(["--yes"], { interruptedAt: "POST sign-out-agents" });
    expect(code).toBe(130);
    expect(printed).toMatch(
      /no run begins .*until you let them:\n {2}aws lambda delete-function-concurrency --region eu-central-1 --function-name /s,
    );
  });

  it.each(["SIGTERM", "SIGHUP"])("is so by %s as well", (name) => {
    const terminal = new EventEmitter();
    const { signal } = watchForInterruption(terminal);
    terminal.emit(name);
    expect(signal.aborted).toBe(true);
  });

  it("does not wait for AWS once it is interrupted again, and says the commands", async () => {
    aws.silent = "DELETE dispatch-keepers";
    const { code, printed } = await remove(["--yes"], {
      interruptedAt: "POST sign-out-agents",
      interruptedAgainAt: "DELETE dispatch-keepers",
    });
    expect(code).toBe(130);
    expect(printed).toMatch(
      /One more Ctrl-C .*\n.*no run begins \(AbortError\) until you let them:\n {2}aws lambda delete-function-concurrency /s,
    );
  });

  it("left the keepers stopped where nothing could be done any more: the runbook has the commands", () => {
    const runbook = readFileSync("docs/runbook.md", "utf8");
    for (const name of ["dispatch-keepers", "keep-session"])
      expect(runbook).toContain(`aws lambda delete-function-concurrency --region eu-central-1 --function-name ${STACK_NAME}-${name}\n`);
  });
});

describe("an AWS that does not answer", () => {
  const stop = () => stopKeepers(aws.account.lambda, { stack: DEPLOYED, region: "eu-central-1", timeoutMs: 50 });
  const DEPLOYED = {
    name: STACK_NAME,
    account: "123456789012",
    isProtected: false,
    outputs: {},
    resources: ["dispatch-keepers", "keep-session"].map((name) => ({
      logicalId: name,
      physicalId: `${STACK_NAME}-${name}`,
      type: "AWS::Lambda::Function",
      isRetained: false,
      isProtected: false,
    })),
  };

  it.each(["GET keep-session", "PUT keep-session"])("to %s is not waited for, and nothing stays stopped", async (silent) => {
    aws.silent = silent;
    await expect(stop()).rejects.toMatchObject({ name: "TimeoutError" });
    expect([...aws.reserved]).toEqual([]);
  });

  it("is not waited for where the keepers are let go on", async () => {
    const { letGoOn } = await stop();
    aws.silent = "DELETE keep-session";
    await expect(letGoOn()).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("nor lets them go on leaves the commands", async () => {
    aws.silent = "PUT keep-session";
    aws.denied = "DELETE dispatch-keepers";
    await expect(stop()).rejects.toThrow(
      new RegExp(
        `^Nothing was removed, but the keepers may be stopped \\(TimeoutError\\), .*:\n {2}aws lambda delete-function-concurrency .* ${STACK_NAME}-dispatch-keepers\n`,
      ),
    );
  });
});

describe("a removal that was broken off", () => {
  it("is ended without what is gone already", async () => {
    const gone = { status: "DELETE_COMPLETE" };
    aws.stack = withResources({
      DispatchDashkeepersLambdaFunction: gone,
      KeepDashsessionLambdaFunction: gone,
      SignDashoutDashagentsLambdaFunction: gone,
    });
    const { code, printed } = await remove(["--yes"]);
    expect(code).toBe(0);
    expect(calls()).toEqual(["serverless"]);
    expect(printed).toContain("There are none.");
    expect(printed).not.toContain("gone-in-an-earlier-attempt");
  });
});

describe("names that are still taken afterwards", () => {
  it("are said with how to free them", async () => {
    aws.stack = withResources({ RecordsKey: { policy: "Retain" } });
    const removes = () => {
      aws.secrets.deleteSecret("ccgw/prod/keys/events");
      return 0;
    };
    const { printed } = await remove(["--yes"], { removes });
    const after = printed.slice(printed.indexOf("Another deployment"));
    expect(after).toContain("  ccgw/prod/keys/records stays\n");
    expect(after).toContain(
      "aws secretsmanager delete-secret --region eu-central-1 --force-delete-without-recovery --secret-id ccgw/prod/keys/records",
    );
    expect(after).not.toContain("keys/events");
    expect(printed).toContain("the secret ccgw/prod/keys/records: retained; another deployment fails on its name");
    expect(after).not.toContain("connections/crm");
  });

  it("are also those of secrets that can be recovered, which are none of what stays", async () => {
    const deleted = new DeleteSecretCommand({ SecretId: "ccgw/prod/keys/events" });
    await aws.account.secrets.send(deleted);
    const { printed } = await remove(["--yes"]);
    expect(printed).toContain("  ccgw/prod/keys/events is deleted, and can still be recovered\n");
  });

  it("are not spoken of where there are none, or nobody may look", async () => {
    const removes = () => {
      for (const name of ["keys/records", "keys/events"]) aws.secrets.deleteSecret(`ccgw/prod/${name}`);
      return 0;
    };
    expect((await remove(["--yes"], { removes })).printed).not.toContain("Another deployment");
    const refuses = () => {
      aws.secrets.failNext({ operation: "ListSecrets", type: "AccessDeniedException" });
      return 0;
    };
    expect(await remove(["--yes"], { removes: refuses })).toMatchObject({ code: 0 });
  });
});

describe("the command", () => {
  it.each([
    [[], "Which stage?"],
    [["--stage", "prod"], "Which region?"],
    [["--stage", "prod", "--region", "eu-central-1"], "No AWS credentials"],
  ])("with %j says what is missing first, and ends with 2", async (given, complaint) => {
    expect(await runScript("remove", given, {})).toMatchObject({ code: 2, output: expect.stringContaining(complaint) });
  });

  it("says how it is used", async () => {
    const { code, output } = await runScript("remove", ["--help"], {});
    expect(code).toBe(0);
    for (const option of ["--stage", "--region", "--profile", "--yes", "--force"]) expect(output).toContain(option);
  });
});
