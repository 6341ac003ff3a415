/** What a hand-over sheet gives to a shell, run as it stands there: by curl, over a socket, against the functions. All is proven and understood, and nobody is moved. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readCaller } from "../../cli/connection/caller.ts";
import { toTrial } from "../../cli/connection/trial.ts";
import { findDemo } from "../../dev/demos.ts";
import { ConfiguredConnection } from "../../lib/sources/configured-connection.ts";
import { isFields } from "../../lib/transfer/request.ts";
import { PUBLIC_BASE_URL, type Stack, startStack } from "../support/stack.ts";

const SECRET = "canary-of-a-secret-0123456789";
const WEBHOOK_SECRET = `whsec_${Buffer.from(SECRET).toString("base64")}`;
/** Has the line go to this machine, whatever address it signs, and shows what curl is given. */
const HERE = `curl() {
  printf '%s\\n' "$@" >&2
  case " $* " in *" -K - "*) sed "s|$PUBLIC|$HERE|" | command curl "$@" ;; *) command curl "\${@/$PUBLIC/$HERE}" ;; esac
}
`;

let stack: Stack;
let folder: string;
const server = createServer(async (request, response) => {
  const { pathname, search } = new URL(request.url ?? "", "http://here");
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const body = await buffer(request);
  const { status, text } = await stack.transfer(pathname.split("/").at(-1) ?? "", body, { headers, query: search.slice(1) });
  response.writeHead(status).end(text);
});
beforeAll(async () => {
  stack = await startStack();
  folder = await mkdtemp(join(tmpdir(), "connection-trial-"));
  await once(server.listen(0, "127.0.0.1"), "listening");
});
beforeEach(() => stack.gateway.reset());
afterAll(async () => {
  server.close();
  await stack.stop();
  await rm(folder, { recursive: true });
});

async function trialOf(source: string, verification: Readonly<Record<string, unknown>> = {}, settings: object = {}) {
  const demo = findDemo(source);
  const usual = demo?.verification({ issuer: "http://127.0.0.1" });
  const secret = { scheme: usual?.scheme, ...verification }.scheme === "standard-webhooks" ? WEBHOOK_SECRET : SECRET;
  const organizations = usual?.organizations;
  const proof = {
    ...{ scheme: usual?.scheme, ...(isFields(usual) && organizations !== undefined && { organizations }), ...verification },
    secrets: [{ id: "first", value: secret }],
  };
  const asked = { ...demo?.connection, ...settings, source, verification: proof, allow: { targets: "any" } };
  const { connection: name, gateway } = stack.connect({ connection: asked });
  const document = { schemaVersion: 1, gateway, agentId: "101", ...asked };
  const connection = await ConfiguredConnection.parseAsync(document);
  const lines = toTrial({ url: `${PUBLIC_BASE_URL}/v1/transfers/${name}`, connection, caller: await readCaller(source, document) });
  const block = /^```sh\n(cat > .*?)^```$/ms.exec(lines.join("\n"))?.[1];
  return { secret, text: lines.join("\n"), block };
}

async function run(block: string, secret: string): Promise<{ readonly stdout: string; readonly given: string }> {
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, PUBLIC: PUBLIC_BASE_URL, HERE: `http://127.0.0.1:${port}`, CCGW_SECRET: secret };
  const { stdout, stderr: given } = await promisify(execFile)("bash", ["-c", HERE + block], { cwd: folder, env });
  return { stdout, given };
}

const HMAC = { scheme: "hmac", header: "x-signature" };
const SIGNED_IN_ALL = { ...HMAC, signed: "{method} {url}|{timestamp}.{body}$", timestamp: { header: "x-time", unit: "ms" } };

describe("the lines of a sheet that try a connection", () => {
  it.each([
    ["api", {}, '"dryRun":true'],
    ["generic", { in: ["query"] }, '"dryRun":true'],
    ["generic", { in: ["header"], header: "x-secret" }, '"dryRun":true'],
    ["generic", HMAC, '"dryRun":true'],
    ["generic", { ...SIGNED_IN_ALL, algorithm: "sha512", encoding: "base64", prefix: "v0=" }, '"dryRun":true'],
    ["standard-webhooks", {}, '"dryRun":true'],
    ["zendesk", {}, '"dryRun":true'],
    ["hubspot", {}, '"dryRun":true'],
    ["hubspot", { scheme: "hubspot-v2" }, '"dryRun":true'],
    ["salesforce-flow", { in: ["basic"], username: "flow" }, '"dryRun":true'],
    ["salesforce-outbound-message", {}, "<Ack>true</Ack>"],
    ["dynamics", {}, '"dryRun":true'],
    ["intercom", {}, '"dryRun":true'],
    ["dialogflow-cx", {}, '"ccgw_state":"dry-run"'],
    ["rasa", {}, '"value":"dry-run"'],
  ] as const)("are proven, and move nobody: %s %j", async (source, verification, words) => {
    const { block = "", text, secret } = await trialOf(source, verification);
    const { stdout, given } = await run(block, secret);
    expect(stdout).toContain(words);
    // Whoever is on the machine can read it.
    expect(given).toContain("--data-binary");
    expect(given).not.toContain(secret);
    expect(text.includes("its arguments have the secret")).toBe(/-hmac |-macopt /.test(block));
    expect(stack.takeLog().join("\n")).toContain('"dryRun":true');
    expect(stack.gateway.transfers()).toHaveLength(0);
    expect(text).not.toContain(SECRET);
  });

  it("are not given where they might move somebody: a mapping alone knows how its bodies ask", async () => {
    const mapping = '{ "callId": body.ccgw_call_id, "target": body.ccgw_target }';
    const { block, text } = await trialOf("zendesk", {}, { mapping });
    expect(block).toBeUndefined();
    expect(text).toContain("This connection's mapping says");
    for (const settings of [{ mapping, test: true }, {}]) expect((await trialOf("zendesk", {}, settings)).block).toContain("curl");
    expect((await trialOf("generic", {}, { mapping })).block).toContain("?dryRun");
  });

  it("are not given where only the vendor can sign", async () => {
    const demo = findDemo("bot-framework")?.verification({ issuer: "http://127.0.0.1" });
    const document = { schemaVersion: 1, source: "bot-framework", gateway: "main", agentId: "101", verification: demo };
    const connection = await ConfiguredConnection.parseAsync(document);
    const trial = toTrial({ url: PUBLIC_BASE_URL, connection, caller: await readCaller("bot-framework", document) });
    expect(trial).toEqual([expect.stringContaining("by its vendor alone")]);
  });
});
