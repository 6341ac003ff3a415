/** The documents of the stack, read and parsed by the functions' own schemas, and what is wrong with those that are not, or that name what is not there. */
import type * as z from "zod";
import { toTransferError } from "../errors.ts";
import { AgentAccess } from "../gateway/agent-access.ts";
import { GatewaySite } from "../gateway/site.ts";
import { EventsKey } from "../secrets/events-key.ts";
import { RecordsKey } from "../secrets/records-key.ts";
import { parseSecret } from "../secrets/secret-document.ts";
import type { Secrets } from "../secrets/secrets-manager.ts";
import { StatusKey } from "../secrets/status-key.ts";
import { HandedOverAgent } from "../sessions/handing-over.ts";
import { ConfiguredConnection } from "../sources/configured-connection.ts";
import type { Deadline } from "../transfer/invocation.ts";
import { eachInTime } from "./within-time.ts";

const KEYS = { "keys/events": EventsKey, "keys/records": RecordsKey, "keys/status": StatusKey } as const;
export const FOLDERS = ["gateways", "agents", "connections"] as const;

/** By folder. */
export type Names = Readonly<Record<(typeof FOLDERS)[number], readonly string[]>>;

export interface KeptAgent {
  readonly access: AgentAccess;
  readonly versionId: string;
  readonly writtenAt: Date | undefined;
}

/** Those that parse, by name. */
export interface Documents {
  readonly gateways: ReadonlyMap<string, GatewaySite>;
  readonly agents: ReadonlyMap<string, KeptAgent>;
  readonly connections: ReadonlyMap<string, ConfiguredConnection>;
}

interface Read<Document> {
  readonly path: string;
  readonly name: string;
  readonly versionId: string;
  readonly writtenAt: Date | undefined;
  readonly document?: Document;
  /** What is wrong with it. */
  readonly problem?: string;
}

interface ReadingOptions {
  readonly secrets: Pick<Secrets, "readVersion">;
  readonly prefix: string;
  readonly names: Names;
  readonly deadline: Deadline;
}

/** `problems` are by the secret's path: `connections/crm`. */
export async function readDocuments({ secrets, prefix, names, deadline }: ReadingOptions) {
  async function read<Document>(path: string, schema: z.ZodType<Document>, ...more: readonly z.ZodType[]): Promise<Read<Document>> {
    const name = path.slice(path.indexOf("/") + 1);
    const base = { path, name, versionId: "", writtenAt: undefined };
    try {
      const found = await secrets.readVersion(path, deadline.signal);
      if (found === undefined) return { ...base, problem: `There is no secret ${prefix}/${path}.` };
      const { text, ...version } = found;
      for (const other of more) await parseSecret(text, `${prefix}/${path}`, other);
      return { ...base, ...version, document: await parseSecret(text, `${prefix}/${path}`, schema) };
    } catch (thrown) {
      const { code, message } = toTransferError(thrown, "none");
      return { ...base, problem: code === "secrets-unavailable" ? `${prefix}/${path}: could not be read (${message})` : message };
    }
  }
  function readAll<Document>(
    paths: readonly string[],
    ...schemas: readonly [z.ZodType<Document>, ...z.ZodType[]]
  ): Promise<Read<Document>[]> {
    return eachInTime(paths, {
      deadline,
      work: (path) => read(path, ...schemas),
      tooLate,
    });
  }
  const tooLate = (path: string): Read<never> => ({
    path,
    name: path,
    versionId: "",
    writtenAt: undefined,
    problem: `${prefix}/${path}: there was no time to read it`,
  });
  const pathsOf = (folder: keyof Names) => names[folder].map((name) => `${folder}/${name}`);

  const gateways = await readAll(pathsOf("gateways"), GatewaySite);
  const agents = await readAll(pathsOf("agents"), AgentAccess, HandedOverAgent);
  const connections = await readAll(pathsOf("connections"), ConfiguredConnection);
  const keys = await eachInTime(Object.entries(KEYS), {
    deadline,
    work: ([path, schema]) => read<unknown>(path, schema),
    tooLate: ([path]) => tooLate(path),
  });
  const problems = [...gateways, ...agents, ...connections, ...keys].flatMap(({ path, problem }) =>
    problem === undefined ? [] : [[path, problem] as const],
  );
  const documents: Documents = {
    gateways: toMap(gateways, ({ document }) => document),
    agents: toMap(agents, ({ document: access, versionId, writtenAt }) => access && { access, versionId, writtenAt }),
    connections: toMap(connections, ({ document }) => document),
  };
  return { documents, problems: new Map(problems) };
}

function toMap<Document, Kept>(read: readonly Read<Document>[], keep: (each: Read<Document>) => Kept | undefined): Map<string, Kept> {
  return new Map(
    read.flatMap((each) => {
      const kept = keep(each);
      return kept === undefined ? [] : [[each.name, kept] as const];
    }),
  );
}
