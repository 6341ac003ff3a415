/**
 * Asks a gateway, as an agent's session, where a session could go: the skill queues of the agent's call center (api-cec cec_07_0409, earlier 1021), whose ids a
 * transfer takes, and its access codes (`innoinfo`: the vendor's page of it is not known, its members are what public clients read). It only reads.
 */
import * as z from "zod";
import type { Unanswered } from "../sessions/agent-calls.ts";
import type { Deadline } from "../transfer/invocation.ts";
import type { Target } from "../transfer/target.ts";
import { type Answered, nameRetcode, readAnswer } from "./agent-answer.ts";
import type { SendToGateway } from "./client.ts";
import { RETCODE_SUCCESS } from "./retcodes.ts";
import type { GatewaySite } from "./site.ts";
import type { SessionCredentials } from "./transfer-gateway.ts";
import { CONTENT_TYPE } from "./wire.ts";

export type Kind = Exclude<Target["type"], "agent">;

export interface FoundTarget {
  readonly address: string;
  /** As the gateway has it; empty where it has none. */
  readonly name: string;
  /** The vendor's number, where it was told. */
  readonly mediaType?: number | undefined;
}

/** `cause` is an error's code, or the retcode. `unread`: how many entries had not the members that are known. */
export type FoundTargets =
  | { readonly kind: "told"; readonly targets: readonly FoundTarget[]; readonly unread: number }
  | { readonly kind: "untold"; readonly cause: string };

interface Asking {
  readonly site: GatewaySite;
  readonly agentId: string;
  readonly session: SessionCredentials;
  readonly send: SendToGateway;
  readonly deadline: Deadline;
}

const RESOURCE = "/agentgateway/resource/queuedevice";
/** Of what is shown of the gateway's words. */
const NAME_MAX_CHARACTERS = 100;

const Address = z.union([z.int(), z.string().min(1)]).transform(String);
const Name = z
  .string()
  .transform((name) =>
    name
      .replace(/\p{Cc}/gu, " ")
      .slice(0, NAME_MAX_CHARACTERS)
      .toWellFormed(),
  )
  .catch("");
const MediaType = z.int().optional().catch(undefined);

const LISTS = {
  "skill-queue": {
    path: "agentvdnskill",
    entry: z
      .object({ id: Address, name: Name, mediatype: MediaType })
      .transform(({ id, name, mediatype }): FoundTarget => ({ address: id, name, mediaType: mediatype })),
  },
  "access-code": {
    path: "innoinfo",
    entry: z
      .object({ inno: Address, description: Name, mediatype: MediaType })
      .transform(({ inno, description, mediatype }): FoundTarget => ({ address: inno, name: description, mediaType: mediatype })),
  },
} as const satisfies Record<Kind, { readonly path: string; readonly entry: z.ZodType<FoundTarget> }>;

export async function askForTargets(kind: Kind, { site, agentId, session, send, deadline }: Asking): Promise<FoundTargets> {
  const { guid, cookies } = session;
  const { path, entry } = LISTS[kind];
  const headers = { "Content-Type": CONTENT_TYPE, Guid: guid, ...(cookies && { Cookie: cookies }) };
  return toFound(readAnswer(await send({ site, method: "GET", path: `${RESOURCE}/${agentId}/${path}`, headers, deadline })), entry);
}

function toFound(read: Answered | Unanswered, entry: z.ZodType<FoundTarget>): FoundTargets {
  if (read.kind !== "answered") return { kind: "untold", cause: read.cause };
  const { answer } = read;
  if (answer.retcode !== RETCODE_SUCCESS) return { kind: "untold", cause: nameRetcode(answer) };
  const entries = z.array(z.unknown()).safeParse(answer.result).data;
  if (entries === undefined) return { kind: "untold", cause: "invalid-response" };
  const targets = entries.flatMap((each) => entry.safeParse(each).data ?? []);
  return { kind: "told", targets, unread: entries.length - targets.length };
}
