/** The document of an agent, by how its session is held: what is asked for, and what is said of it. Written by nobody here. */
import { Cookies, Guid } from "../../lib/gateway/agent-access.ts";
import { SignIn } from "../../lib/gateway/sign-in.ts";
import { Secrets } from "../../lib/verification/secret.ts";
import type { Asker } from "../asker.ts";
import { type ChosenSecret, chooseSecret, makeSecret } from "../chosen-secret.ts";
import type { Document } from "../secret-book.ts";
import { findSecret, requireSecret, type SecretEnds } from "../secret-input.ts";
import { passwordInput } from "./password.ts";
import { toSheet } from "./sheet.ts";

export const SESSIONS = [
  { value: "managed", label: "managed: we sign a dedicated agent in and keep it so" },
  { value: "handed-over", label: "handed over: somebody else does, and sends us each Guid" },
  { value: "external", label: "external: somebody else does, and the Guid stands in the secret (AUTHMODE 1)" },
] as const;

export interface HeldWanted {
  readonly name: string;
  readonly publicBaseUrl: string;
  readonly phonenum?: string | undefined;
  readonly passwordStdin?: true | undefined;
  readonly events?: string | undefined;
  readonly forceLogin?: true | undefined;
  readonly inlineSignIn?: true | undefined;
  readonly secretStdin?: true | undefined;
  readonly sheet?: string | undefined;
  readonly guidStdin?: true | undefined;
}

export interface Made {
  readonly document: Document;
  /** Said of it, once it is written. */
  readonly lines: readonly string[];
  /** What its holder needs. */
  readonly sheet?: { readonly file: string | undefined; readonly text: string };
}

export interface Making {
  readonly asker: Asker;
  readonly ends: SecretEnds;
  readonly authMode: 1 | 2 | undefined;
}

export function makeDocument(session: (typeof SESSIONS)[number]["value"], wanted: HeldWanted, making: Making): Promise<Made> {
  return { managed: makeManaged, "handed-over": makeHandedOver, external: makeExternal }[session](wanted, making);
}

async function makeManaged(wanted: HeldWanted, { asker, ends }: Making): Promise<Made> {
  const { phonenum: given, events, forceLogin, inlineSignIn, passwordStdin } = wanted;
  const phonenum = await asker.text({
    flag: "--phonenum",
    given,
    message: "The phone that it signs in with?",
    schema: SignIn.shape.phonenum,
  });
  const password = await requireSecret(passwordInput(passwordStdin), ends);
  const signIn = { password, phonenum, ...(events !== undefined && { events }), ...(forceLogin && { forcelogin: true }) };
  return {
    document: { schemaVersion: 1, session: "managed", signIn, ...(inlineSignIn && { inlineSignIn: true }) },
    lines: [`It is signed in within a minute: ccgw agent show ${wanted.name} says whether it was. Nobody else may use this agent.`],
  };
}

async function makeHandedOver({ name, publicBaseUrl, secretStdin, sheet }: HeldWanted, { asker, ends }: Making): Promise<Made> {
  const { value, sheet: file } = await chooseHolderSecret({ name, secretStdin, sheet }, ends, asker);
  const text = toSheet({ name, publicBaseUrl, secret: value });
  return {
    document: { schemaVersion: 1, session: "handed-over", verification: { scheme: "shared-secret", secrets: [{ id: "first", value }] } },
    lines: [
      `Its holder sends each Guid to ${publicBaseUrl}/v1/agent-sessions/${name}${file === undefined ? "." : `: ${file} says how, and has the secret.`}`,
    ],
    sheet: { file, text },
  };
}

/** Of whoever hands its session over. */
export function chooseHolderSecret(
  { name, secretStdin, sheet }: Pick<HeldWanted, "name" | "secretStdin" | "sheet">,
  ends: SecretEnds,
  asker: Asker,
): Promise<ChosenSecret> {
  const input = {
    ...{ message: "The secret of whoever hands its session over", flag: "--secret-stdin" },
    ...{ fromPipe: secretStdin === true, variable: "CCGW_SECRET", schema: Secrets.element.shape.value },
  };
  return chooseSecret({ input, make: makeSecret, sheet, usualSheet: `${name.replace("/", "-")}-hand-over.md` }, ends, asker);
}

async function makeExternal({ guidStdin }: HeldWanted, { ends, authMode }: Making): Promise<Made> {
  const { guid, cookies } = await requireGuid(guidStdin, ends);
  const isRenewed =
    authMode === 2
      ? ["Its gateway has AUTHMODE 2: this Guid is good for two minutes. Hand it over instead, or let us manage the agent."]
      : [];
  return { document: { schemaVersion: 1, session: "external", guid, ...(cookies !== undefined && { cookies }) }, lines: isRenewed };
}

/** With the cookies of its load balancer, where there are some. */
export async function requireGuid(guidStdin: true | undefined, ends: SecretEnds): Promise<{ guid: string; cookies: string | undefined }> {
  const input = { message: "The Guid, from the gateway's Set-GUID", flag: "--guid-stdin", fromPipe: guidStdin === true };
  const guid = await requireSecret({ ...input, variable: "CCGW_GUID", schema: Guid }, ends);
  const cookies = { message: "The cookies", flag: "--guid-stdin", fromPipe: false, variable: "CCGW_COOKIES", schema: Cookies };
  return { guid, cookies: await findSecret(cookies, ends) };
}
