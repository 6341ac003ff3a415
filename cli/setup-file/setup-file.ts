/**
 * A setup file, `ccgw.yaml`: gateways, agents and connections as Secrets Manager has them, without a secret. Reads it, merges what it says of one stage into it
 * (JSON Merge Patch, RFC 7396), and knows the line of each place, for whoever has to put something right there. No message repeats what stands in the file.
 */
import { isNode, LineCounter, parseDocument, type Document as Yaml } from "yaml";
import * as z from "zod";
import { inOurWords } from "../../lib/transfer/issue-words.ts";
import { isFields } from "../../lib/transfer/request.ts";
import { AgentId, Name } from "../../lib/transfer/target.ts";
import { mergePatch } from "../merge-patch.ts";
import { CommandError } from "../problem.ts";
import type { Document, Folder } from "../secret-book.ts";
import { isReferring } from "./reference.ts";

/** Those that others refer to come first. */
export const FOLDERS = ["gateways", "agents", "connections"] as const satisfies readonly Folder[];

const AgentName = z.string().refine((name) => {
  const [gateway, agentId, ...more] = name.split("/");
  return more.length === 0 && Name.safeParse(gateway).success && AgentId.safeParse(agentId).success;
}, "must be GATEWAY/ID, as main/101");
const Fragment = z.record(z.string(), z.unknown());

function documents(name: z.ZodType<string, string>) {
  return z.record(name, Fragment).nullish();
}

const Merged = z.strictObject({
  schemaVersion: z.literal(1),
  gateways: documents(Name),
  agents: documents(AgentName),
  connections: documents(Name),
});
const SetupFile = z.strictObject({
  schemaVersion: z.literal(1),
  ...Object.fromEntries(FOLDERS.map((folder) => [folder, Fragment.nullish()])),
  stages: z
    .record(z.string(), z.strictObject(Object.fromEntries(FOLDERS.map((folder) => [folder, Fragment.nullish()]))).nullish())
    .nullish(),
});

export interface Mistake {
  /** Within the file as it is merged: `connections`, `crm`, `agentId`. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export interface Setup {
  /** What the file has for this stage, references and all. */
  readonly documents: Readonly<Record<Folder, Readonly<Record<string, Document>>>>;
  /** It has stages, and this is none of them: mistyped, or forgotten. */
  readonly isOfOtherStages: boolean;
  /** All mistakes, with file and line. */
  refuse(mistakes: readonly Mistake[]): CommandError;
}

interface SetupText {
  readonly text: string;
  /** As messages name it. */
  readonly file: string;
  readonly stage: string;
}

/** Throws a `CommandError`. */
export function parseSetup({ text, file, stage }: SetupText): Setup {
  const lines = new LineCounter();
  // Its pretty errors quote the line.
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = yaml.errors;
  if (error !== undefined)
    throw new CommandError(`${file}:${lines.linePos(error.pos[0]).line}: is not YAML as it should be (${error.code}).`);
  const lineOf = (path: readonly PropertyKey[]) => findLine(yaml, lines, [["stages", stage, ...path], path]);
  const refuse = (mistakes: readonly Mistake[]) =>
    new CommandError(mistakes.map(({ path, message }) => `${file}:${lineOf(path)}: ${path.join(".") || "the file"} ${message}`).join("\n"));

  const json = toJson(yaml, file);
  const whole = SetupFile.safeParse(json, { error: inOurWords });
  if (!whole.success) throw refuse(toMistakes(whole.error));
  const { stages, ...common } = isFields(json) ? json : {};
  const ofStage = isFields(stages) && isFields(stages[stage]) ? stages[stage] : {};
  const merged = Merged.safeParse(mergePatch(common, ofStage, isReferring), { error: inOurWords });
  if (!merged.success) throw refuse(toMistakes(merged.error));
  const { gateways, agents, connections } = merged.data;
  const isOfOtherStages = isFields(stages) && Object.keys(stages).length > 0 && !Object.hasOwn(stages, stage);
  return { documents: { gateways: gateways ?? {}, agents: agents ?? {}, connections: connections ?? {} }, isOfOtherStages, refuse };
}

/** What zod found, in words without values. */
export function toMistakes({ issues }: z.ZodError, at: readonly PropertyKey[] = []): readonly Mistake[] {
  return issues.flatMap((issue): readonly Mistake[] => {
    const path = [...at, ...issue.path];
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], message: "is not a known field" }));
    if (issue.code === "invalid_key") return [{ path, message: `has a name that ${issue.issues[0]?.message ?? "is not valid"}` }];
    return [{ path, message: issue.message }];
  });
}

/** Aliases can be unknown, or too many. */
function toJson(yaml: Yaml.Parsed, file: string): unknown {
  try {
    return yaml.toJS();
  } catch {
    throw new CommandError(`${file}: has an alias (*name) that cannot be resolved.`);
  }
}

/** Of the deepest place that one of the paths leads to: what is missing has none of its own. */
function findLine(yaml: Yaml.Parsed, lines: LineCounter, paths: readonly (readonly PropertyKey[])[]): number {
  const found = paths.map((path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = yaml.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return { missing: path.length - length, line: lines.linePos(node.range[0]).line };
    }
    return { missing: path.length, line: 1 };
  });
  return found.toSorted((one, other) => one.missing - other.missing)[0]?.line ?? 1;
}
