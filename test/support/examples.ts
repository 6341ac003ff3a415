/** The examples for tools, by their folders; the connections that their pages have made by `npx ccgw connection add`; and what holds for all that they send. */

import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { openSecretBook } from "../../cli/secret-book.ts";
import { startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { blocksOf, ROOT } from "./connect-documents.ts";
import { openLocalPlace } from "./local-place.ts";
import type { Answer, Stack } from "./stack.ts";

export const TOOLS = readdirSync(join(ROOT, "examples"), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
/** What a caller brings along, where the connection does not make it. */
const BROUGHT_SECRET = "secret-that-the-caller-s-side-has";

export interface ExampleConnection {
  readonly document: Readonly<Record<string, unknown>>;
  readonly secret: string;
}

export function pageOfTool(tool: string): string {
  return `examples/${tool}/README.md`;
}

/** The words of the command of a page. */
function commandOf(tool: string): readonly string[] {
  const [command = ""] =
    blocksOf(pageOfTool(tool), "sh")
      .join("\n")
      .match(/npx ccgw connection add .*/) ?? [];
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "").slice(2);
}

/** Runs the command of each of these pages, as it stands there but for where its sheet goes. */
export async function connectionsByCommand(tools: readonly string[]): Promise<Readonly<Record<string, ExampleConnection>>> {
  const folder = await mkdtemp(join(tmpdir(), "examples-"));
  const secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  const { exitCode } = process;
  try {
    secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: "https://gateway.example.com:8043" });
    const place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
    const book = openSecretBook(place);
    const made: Record<string, ExampleConnection> = {};
    for (const tool of tools) {
      vi.stubEnv("CCGW_SECRET", commandOf(tool).includes("--sheet") ? undefined : BROUGHT_SECRET);
      const words = commandOf(tool).map((word) => (word.endsWith("-hand-over.md") ? join(folder, word) : word));
      await createProgram().parseAsync([...words, "--json"], { from: "user" });
      const { document } = await book.require("connections", words[2] ?? "");
      made[tool] = { document, secret: Object(document.verification).secrets[0].value };
    }
    book.close();
    return made;
  } finally {
    process.exitCode = exitCode;
    said.mockRestore();
    vi.unstubAllEnvs();
    await secrets.stop();
    await rm(folder, { recursive: true });
  }
}

/** The call that all of them ask for. */
const CALL_ID = "1552524689-16797284";

export interface Send {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sent to a new connection like this one: as a dry run, in earnest, and the same once more. */
export async function sendThrice(
  stack: Stack,
  { document, secret }: ExampleConnection,
  toSend: (secret: string, isDry: boolean, connection: string) => Send,
): Promise<readonly Answer[]> {
  stack.gateway.reset();
  const { gateway: _main, ...settings } = document;
  const { connection } = stack.connect({ connection: { allow: undefined, ...settings } });
  const send = (isDry: boolean) => {
    const { body, headers } = toSend(secret, isDry, connection);
    const isAsked = isDry && document.source !== "dialogflow-cx" && document.source !== "hubspot";
    return stack.transfer(connection, body, {
      headers: { "content-type": "application/json", ...headers },
      ...(isAsked && { query: "dryRun" }),
    });
  };
  return [await send(true), await send(false), await send(false)];
}

/** Of a source that answers with the canonical result. */
export function expectOneTransfer(stack: Stack, [dry, first, second]: readonly Answer[]): void {
  expect(dry?.body).toMatchObject({ dryRun: true, request: { callId: CALL_ID, target: { type: "skill-queue", address: "31" } } });
  expect(first?.body).toMatchObject({ state: "accepted", replayed: false });
  expect(second?.body).toMatchObject({ state: "accepted", replayed: true });
  expect(stack.gateway.transfers()).toHaveLength(1);
}

interface AnswerKind {
  readonly answer: Readonly<Record<string, unknown>>;
  /** What an example is to do about it: at once, and once it has repeated the delivery often enough. */
  readonly todo: Todo;
  readonly last: Exclude<Todo, "once more">;
}
type Todo = "accepted" | "once more" | "did not happen" | "look at the call";

/** One of each kind. What is not ours has neither state nor code. */
export const ANSWERS: readonly AnswerKind[] = [
  { answer: { state: "accepted", outcome: "pending" }, todo: "accepted", last: "accepted" },
  { answer: { state: "accepted", outcome: "failed" }, todo: "did not happen", last: "did not happen" },
  { answer: { state: "unknown", retryable: true, effect: "unknown" }, todo: "once more", last: "look at the call" },
  { answer: { code: "rate-limited", retryable: true, effect: "none" }, todo: "once more", last: "did not happen" },
  { answer: { code: "duplicate-in-progress", retryable: true, effect: "unknown" }, todo: "once more", last: "look at the call" },
  { answer: { code: "gateway-refused", retryable: false, effect: "none" }, todo: "did not happen", last: "did not happen" },
  { answer: { code: "internal", retryable: false, effect: "unknown" }, todo: "look at the call", last: "look at the call" },
  { answer: { message: "Service Unavailable" }, todo: "look at the call", last: "look at the call" },
];
