/** `ccgw export`: what a stack has, as a setup file to begin with. Each secret is a reference that keeps what is there. Writes nothing. */
import { stringify } from "yaml";
import { isFields } from "../../lib/transfer/request.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Place } from "../place.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import type { Document, Folder, SecretBook } from "../secret-book.ts";
import { PASSING } from "./resolve.ts";
import { isSecretPlace } from "./secret-place.ts";
import { FOLDERS } from "./setup-file.ts";

export function createExport() {
  return createCommand("export", "what a stack has, as a setup file without secrets").action((options) =>
    answerFromBook(options, exportSetup),
  );
}

export async function exportSetup(book: SecretBook, { stage }: Pick<Place, "stage">): Promise<Report> {
  const refused: string[] = [];
  const entries = await Promise.all(FOLDERS.map(async (folder) => [folder, await exportFolder(book, folder, refused)] as const));
  const setup = { schemaVersion: 1, ...Object.fromEntries(entries.filter(([, documents]) => Object.keys(documents).length > 0)) };
  const head = [
    `What ${stage} has. Each { keep: true } is a secret that is there.`,
    ...refused.map((why) => `Left out, no function takes it: ${why}`),
  ];
  return {
    json: { setup, leftOut: refused },
    lines: [...head.map((line) => `# ${line}`), stringify(setup, { lineWidth: 0 }).trimEnd()],
    exitCode: refused.length > 0 ? 1 : 0,
  };
}

async function exportFolder(book: SecretBook, folder: Folder, refused: string[]): Promise<Readonly<Record<string, unknown>>> {
  const exported: Record<string, unknown> = {};
  for (const { name } of await book.list(folder)) {
    try {
      const kept = await book.read(folder, name);
      if (kept === undefined) continue;
      await book.parse(folder, name, kept.document);
      exported[name] = withoutSecrets(kept.document);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refused.push(error.message);
    }
  }
  return exported;
}

function withoutSecrets({ schemaVersion: _said, [PASSING]: _passing, ...document }: Document): unknown {
  return walk(document, []);
}

function walk(value: unknown, path: readonly PropertyKey[]): unknown {
  if (Array.isArray(value)) return value.map((each: unknown, index) => walk(each, [...path, index]));
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each, [...path, name])]));
  return isSecretPlace(path, value) ? { keep: true } : value;
}
