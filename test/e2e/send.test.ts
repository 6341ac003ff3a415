/** `npm run send` against `npm start`, as a developer runs both: every source's sample is accepted out of the box. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDemo } from "../../dev/demos.ts";
import { SOURCES } from "../../lib/sources/index.ts";
import { freePorts, gone, type LocalStack, startLocalStack } from "../support/local-stack-process.ts";
import { runSend, type Sent } from "../support/send-process.ts";

/** Node starts for each, on a machine that may be busy. */
const TIMEOUT_MS = 60_000;

let stack: LocalStack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccgw-send-"));
  stack = startLocalStack(await freePorts());
  await stack.printed(/Ctrl-C stops everything/);
}, TIMEOUT_MS);
afterAll(async () => {
  const processes = stack.processes();
  stack.interrupt();
  await stack.ended;
  await gone(processes, stack.ports);
  await rm(folder, { recursive: true });
}, TIMEOUT_MS);

function send(given: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Sent> {
  return runSend(given, { ...stack.ports, ...environment });
}

function stackUrl(): string {
  return `http://127.0.0.1:${stack.ports.PORT}`;
}

async function sampleOf(source: string): Promise<string> {
  return readFile(findDemo(source)?.sample ?? "", "utf8");
}

describe("npm run send", { timeout: TIMEOUT_MS }, () => {
  it.each(SOURCES.map(({ id }) => id))("plays %s, which is accepted, and accepted again", async (source) => {
    const { code, output } = await send([source]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("── Answer\n200\n") });
    expect(output).toMatch(/── At the gateway\n\{"callid":"[^"]+".* → 0\n/);
    expect(await send([source])).toMatchObject({ code: 0, output: expect.stringMatching(/── At the gateway\n(nothing|\{.* → 0)\n/) });
  });

  it("shows what went out without its secret, the canonical request and the answer", async () => {
    const { output } = await send(["api"]);
    expect(output).toContain(`── Request\nPOST ${stackUrl()}/v1/transfers/demo-api\n`);
    expect(output).toContain("authorization: ***");
    expect(output).toContain('"dryRun": true');
    expect(output).toContain('"state": "accepted"');
    expect(output).not.toContain("local-demo-key-of-api");
  });

  it("shows no secret that stands in the address", async () => {
    const { output } = await send(["salesforce-outbound-message"]);
    expect(output).toContain("?key=***");
    expect(output).not.toContain("local-demo-key");
  });

  it("sends the file that it is given", async () => {
    const file = join(folder, "request.json");
    await writeFile(file, (await sampleOf("api")).replace("ticket-4711", "ticket-of-a-file"));
    const { code, output } = await send(["api", file]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('"reference": "ticket-of-a-file"') });
  });

  it("fails for what is refused", async () => {
    const file = join(folder, "refused.json");
    await writeFile(file, (await sampleOf("api")).replace("1552524689-16797284", "a-call-that-ended"));
    const { code, output } = await send(["api", file]);
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("gateway-refused") });
  });

  it("fails at a connection that does not take its signature", async () => {
    expect(await send(["zendesk", "--connection", "demo-hubspot"])).toMatchObject({
      code: 1,
      output: expect.stringContaining("unauthenticated"),
    });
  });

  it("takes the secret of a deployed connection from the environment alone", async () => {
    expect(await send(["zendesk", "--url", stackUrl()])).toMatchObject({ code: 2, output: expect.stringContaining("CCGW_SEND_SECRET") });
    const wrong = await send(["zendesk", "--url", stackUrl()], { CCGW_SEND_SECRET: "another-secret" });
    expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining("401") });
    const file = join(folder, "deployed.json");
    await writeFile(file, (await sampleOf("api")).replace("1552524689-16797284", "1456401416-3"));
    const { code, output } = await send(["api", "--url", `${stackUrl()}/`, file], { CCGW_SEND_SECRET: "local-demo-key-of-api" });
    expect(output).not.toContain("── At the gateway");
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('"callId": "1456401416-3"') });
  });

  it.each([
    ["no source", []],
    ["a source that there is not", ["teletype"]],
    ["an option that there is not", ["api", "--secret", "x"]],
    ["two files", ["api", "a", "b"]],
  ])("says how it is used when given %s", async (_what, given) => {
    const { code, output } = await send(given);
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining("npm run send -- <source>") });
    for (const { id } of SOURCES) expect(output).toContain(id);
  });

  it("says so where nobody listens, or a file is not there", async () => {
    expect(await send(["api", "--url", "http://127.0.0.1:1"], { CCGW_SEND_SECRET: "x" })).toMatchObject({ code: 2 });
    expect(await send(["api", join(folder, "none.json")])).toMatchObject({ code: 2, output: expect.stringContaining("none.json") });
  });
});
