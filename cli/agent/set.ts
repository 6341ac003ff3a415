/** `ccgw agent set GATEWAY/ID`: changes what is given, and no more; with `--session`, how its session is held. Changes nothing at the gateway. */
import { EVENT_MODES } from "../../lib/sessions/agent-record.ts";
import { createAsker } from "../asker.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { type Agreeing, type Edit, writeEdit } from "../edit.ts";
import { assertWithout, assertWithoutSecret, parseObject } from "../json-flag.ts";
import { mergeFields } from "../merge-patch.ts";
import type { Place } from "../place.ts";
import { CommandError } from "../problem.ts";
import type { Report } from "../report.ts";
import type { Document, SecretBook } from "../secret-book.ts";
import { requireSecret, type SecretEnds } from "../secret-input.ts";
import { tellLeft, tellSignedIn } from "../signed-in.ts";
import { type HeldWanted, makeDocument, requireGuid, SESSIONS } from "./held.ts";
import { parseAgentName, requireGateway } from "./name.ts";
import { passwordInput } from "./password.ts";

/** Of `signIn`, what has a flag of its own. */
const OWN = ["phonenum", "events", "forcelogin"];

export function createAgentSet() {
  return createCommand("set", "what is given of an agent, and no more")
    .argument("<gateway/id>", "of the agent, as in main/101")
    .option(
      "--session <way>",
      `hold its session in another way: ${SESSIONS.map(({ value }) => value).join(", ")}; with what agent add takes`,
    )
    .option("--phonenum <number>", "managed: the phone that it signs in with")
    .option("--password-stdin", "managed: its password comes through a pipe (with --session also as CCGW_PASSWORD in the environment)")
    .option("--events <mode>", `managed: how its events are heard: ${EVENT_MODES.join(", ")}`)
    .option("--force-login", "managed: also where somebody else is signed in as this agent")
    .option("--no-force-login", "managed: not then")
    .option("--inline-sign-in", "managed: a transfer that finds it signed out signs it in itself")
    .option("--no-inline-sign-in", "managed: it does not")
    .option("--sign-in <json>", "managed: what else its sign-in has, as docs/sessions.md names it; null takes away (JSON Merge Patch)")
    .option("--anew", "managed: write it also where nothing differs: a sign-in that was parked is tried anew")
    .option("--secret-stdin", "to handed-over: its holder's secret comes through a pipe (or as CCGW_SECRET)")
    .option("--sheet <file>", "to handed-over: where to write what its holder needs, with the secret that was made")
    .option("--guid-stdin", "external: its Guid comes through a pipe (or as CCGW_GUID); CCGW_COOKIES are its load balancer's")
    .option("--dry-run", "say what would be changed, without its secrets")
    .option("--yes", "do not ask where something is taken away")
    .action((name, { signIn, ...options }) =>
      answerFromBook(options, (book, place, { prompter }) => {
        const wanted = { ...options, name, publicBaseUrl: place.config.publicBaseUrl, signIn: parseObject("--sign-in", signIn) };
        return setAgent(book, place, wanted, { prompter, environment: process.env, stdin: process.stdin });
      }),
    );
}

export interface AgentChange extends Omit<HeldWanted, "forceLogin" | "inlineSignIn">, Agreeing {
  readonly session?: string | undefined;
  readonly forceLogin?: boolean | undefined;
  readonly inlineSignIn?: boolean | undefined;
  readonly signIn?: Document | undefined;
  readonly anew?: true | undefined;
}

export async function setAgent(book: SecretBook, place: Place, wanted: AgentChange, ends: SecretEnds): Promise<Report> {
  const { name } = wanted;
  parseAgentName(name);
  const seen = await book.require("agents", name);
  const { session } = seen.document;
  const isOther = wanted.session !== undefined && wanted.session !== session;
  const changed = isOther
    ? await toOtherSession(book, place, { ...wanted, was: session }, ends)
    : await toChanged(seen.document, wanted, ends);
  return writeEdit(book, { folder: "agents", name, seen, ...changed }, wanted, ends.prompter);
}

type Changed = Pick<Edit, "document" | "isAnew" | "sheet" | "lines" | "warnings">;

async function toOtherSession(
  book: SecretBook,
  place: Place,
  wanted: AgentChange & { readonly was: unknown },
  ends: SecretEnds,
): Promise<Changed> {
  const { name, forceLogin, inlineSignIn, was } = wanted;
  const asker = createAsker(ends.prompter);
  const { authMode } = await requireGateway(book, parseAgentName(name).gateway);
  const session = await asker.choose({ flag: "--session", given: wanted.session, message: "How is its session held?", choices: SESSIONS });
  assertFlags(session, wanted, `which would be ${session}`);
  if (wanted.signIn !== undefined)
    throw new CommandError(`--sign-in is for ${name} once it is managed: give it after --session, by itself.`);
  const flags = { forceLogin: forceLogin || undefined, inlineSignIn: inlineSignIn || undefined };
  const { document, lines, sheet } = await makeDocument(session, { ...wanted, ...flags }, { asker, ends, authMode });
  const next = `ccgw agent set ${name} --session ${session} --yes`;
  const left = was === "managed" ? [name] : [];
  return { document, sheet, lines: [...tellLeft(left), ...lines], warnings: tellSignedIn(place, left, next) };
}

async function toChanged(document: Document, wanted: AgentChange, ends: SecretEnds): Promise<Changed> {
  const { name } = wanted;
  switch (document.session) {
    case "managed":
      assertFlags(document.session, wanted);
      return toSignInChanged(document, wanted, ends);
    case "external":
      assertFlags(document.session, wanted);
      return toGuidChanged(document, wanted, ends);
    default:
      throw new CommandError(
        `${name} is ${document.session}: all that can be changed of it is the secret of its holder (ccgw agent rotate-secret ${name}), or --session.`,
      );
  }
}

/** By how a session is held: what is of no other. */
function toFlags({ phonenum, passwordStdin, events, forceLogin, inlineSignIn, signIn, anew, secretStdin, sheet, guidStdin }: AgentChange) {
  return {
    managed: {
      ...{ "--phonenum": phonenum, "--password-stdin": passwordStdin, "--events": events, "--force-login": forceLogin },
      ...{ "--inline-sign-in": inlineSignIn, "--sign-in": signIn, "--anew": anew },
    },
    "handed-over": { "--secret-stdin": secretStdin, "--sheet": sheet },
    external: { "--guid-stdin": guidStdin },
  };
}

/** Throws a `CommandError` that names each that is for an agent whose session is held in another way. */
function assertFlags(session: keyof ReturnType<typeof toFlags>, wanted: AgentChange, which = `which is ${session}`): void {
  const others: object = { ...toFlags(wanted), [session]: {} };
  const given = Object.values(others).flatMap((flags: object) =>
    Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag])),
  );
  if (given.length > 0)
    throw new CommandError(`${given.join(", ")} ${given.length === 1 ? "is" : "are"} not for ${wanted.name}, ${which}.`);
}

async function toSignInChanged(document: Document, wanted: AgentChange, ends: SecretEnds): Promise<Changed> {
  const { name, phonenum, passwordStdin, events, forceLogin, inlineSignIn, signIn = {}, anew } = wanted;
  assertWithout("--sign-in", signIn, OWN);
  assertWithoutSecret("--sign-in", signIn, `ccgw agent set-password ${name} takes it.`);
  const isAsked = Object.values(toFlags(wanted).managed).some((each) => each !== undefined);
  // Left exported, it is no password of whichever agent is changed next.
  if (!isAsked && ends.environment.CCGW_PASSWORD)
    throw new CommandError(`CCGW_PASSWORD is not read here: ccgw agent set-password ${name} writes it.`);
  const given: Document = {
    ...signIn,
    ...(phonenum !== undefined && { phonenum }),
    ...(passwordStdin && { password: await requireSecret(passwordInput(passwordStdin), ends) }),
    ...(events !== undefined && { events }),
    ...(forceLogin !== undefined && { forcelogin: forceLogin }),
  };
  return {
    document: mergeFields(document, { signIn: given, ...(inlineSignIn !== undefined && { inlineSignIn }) }),
    isAnew: anew === true,
    lines: [
      `A session that there is goes on as it was signed in; a sign-in that was parked is tried anew within a minute: ccgw agent show ${name} says what came of it.`,
    ],
  };
}

/** The cookies of a former Guid are of none. */
async function toGuidChanged({ cookies: _before, ...document }: Document, wanted: AgentChange, ends: SecretEnds): Promise<Changed> {
  const { guid, cookies } = await requireGuid(wanted.guidStdin, ends);
  return { document: { ...document, guid, ...(cookies !== undefined && { cookies }) }, lines: ["It is in use within ten seconds."] };
}
