/** The commands on the pages of docs/connect that make a connection, run as they are typed: each stores what its page says. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createProgram } from "../cli/program.ts";
import { openSecretBook } from "../cli/secret-book.ts";
import { type SecretsManagerEmulator, startSecretsManagerEmulator } from "../dev/secrets-manager/emulator.ts";
import { isFields } from "../lib/transfer/request.ts";
import { IDS, PAGES, pageOf, read } from "./support/connect-documents.ts";
import { openLocalPlace } from "./support/local-place.ts";

/** A command, and the document that stands below it as what it stores. */
const ADDING =
  /^```sh\n((?:printf %s "\$\w+" \| )?npx ccgw connection add (\S+) [^\n]*)\n```\n\nWhat is stored[^\n]*:\n\n```json\n(.*?)^```$/gms;
const SECRET = "a-secret-of-this-test-0123456789";
const MADE = PAGES.flatMap((page) =>
  [...read(page).matchAll(ADDING)].map(([, command = "", name = "", stored = "{}"]) => ({
    page,
    command,
    name,
    stored: JSON.parse(stored),
  })),
);

let secrets: SecretsManagerEmulator;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "connect-commands-"));
  secrets = await startSecretsManagerEmulator({ port: 0, region: "eu-central-1", log: () => {} });
  secrets.putSecret("ccgw/local/gateways/main", { schemaVersion: 1, url: "https://cc.example.com" });
  vi.spyOn(console, "log").mockReturnValue();
  // None of them has an agent here.
  vi.spyOn(console, "error").mockReturnValue();
});
afterAll(async () => {
  await secrets.stop();
  await rm(folder, { recursive: true });
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

/** As a shell has them, with its sheets elsewhere. */
function wordsOf(command: string): string[] {
  const words = [...command.replace(/^printf .* \| /, "").matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = ""]) => quoted ?? bare);
  return words.map((word) => (word.endsWith("-hand-over.md") ? join(folder, word) : word));
}

function withoutValues({ verification, ...document }: Readonly<Record<string, unknown>>): unknown {
  const { secrets: kept, ...proof } = isFields(verification) ? verification : {};
  const ids = Array.isArray(kept) ? kept.map(({ id }) => id) : undefined;
  return { ...document, verification: { ...proof, ...(ids !== undefined && { ids }) } };
}

describe("the commands that make a connection", () => {
  it("are on the page of each source", () => {
    expect([...new Set(MADE.map(({ page }) => page))].toSorted()).toEqual(IDS.map(pageOf).toSorted());
  });

  it("take a secret of its own for each connection of a page", () => {
    const taken = MADE.flatMap(
      ({ page, command }) =>
        /"(\$\w+)"/
          .exec(command)
          ?.slice(1)
          .map((variable) => `${page} ${variable}`) ?? [],
    );
    expect(taken.toSorted()).toEqual([...new Set(taken)].toSorted());
  });

  it.each(MADE)("store what stands below them: $page $name", async ({ command, name, stored }) => {
    const place = await openLocalPlace({ SECRETS_MANAGER_PORT: new URL(secrets.url).port });
    // What comes through the pipe comes from the environment here, also where it is the other side's.
    const isPiped = command.includes("--secret-stdin");
    const form = stored.source === "standard-webhooks" ? `whsec_${Buffer.from(SECRET).toString("base64")}` : SECRET;
    vi.stubEnv("CCGW_SECRET", isPiped ? form : undefined);
    const [, , ...given] = wordsOf(command);
    await createProgram({ say: () => undefined }).parseAsync(given.filter((word) => word !== "--secret-stdin").concat("--json"), {
      from: "user",
    });
    const book = openSecretBook(place);
    const { document } = await book.require("connections", name);
    book.close();
    expect(withoutValues(document)).toEqual(withoutValues(stored));
  });
});
