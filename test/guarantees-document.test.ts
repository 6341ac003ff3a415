/** docs/guarantees.md and docs/privacy.md, held against the code: the table of outcomes, the times, and every field that is kept. */
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../lib/records/memory-store.ts";
import { LEASE_MS } from "../lib/records/record-item.ts";
import { SOURCES } from "../lib/sources/all.ts";
import { type CallFacts, OUTCOME_REASONS, OUTCOMES, toEnding, UNCONFIRMED_AFTER_MS } from "../lib/transfer/outcome.ts";
import { ANSWERS, claimed, PENDING } from "./support/claims.ts";
import { read } from "./support/connect-documents.ts";
import { createManualClock } from "./support/manual-clock.ts";
import { readTables } from "./support/markdown-tables.ts";
import { createTestRecords } from "./support/memory-records.ts";
import { toDeadline } from "./support/transfer-service.ts";

const SIGNAL = new AbortController().signal;
const GUARANTEES = read("docs/guarantees.md");
const PRIVACY = read("docs/privacy.md");
const BUSY_SECONDS = 60;

/** What each row of the table of outcomes tells. */
const ROWS: readonly (readonly [begins: string, facts: CallFacts])[] = [
  ["AgentEvent_SuccTransResult 0", { transferred: true }],
  ["AgentEvent_Talking", { answered: true }],
  ["AgentEvent_Customer_Release", { customerLeft: true }],
  ["AgentEvent_SuccTransResult, any other", { notTransferred: true }],
  ["AgentEvent_Connect_Fail", { connectFailed: true }],
];

describe("docs/guarantees.md", () => {
  const table = readTables(GUARANTEES).find(({ heading }) => heading === "How it ended");

  it.each(ROWS)("says what becomes of a transfer after %s", (begins, facts) => {
    const row = table?.rows.find(([told]) => told?.startsWith(begins));
    const { outcome, outcomeReason } = toEnding({ facts, observed: true, elapsedMs: 0 });
    expect(row?.slice(1)).toEqual([`\`${outcome}\`, \`${outcomeReason}\``, `\`${outcome}\`, \`${outcomeReason}\``]);
  });

  it("has them in the order in which they count", () => {
    expect(table?.rows.slice(0, ROWS.length).map(([told]) => told)).toEqual(ROWS.map(([begins]) => expect.stringMatching(`^${begins}`)));
    for (const [index, [, facts]] of ROWS.entries()) {
      const told: CallFacts = Object.assign({}, ...ROWS.slice(index).map(([, each]) => each));
      expect(toEnding({ facts: told, observed: true, elapsedMs: 0 })).toEqual(toEnding({ facts, observed: true, elapsedMs: 0 }));
    }
  });

  it("names every outcome and every reason", () => {
    for (const word of [...OUTCOMES.filter((outcome) => outcome !== "pending"), ...OUTCOME_REASONS])
      expect(GUARANTEES).toContain(`\`${word}\``);
  });

  it("has the times that the code has", async () => {
    expect(GUARANTEES).toContain(`nothing for ${UNCONFIRMED_AFTER_MS / 60_000} minutes`);
    expect(GUARANTEES).toContain(`*unknown* after ${LEASE_MS / 1_000} s`);
    const clock = createManualClock();
    const records = createTestRecords(clock);
    const delivery = { explicit: true, key: "one", fingerprint: "request", call: "call" };
    await (await claimed(records, delivery)).settle(ANSWERS.accepted);
    const other = await records.read({ ...delivery, key: "two" }, toDeadline(0));
    expect(await other.claim(PENDING)).toMatchObject({ kind: "busy", retryAfterSeconds: BUSY_SECONDS });
    expect(GUARANTEES).toContain(`for ${BUSY_SECONDS} s after it was accepted`);
    expect(new Set(SOURCES.flatMap(({ maxAgeSeconds = 0 }) => (maxAgeSeconds === 0 ? [] : [maxAgeSeconds])))).toEqual(new Set([300, 600]));
    expect(GUARANTEES).toContain("(300 for CRMs, 600 for Freshdesk, none for bots and programs)");
  });
});

describe("docs/privacy.md", () => {
  it("names every field of every item that is kept of a transfer", async () => {
    const clock = createManualClock();
    const store = createMemoryStore(clock);
    const records = createTestRecords({ wallMs: clock.wallMs, store });
    const callId = "told-of";
    const delivery = {
      explicit: false,
      key: "one",
      fingerprint: "request",
      call: JSON.stringify(["call", "main", callId]),
      alias: "signature",
    };
    const conversation = { serviceUrl: "https://smba.example", conversationId: "c", activityId: "a", botId: "b", userId: "u" };
    const tell = (succeeded: boolean) =>
      records.events.take({ kind: "transfer-result", gateway: "main", agentId: "101", callId, succeeded }, SIGNAL);
    await (await claimed(records, delivery, { callId, respondAsync: true, conversation })).settle(ANSWERS.unknown);
    await tell(false);
    await records.outbox(async () => {}).tell(store.items().find(({ kind }) => kind === "delivery")?.id ?? "", SIGNAL);
    const again = await (await records.read(delivery, toDeadline(0))).claim({ ...PENDING, callId, conversation });
    if (again.kind !== "claimed") throw new Error("the claim was lost");
    await again.claim.settle(ANSWERS.accepted);
    // Another delivery of the call, so that the guard remembers the first.
    clock.pass(BUSY_SECONDS * 1_000);
    await claimed(records, { ...delivery, key: "two", alias: undefined }, { callId });

    const kept = new Set<string>(["dueShard", "moved"]);
    for (const item of store.items()) {
      for (const [name, value] of Object.entries(item)) if (value !== undefined) kept.add(name);
      if (item.kind === "delivery")
        for (const name of [...Object.keys(item.pending ?? {}), ...Object.keys(item.pending?.conversation ?? {})]) kept.add(name);
    }
    expect(kept.size).toBeGreaterThan(30);
    for (const name of kept) expect(PRIVACY, name).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it("says of nothing that it is kept which is not to be", () => {
    expect(PRIVACY).toContain("**number** (`caller`) and what was **said** (`callData`) go to the gateway and are kept\nnowhere else");
  });
});
