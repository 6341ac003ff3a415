/** The examples for tools, by their folders, and the connections that their pages have made by `npx ccgw connection add`. Asserts nothing. */

import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { openSecretBook } from "../../cli/secret-book.ts";
import { startSecretsManagerEmulator } from "../../dev/secrets-manager/emulator.ts";
import { blocksOf, ROOT } from "./connect-documents.ts";
import { openLocalPlace } from "./local-place.ts";

export const TOOLS = readdirSync(join(ROOT, "examples"), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
/** What a caller brings along, where the connection does not make it. */
export const BROUGHT_SECRET = "secret-that-the-caller-s-side-has";

export interface ExampleConnection {
  readonly document: Readonly<Record<string, unknown>>;
  readonly secret: string;
}

export function pageOfTool(tool: string): string {
  return `examples/${tool}/README.md`;
}

/** The words of the command of a page. */
export function commandOf(tool: string): readonly string[] {
  const [command = ""] =
    blocksOf(pageOfTool(tool), "sh")
      .join("\n")
      .match(/npx ccgw connection add .*/) ?? [];
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "").slice(2);
}

/** Runs the command of each page, as it stands there but for where its sheet goes. */
export async function connectionsByCommand(): Promise<Readonly<Record<string, ExampleConnection>>> {
  const folder = await mkdtemp(join(tmpdir(), "examples-"));
  const secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  const { exitCode } = process;
  try {
    secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: "https://gateway.example.com:8043" });
    const place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
    const book = openSecretBook(place);
    const made: Record<string, ExampleConnection> = {};
    for (const tool of TOOLS) {
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
