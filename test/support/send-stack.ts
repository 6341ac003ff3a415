/** One `npm start` for all the tests that play callers against it with `npm run send`, and a folder for what they send. */
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { findDemo } from "../../dev/demos.ts";
import { freePorts, gone, type LocalStack, startLocalStack } from "./local-stack-process.ts";
import { runCcgw, runDev, runSend, type Sent } from "./send-process.ts";

export interface SendStack {
  send(given: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Sent>;
  /** `npx ccgw send`. */
  sendByCcgw(given: readonly string[]): Promise<Sent>;
  /** `npm run load`. */
  load(given: readonly string[]): Promise<Sent>;
  /** Of the webhooks. */
  url(): string;
  /** Of the tokens. */
  issuer(): string;
  output(): string;
  /** Posts to the control interface of the gateway. */
  control(path: string, body: unknown): Promise<Response>;
  /** What has arrived at the gateway, the oldest first. */
  gatewayTransfers(): Promise<readonly { readonly body: string }[]>;
  /** Makes `ccgw/local/connections/{name}`, of which some are what no command makes, and gives what was answered. */
  createConnection(name: string, document: unknown): Promise<string>;
  /** A file with the source's sample, each first one of these replaced. */
  writeSample(source: string, name: string, ...changes: readonly (readonly [string | RegExp, string])[]): Promise<string>;
}

export function useSendStack(timeoutMs: number): SendStack {
  let stack: LocalStack;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ccgw-send-"));
    stack = startLocalStack(await freePorts());
    await stack.printed(/Ctrl-C stops everything/);
  }, timeoutMs);
  afterAll(async () => {
    const processes = stack.processes();
    stack.interrupt();
    await stack.ended;
    await gone(processes, stack.ports);
    await rm(folder, { recursive: true });
  }, timeoutMs);

  return {
    send: (given, environment = {}) => runSend(given, { ...stack.ports, ...environment }),
    sendByCcgw: (given) => runCcgw(["send", ...given], stack.ports),
    load: (given) => runDev("load", given, stack.ports),
    url: () => `http://127.0.0.1:${stack.ports.PORT}`,
    issuer: () => `http://127.0.0.1:${stack.ports.TOKEN_ISSUER_PORT}`,
    output: () => stack.output(),
    control: (path, body) =>
      fetch(`http://127.0.0.1:${stack.ports.GATEWAY_CONTROL_PORT}${path}`, { method: "POST", body: JSON.stringify(body) }),
    async gatewayTransfers() {
      const response = await fetch(`http://127.0.0.1:${stack.ports.GATEWAY_CONTROL_PORT}/transfers`);
      return (await response.json()) as readonly { readonly body: string }[];
    },
    async createConnection(name, document) {
      const response = await fetch(`http://127.0.0.1:${stack.ports.SECRETS_MANAGER_PORT}`, {
        method: "POST",
        headers: { authorization: "local", "content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.CreateSecret" },
        body: JSON.stringify({
          Name: `ccgw/local/connections/${name}`,
          ClientRequestToken: randomUUID(),
          SecretString: JSON.stringify(document),
        }),
      });
      return response.text();
    },
    async writeSample(source, name, ...changes) {
      const file = join(folder, name.replaceAll(" ", "-"));
      const sample = await readFile(findDemo(source)?.sample ?? "", "utf8");
      await writeFile(
        file,
        changes.reduce((changed, [what, by]) => changed.replace(what, by), sample),
      );
      return file;
    },
  };
}
