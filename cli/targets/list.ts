/** `ccgw targets list`: where an agent's gateway could move a session to, as it names it. Asks with the Guid that there is; signs nobody in. */

import { RUNNING_CLOCK } from "../../lib/composition/running-clock.ts";
import { createGatewayClient } from "../../lib/gateway/client.ts";
import { askForTargets, type FoundTarget, type FoundTargets, type Kind } from "../../lib/gateway/target-inquiry.ts";
import type { SessionRecords } from "../../lib/sessions/agent-record.ts";
import { createDynamoDbSessions } from "../../lib/sessions/dynamodb-sessions.ts";
import { createSessionSource } from "../../lib/sessions/session-source.ts";
import { Target } from "../../lib/transfer/target.ts";
import { parseAgentName, requireGateway } from "../agent/name.ts";
import { answerFromBook, createCommand } from "../command.ts";
import { withProgress } from "../progress.ts";
import type { Report } from "../report.ts";
import type { SecretBook } from "../secret-book.ts";
import { toTable } from "../table.ts";

const PATIENCE_MS = 10_000;
const NOUNS: Readonly<Record<Kind, string>> = { "skill-queue": "skill queues", "access-code": "access codes" };
const SEEN_ONLY = "Of access codes, the vendor's page is not known: they are read as public clients read them.";

export function createTargetsList() {
  return createCommand("list", "skill queues and access codes, as the gateway names them")
    .requiredOption("--agent <gateway/id>", "whose Guid asks, and whose call center is meant")
    .action((options) =>
      answerFromBook(options, (book, { config }) => {
        const records = createDynamoDbSessions(config.sessionsTable, RUNNING_CLOCK);
        return withProgress("Asking the gateway", listTargets(book, records, options.agent));
      }),
    );
}

export async function listTargets(book: SecretBook, records: SessionRecords, agent: string): Promise<Report> {
  const { gateway, agentId } = parseAgentName(agent);
  const site = await requireGateway(book, gateway);
  const { document } = await book.require("agents", agent);
  const access = await book.parse("agents", agent, document);

  const until = RUNNING_CLOCK.monotonicMs() + PATIENCE_MS;
  const deadline = { remainingMs: () => until - RUNNING_CLOCK.monotonicMs(), signal: AbortSignal.timeout(PATIENCE_MS) };
  const sessions = createSessionSource({
    accesses: { get: async () => access, reread: async () => access },
    records,
    clock: RUNNING_CLOCK,
    ...NOBODY_SIGNS_IN,
  });
  const session = await sessions.find(agent, { deadline, maySignIn: false });
  if (session === undefined) throw new Error(`${agent} was there a moment ago`);
  const asking = { site, agentId, session, send: createGatewayClient(), deadline };
  const queues = await askForTargets("skill-queue", asking);
  const codes = await askForTargets("access-code", asking);
  return {
    json: { agent, skillQueues: toJson("skill-queue", queues), accessCodes: toJson("access-code", codes) },
    lines: [...toLines("skill-queue", queues), "", ...toLines("access-code", codes), SEEN_ONLY],
    exitCode: queues.kind === "told" && codes.kind === "told" ? 0 : 1,
  };
}

const NOBODY_SIGNS_IN = {
  open: () => Promise.reject(new Error("nobody is signed in here")),
  newOwner: () => "",
  observe: () => {},
};

/** As `--target NAME=` of a connection takes it; undefined for what no transfer takes. */
function toTarget(type: Kind, { address }: FoundTarget): string | undefined {
  return Target.safeParse({ type, address }).success ? `${type}:${address}` : undefined;
}

function toJson(kind: Kind, found: FoundTargets) {
  if (found.kind === "untold") return found;
  return { ...found, targets: found.targets.map((each) => ({ target: toTarget(kind, each), ...each })) };
}

function toLines(kind: Kind, found: FoundTargets): readonly string[] {
  const noun = NOUNS[kind];
  if (found.kind === "untold") return [`The gateway did not tell its ${noun}: ${found.cause}.`];
  const { targets, unread } = found;
  const rows = targets.map((each) => [toTarget(kind, each) ?? `(${each.address})`, each.name, String(each.mediaType ?? "")]);
  return [
    ...(rows.length === 0 ? [`The gateway tells of no ${noun}.`] : toTable([noun, "name", "media type"], rows)),
    ...(unread === 0 ? [] : [`${unread} more ${noun} have other members than are known.`]),
  ];
}
