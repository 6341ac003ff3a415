/** What docs/handoff-status.md says, held against the code. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTellConversation } from "../../lib/connector/tell-conversation.ts";
import { toHandoffEvent } from "../../lib/sources/answering/handoff-status.ts";
import { toSummary } from "../../lib/sources/answering/summary.ts";
import { Connector } from "../../lib/transfer/connector.ts";
import { blocksOf, ROOT, read } from "../support/connect-documents.ts";
import { readTables, unquote } from "../support/markdown-tables.ts";
import { resultOf } from "../support/open-source.ts";
import { ACCEPTED } from "../support/transfer-service.ts";

const PATH = "docs/handoff-status.md";
const [settings, activity] = blocksOf(PATH, "json").map((text): Record<string, unknown> => JSON.parse(text));
const tables = readTables(read(PATH));

function rowsOf(column: string): readonly (readonly string[])[] {
  const found = tables.filter(({ columns }) => columns.includes(column));
  expect(found).toHaveLength(1);
  return found[0]?.rows ?? [];
}

describe("the connector that is shown", () => {
  it("is taken once its password is replaced, and not before", () => {
    const changed = JSON.parse(JSON.stringify(settings?.connector).replace("CHANGE-ME", "changed"));
    expect(Connector.safeParse(changed).error).toBeUndefined();
    expect(Connector.safeParse(settings?.connector).error?.issues.map(({ path }) => path.join("."))).toEqual(["appPassword"]);
  });

  it("has a table of its fields", () => {
    expect(rowsOf("default").map(([name]) => unquote(name))).toEqual(Object.keys(Connector.shape));
  });
});

describe("the event that is shown", () => {
  it("is what is posted", async () => {
    const bodies: unknown[] = [];
    const { conversation, from, recipient, replyToId, value } = Object(activity);
    const connector = Connector.parse({ ...Object(settings?.connector), appPassword: "changed" });
    const tell = createTellConversation({
      connectors: { get: async () => ({ connector }) },
      tokens: { get: async () => ({ kind: "token", token: "t" }), forget: () => undefined },
      post: async ({ body }) => {
        bodies.push(JSON.parse(body));
        return { kind: "answered", status: 200, retryAfter: undefined };
      },
      wallMs: Date.now,
    });
    const ids = { conversationId: conversation.id, activityId: replyToId, botId: from.id, userId: recipient.id };
    const where = { serviceUrl: connector.serviceUrls[0] ?? "", ...ids };
    const at = new Date().toISOString();
    await tell({ schemaVersion: 1, connection: "bot", conversation: where, status: value, at }, new AbortController().signal);
    expect(bodies).toEqual([activity]);
  });

  it("has the value of a transfer that was completed", () => {
    const { transferId, reference } = { transferId: "9mJ0c5tS3aQ1xWvYk7LpZe2d-1", reference: "GTk5VYbXzDA9qfEVHtP8zN-eu" };
    const outcome = resultOf(ACCEPTED, { outcome: "completed", outcomeReason: "transferred", transferId, reference });
    expect(toHandoffEvent(toSummary(outcome))).toEqual(activity?.value);
  });
});

describe("the reasons in the log", () => {
  const code = ["connector", "callbacks"].flatMap((folder) =>
    readdirSync(join(ROOT, "lib", folder)).map((name) => read(`lib/${folder}/${name}`)),
  );

  it.each(rowsOf("`reason`").flatMap(([reason = ""]) => [...reason.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words)))(
    "are the code's own words: %s",
    (reason) => {
      const words = reason.replace(/^token: /, "").replace(/\d+$/, `\${outcome.status}`);
      const others = words.replace("outcome.status", "status");
      expect(code.some((text) => text.includes(words) || text.includes(others))).toBe(true);
    },
  );
});
