/** `ccgw agent show GATEWAY/ID`: how its session is held, and what is known of it: since when, by whom, and why it is not tried. No Guid, no password. */
import type { AgentRecord } from "../../lib/sessions/agent-record.ts";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { decideSignIn } from "../../lib/sessions/sign-in-rules.ts";
import { answerFromBook, createCommand } from "../command.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toShown } from "../shown-document.ts";
import { parseAgentName } from "./name.ts";

export function createAgentShow() {
  return createCommand("show", "one agent, and what is known of its session")
    .argument("<gateway/id>", "of the agent, as in main/101")
    .action((name, options) =>
      answerFromBook(options, (book, { config }) => {
        const sessions = createDynamoDbSessions(config.sessionsTable, { wallMs: Date.now });
        return showAgent(book, name, { read: (agent) => sessions.read(agent), nowMs: Date.now() });
      }),
    );
}

interface Known {
  readonly read: (agent: string) => Promise<AgentRecord | undefined>;
  readonly nowMs: number;
}

export async function showAgent(book: SecretBook, name: string, { read, nowMs }: Known): Promise<Report> {
  parseAgentName(name);
  const { document, versionId, writtenAt } = await book.require("agents", name);
  const { session: held } = await book.parse("agents", name, document);
  const record = held === "external" ? undefined : await read(name);
  const session = record === undefined ? undefined : toSession(record, { versionId, nowMs });
  const shown = toShown(document);
  return {
    json: { name, writtenAt, document: shown, session },
    lines: [`written ${writtenAt}`, JSON.stringify(shown, undefined, 2), ...toLines(held, session, name)],
  };
}

type Session = ReturnType<typeof toSession>;

function toSession({ session, attempt, password, lease }: AgentRecord, { versionId, nowMs }: { versionId: string; nowMs: number }) {
  const decided = decideSignIn(attempt, versionId, nowMs);
  return {
    renewedAt: session && toIso(session.renewedAt),
    events: session?.events,
    keptUntil: lease && toIso(lease.until),
    lastSignIn: attempt && { at: toIso(attempt.at), result: attempt.result, retcode: attempt.retcode, failures: attempt.failures },
    /** Why this version of the secret is not tried again: a retcode, `unanswered`, or `parked-before`. */
    parked: decided.kind === "parked" ? decided.why : undefined,
    password: password && { daysLeft: password.daysLeft, mustChange: password.mustChange, toldAt: toIso(password.at) },
    /** The session that there is, and what is told of the password, are of a sign-in with an older version of the secret. */
    isOfOlderSecret: session?.events !== undefined && attempt?.result === "signed-in" && attempt.secretVersion !== versionId,
  };
}

function toLines(held: string, session: Session | undefined, name: string): readonly string[] {
  if (held === "external")
    return ["Somebody else holds its session, and writes the Guid into the secret: nothing else is known of it here."];
  if (session === undefined) return ["Nothing is known of a session yet."];
  const { renewedAt, events, keptUntil, lastSignIn, parked, password, isOfOlderSecret } = session;
  return [
    renewedAt === undefined
      ? "Not signed in."
      : `Signed in, the Guid of ${renewedAt}${events === undefined ? "" : `, events by ${events}`}.`,
    ...(keptUntil === undefined ? [] : [`Kept by a run that has it until ${keptUntil}.`]),
    ...(lastSignIn === undefined
      ? []
      : [`Last sign-in ${lastSignIn.at}: ${lastSignIn.result}${lastSignIn.retcode === undefined ? "" : ` (${lastSignIn.retcode})`}.`]),
    ...(parked === undefined ? [] : [`This secret is parked (${parked}): it is not tried again before it is written anew.`]),
    ...(password?.daysLeft === undefined ? [] : [`The password was said to end in ${password.daysLeft} days, at ${password.toldAt}.`]),
    ...(password?.mustChange === true ? [`The password was said to have to be changed, at ${password.toldAt}.`] : []),
    ...(isOfOlderSecret
      ? [
          `That is of its last sign-in, with an older version of this secret. To have it signed in with this one now, sign it out: docs/sessions.md#signing-out, with {"only":["${name}"]}.`,
        ]
      : []),
  ];
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
