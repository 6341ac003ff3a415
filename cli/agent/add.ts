/** `ccgw agent add GATEWAY/ID`: who is signed in there, and how the session is held. */
import { EVENT_MODES } from "../../lib/sessions/agent-record.ts";
import { createAsker } from "../asker.ts";
import { withSheet } from "../chosen-secret.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import { assertFree, type SecretBook } from "../secret-book.ts";
import type { SecretEnds } from "../secret-input.ts";
import { toShown } from "../shown-document.ts";
import { type HeldWanted, makeDocument, SESSIONS } from "./held.ts";
import { parseAgentName, requireGateway } from "./name.ts";

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

export interface AgentWanted extends HeldWanted {
  readonly session?: string | undefined;
  readonly dryRun?: true | undefined;
}

export async function addAgent(book: SecretBook, wanted: AgentWanted, ends: SecretEnds): Promise<Report> {
  const { name, dryRun } = wanted;
  const { gateway } = parseAgentName(name);
  const { authMode } = await requireGateway(book, gateway);
  await assertFree(book, "agents", name);
  const asker = createAsker(ends.prompter);
  const session = await asker.choose({ flag: "--session", given: wanted.session, message: "How is its session held?", choices: SESSIONS });
  const { document, lines, sheet } = await makeDocument(session, wanted, { asker, ends, authMode });

  await book.parse("agents", name, document);
  const shown = toShown(document);
  if (dryRun === true)
    return { json: { name, written: false, document: shown }, lines: [JSON.stringify(shown, undefined, 2), "Nothing was written."] };
  await withSheet(sheet?.file, sheet?.text ?? "", () => book.create("agents", name, document));
  return { json: { name, written: true, document: shown, sheet: sheet?.file }, lines: [`Added: agent ${name}.`, ...lines] };
}
