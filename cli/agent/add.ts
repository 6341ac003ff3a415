/** `ccgw agent add GATEWAY/ID`: who is signed in there, and how the session is held. */
import { Cookies, Guid } from "../../lib/gateway/agent-access.ts";
import { SignIn } from "../../lib/gateway/sign-in.ts";
import { EVENT_MODES } from "../../lib/sessions/agent-record.ts";
import { Secrets } from "../../lib/verification/secret.ts";
import { type Asker, createAsker } from "../asker.ts";
import { chooseSecret, makeSecret, withSheet } from "../chosen-secret.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import { assertFree, type Document, type SecretBook } from "../secret-book.ts";
import { findSecret, requireSecret, type SecretEnds } from "../secret-input.ts";
import { toShown } from "../shown-document.ts";
import { parseAgentName, requireGateway } from "./name.ts";
import { passwordInput } from "./password.ts";
import { toSheet } from "./sheet.ts";

const SESSIONS = [
  { value: "managed", label: "managed: we sign a dedicated agent in and keep it so" },
  { value: "handed-over", label: "handed over: somebody else does, and sends us each Guid" },
  { value: "external", label: "external: somebody else does, and the Guid stands in the secret (AUTHMODE 1)" },
] as const;

export function createAgentAdd() {
  return createCommand("add", "an agent, and how its session is held")
    .argument("<gateway/id>", "of the agent, as in main/101")
    .option("--session <way>", SESSIONS.map(({ value }) => value).join(", "))
    .option("--phonenum <number>", "managed: the phone that it signs in with")
    .option("--password-stdin", "managed: its password comes through a pipe (or as CCGW_PASSWORD in the environment)")
    .option("--events <mode>", `managed: how its events are heard: ${EVENT_MODES.join(", ")}`)
    .option("--force-login", "managed: also where somebody else is signed in as this agent")
    .option("--inline-sign-in", "managed: a transfer that finds it signed out signs it in itself")
    .option("--secret-stdin", "handed-over: its holder's secret comes through a pipe (or as CCGW_SECRET); one is made unless given")
    .option("--sheet <file>", "handed-over: where to write what its holder needs, with the secret that was made")
    .option("--guid-stdin", "external: its Guid comes through a pipe (or as CCGW_GUID); CCGW_COOKIES are its load balancer's")
    .option("--dry-run", "say what would be written, without its secrets")
    .action((name, options) =>
      answerFromBook(options, (book, { config: { publicBaseUrl } }, { prompter }) =>
        addAgent(book, { ...options, name, publicBaseUrl }, { prompter, environment: process.env, stdin: process.stdin }),
      ),
    );
}

export interface AgentWanted {
  readonly name: string;
  readonly publicBaseUrl: string;
  readonly session?: string | undefined;
  readonly phonenum?: string | undefined;
  readonly passwordStdin?: true | undefined;
  readonly events?: string | undefined;
  readonly forceLogin?: true | undefined;
  readonly inlineSignIn?: true | undefined;
  readonly secretStdin?: true | undefined;
  readonly sheet?: string | undefined;
  readonly guidStdin?: true | undefined;
  readonly dryRun?: true | undefined;
}

interface Made {
  readonly document: Document;
  /** Said of it, once it is written. */
  readonly lines: readonly string[];
  /** What its holder needs. */
  readonly sheet?: { readonly file: string | undefined; readonly text: string };
}

export async function addAgent(book: SecretBook, wanted: AgentWanted, ends: SecretEnds): Promise<Report> {
  const { name, dryRun } = wanted;
  const { gateway } = parseAgentName(name);
  const { authMode } = await requireGateway(book, gateway);
  await assertFree(book, "agents", name);
  const asker = createAsker(ends.prompter);
  const session = await asker.choose({ flag: "--session", given: wanted.session, message: "How is its session held?", choices: SESSIONS });
  const make = { managed: makeManaged, "handed-over": makeHandedOver, external: makeExternal }[session];
  const { document, lines, sheet } = await make(wanted, { asker, ends, authMode });

  await book.parse("agents", name, document);
  const shown = toShown(document);
  if (dryRun === true)
    return { json: { name, written: false, document: shown }, lines: [JSON.stringify(shown, undefined, 2), "Nothing was written."] };
  await withSheet(sheet?.file, sheet?.text ?? "", () => book.create("agents", name, document));
  return { json: { name, written: true, document: shown, sheet: sheet?.file }, lines: [`Added: agent ${name}.`, ...lines] };
}

interface Making {
  readonly asker: Asker;
  readonly ends: SecretEnds;
  readonly authMode: 1 | 2 | undefined;
}

async function makeManaged(wanted: AgentWanted, { asker, ends }: Making): Promise<Made> {
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

async function makeHandedOver({ name, publicBaseUrl, secretStdin, sheet }: AgentWanted, { asker, ends }: Making): Promise<Made> {
  const input = {
    ...{
      message: "The secret of whoever hands its session over",
      flag: "--secret-stdin",
      fromPipe: secretStdin === true,
      variable: "CCGW_SECRET",
    },
    schema: Secrets.element.shape.value,
  };
  const usualSheet = `${name.replace("/", "-")}-hand-over.md`;
  const { value, sheet: file } = await chooseSecret({ input, make: makeSecret, sheet, usualSheet }, ends, asker);
  const text = toSheet({ name, publicBaseUrl, secret: value });
  return {
    document: { schemaVersion: 1, session: "handed-over", verification: { scheme: "shared-secret", secrets: [{ id: "first", value }] } },
    lines: [
      `Its holder sends each Guid to ${publicBaseUrl}/v1/agent-sessions/${name}${file === undefined ? "." : `: ${file} says how, and has the secret.`}`,
    ],
    sheet: { file, text },
  };
}

async function makeExternal({ guidStdin }: AgentWanted, { ends, authMode }: Making): Promise<Made> {
  const guid = await requireSecret(
    {
      message: "The Guid, from the gateway's Set-GUID",
      flag: "--guid-stdin",
      fromPipe: guidStdin === true,
      variable: "CCGW_GUID",
      schema: Guid,
    },
    ends,
  );
  const cookies = await findSecret(
    { message: "The cookies", flag: "--guid-stdin", fromPipe: false, variable: "CCGW_COOKIES", schema: Cookies },
    ends,
  );
  const isRenewed =
    authMode === 2
      ? ["Its gateway has AUTHMODE 2: this Guid is good for two minutes. Hand it over instead, or let us manage the agent."]
      : [];
  return { document: { schemaVersion: 1, session: "external", guid, ...(cookies !== undefined && { cookies }) }, lines: isRenewed };
}
