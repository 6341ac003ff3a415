/**
 * The documents in Secrets Manager that operators write: gateways, agents and connections. Lists, reads, writes and removes them; what is in one is parsed by the
 * handlers' own schemas before it is written, so that no function ever meets a document that it refuses.
 */
import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  paginateListSecrets,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type * as z from "zod";
import { TransferError } from "../lib/errors.ts";
import { AgentAccess } from "../lib/gateway/agent-access.ts";
import { GatewaySite } from "../lib/gateway/site.ts";
import { parseSecret } from "../lib/secrets/secret-document.ts";
import { HandedOverAgent } from "../lib/sessions/handing-over.ts";
import { ConfiguredConnection } from "../lib/sources/configured-connection.ts";
import { isFields } from "../lib/transfer/request.ts";
import type { Place } from "./place.ts";
import { CommandError, NotFound } from "./problem.ts";
import { refuseStrangers } from "./stranger.ts";
import { toThoseThere } from "./those-there.ts";

/** In the order in which one refers to another. */
export const SCHEMAS = { gateways: GatewaySite, agents: AgentAccess, connections: ConfiguredConnection } as const;
export type Folder = keyof typeof SCHEMAS;
/** What the handlers make of a document. */
export type Parsed<F extends Folder> = z.output<(typeof SCHEMAS)[F]>;
export type Document = Readonly<Record<string, unknown>>;

/** Until it is gone for good it can be restored, and its name is taken. AWS's own default. */
const RECOVERY_DAYS = 30;

export interface Listed {
  readonly name: string;
  /** ISO 8601. */
  readonly changedAt: string | undefined;
}

export interface Kept {
  readonly document: Document;
  readonly versionId: string;
  /** ISO 8601. */
  readonly writtenAt: string | undefined;
}

/** A secret that is no JSON object has no fields; `broken` says so. */
export interface Found extends Kept {
  readonly broken: string | undefined;
}

export interface SecretBook {
  /** By name; those that wait for their deletion are not among them. */
  list(folder: Folder, abortSignal?: AbortSignal): Promise<readonly Listed[]>;
  /** Undefined where there is none. Throws a `CommandError` for what is no JSON object. */
  read(folder: Folder, name: string): Promise<Kept | undefined>;
  /** The same, also of what is no JSON object. */
  find(folder: Folder, name: string): Promise<Found | undefined>;
  /** The same, of one that has to be there. Throws `NotFound` where there is none. */
  require(folder: Folder, name: string): Promise<Kept>;
  /** What the handlers make of it. Throws a `CommandError` that names each field that is wrong, never what is in it. */
  parse<F extends Folder>(folder: F, name: string, document: Document): Promise<Parsed<F>>;
  /** Parses it first. Throws a `CommandError` where there is one already. */
  create(folder: Folder, name: string, document: Document): Promise<void>;
  /** Parses it first. Throws a `CommandError` where it has been changed since `seen` was read. */
  replace(folder: Folder, name: string, document: Document, seen: Kept): Promise<void>;
  /** It can be restored for 30 days. Throws a `CommandError` where it has been changed since `seen` was read. */
  remove(folder: Folder, name: string, seen?: Kept): Promise<void>;
  close(): void;
}

/** What of a place a book needs. */
type Shelf = Pick<Place, "isLocal" | "keyAlias"> & { readonly config: Pick<Place["config"], "secretsPrefix"> };

export function openSecretBook({ config: { secretsPrefix }, isLocal, keyAlias }: Shelf): SecretBook {
  const client = new SecretsManagerClient({});
  refuseStrangers(client, { isLocal });
  const pathOf = (folder: Folder, name: string) => `${secretsPrefix}/${folder}/${name}`;

  async function find(folder: Folder, name: string): Promise<Found | undefined> {
    const path = pathOf(folder, name);
    try {
      const found = await client.send(new GetSecretValueCommand({ SecretId: path }));
      const { SecretString: text = "", VersionId: versionId = "", CreatedDate } = found;
      const document = parseDocument(text);
      const broken = document === undefined ? `${path}: is not a JSON object.` : undefined;
      return { document: document ?? {}, broken, versionId, writtenAt: CreatedDate?.toISOString() };
    } catch (error) {
      // One that waits for its deletion cannot be read.
      if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) return undefined;
      throw error;
    }
  }

  async function read(folder: Folder, name: string): Promise<Kept | undefined> {
    const found = await find(folder, name);
    if (found?.broken !== undefined) throw new CommandError(found.broken);
    return found;
  }

  async function parse<F extends Folder>(folder: F, name: string, document: Document): Promise<Parsed<F>>;
  async function parse(folder: Folder, name: string, document: Document): Promise<unknown> {
    const schema: z.ZodType<unknown> = SCHEMAS[folder];
    try {
      const text = JSON.stringify(document);
      const parsed = await parseSecret(text, pathOf(folder, name), schema);
      // What proves who hands a session over is read by another function.
      if (folder === "agents") await parseSecret(text, pathOf(folder, name), HandedOverAgent);
      return parsed;
    } catch (error) {
      throw error instanceof TransferError ? new CommandError(error.message) : error;
    }
  }

  async function write(path: string, SecretString: string): Promise<void> {
    await client.send(new PutSecretValueCommand({ SecretId: path, SecretString, ClientRequestToken: randomUUID() }));
  }

  /** Between this and what is done then, somebody else may still be quicker: the service has no condition. */
  async function assertUnchanged(folder: Folder, name: string, seen: Kept): Promise<void> {
    const now = await find(folder, name);
    if (now?.versionId !== seen.versionId)
      throw new CommandError(`${pathOf(folder, name)} was changed by somebody else meanwhile. Nothing was written: try again.`);
  }

  async function require(folder: Folder, name: string): Promise<Kept> {
    const kept = await read(folder, name);
    if (kept !== undefined) return kept;
    // Whoever may read secrets may not be allowed to list them.
    const others = await list(folder).catch(() => undefined);
    throw new NotFound([`There is no secret ${pathOf(folder, name)}.`, ...toThoseThere(folder, others)].join(" "));
  }

  async function list(folder: Folder, abortSignal?: AbortSignal): Promise<readonly Listed[]> {
    const start = `${secretsPrefix}/${folder}/`;
    const found: Listed[] = [];
    // The filter takes words, and beginnings of them: what is found is looked at again.
    const named = { Filters: [{ Key: "name" as const, Values: [start] }] };
    for await (const { SecretList = [] } of paginateListSecrets({ client }, named, abortSignal && { abortSignal }))
      for (const { Name: name = "", LastChangedDate } of SecretList)
        if (name.startsWith(start)) found.push({ name: name.slice(start.length), changedAt: LastChangedDate?.toISOString() });
    return found.toSorted((one, other) => one.name.localeCompare(other.name));
  }

  return {
    find,
    read,
    require,
    parse,
    list,
    async create(folder, name, document) {
      await parse(folder, name, document);
      const path = pathOf(folder, name);
      const SecretString = JSON.stringify(document);
      const key = isLocal ? {} : { KmsKeyId: keyAlias };
      try {
        await client.send(new CreateSecretCommand({ Name: path, SecretString, ClientRequestToken: randomUUID(), ...key }));
      } catch (error) {
        if (error instanceof ResourceExistsException) throw new CommandError(`There is a secret ${path} already.`);
        // Its name is taken by one that was removed: that one comes back, with what is in the new one.
        if (!(error instanceof InvalidRequestException)) throw error;
        await client.send(new RestoreSecretCommand({ SecretId: path }));
        await write(path, SecretString);
      }
    },
    async replace(folder, name, document, seen) {
      await parse(folder, name, document);
      await assertUnchanged(folder, name, seen);
      await write(pathOf(folder, name), JSON.stringify(document));
    },
    async remove(folder, name, seen) {
      if (seen !== undefined) await assertUnchanged(folder, name, seen);
      await client.send(new DeleteSecretCommand({ SecretId: pathOf(folder, name), RecoveryWindowInDays: RECOVERY_DAYS }));
    },
    close: () => client.destroy(),
  };
}

/** Before anything is asked for. Throws a `CommandError` where there is one already. */
export async function assertFree(book: Pick<SecretBook, "read">, folder: Folder, name: string): Promise<void> {
  if ((await book.read(folder, name)) !== undefined)
    throw new CommandError(`There is ${folder === "agents" ? "an" : "a"} ${folder.slice(0, -1)} ${name} already.`);
}

function parseDocument(text: string): Document | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isFields(json) ? json : undefined;
  } catch {
    // The parser's own words quote what is in it.
    return undefined;
  }
}
